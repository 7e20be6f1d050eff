"""What a run writes beside its rows: status, summary, provenance, Hydra's record."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
import yaml

import limeeval


def read(path: Path) -> Any:
    def refuse(constant: str) -> None:
        raise AssertionError(f"{constant} is not JSON")

    return json.loads(path.read_text(encoding="utf-8"), parse_constant=refuse)


def assert_digests(folder: Path) -> None:
    written = read(folder / "provenance.json")["files_sha256"]
    assert sorted(written) == sorted(path.name for path in folder.glob("*.parquet"))
    for name, digest in written.items():
        assert sha256((folder / name).read_bytes()).hexdigest() == digest


def test_where_the_numbers_come_from(cli, tiny, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    assert cli("task=iris", "out=a run", "store=null", *tiny).code == 0
    folder = tmp_path / "a run"
    assert_digests(folder)
    found = read(folder / "provenance.json")
    assert found["arguments"] == ["task=iris", "out=a run", "store=null", *tiny]
    assert found["command"].startswith("python -m limeeval task=iris 'out=a run' store=null instances=2 ")
    assert found["started"] <= found["finished"]
    assert found["limeeval"] == limeeval.__version__
    assert found["configuration"]["lime"]["num_samples"] == [60, 120]
    assert found["configuration"]["model"]["classification"] == "sklearn.ensemble.RandomForestClassifier"
    assert list(found["models"]) == ["iris / random forest"]
    identity = found["models"]["iris / random forest"]
    assert (len(identity["data_sha256"]), len(identity["model_sha256"]), len(identity["model_id"])) == (64, 64, 40)
    assert found["git_commit"] is None
    assert (found["missing"], found["remarks"]) == ([], [])
    assert "2 drawn at random" in found["instances"]
    assert len(found["known_limits"]) >= 3
    for name in ("provenance.json", "summary.json"):
        assert str(tmp_path) not in (folder / name).read_text(encoding="utf-8")
    record = {path.name for path in (folder / ".hydra").iterdir()}
    assert record == {"config.yaml", "hydra.yaml", "overrides.yaml"}
    assert yaml.safe_load((folder / ".hydra" / "config.yaml").read_text(encoding="utf-8"))["seeds"] == 2


def test_the_answer_as_plain_data(cli, tiny, tmp_path: Path) -> None:
    assert cli("task=iris", "out=run", *tiny).code == 0
    summary = read(tmp_path / "run" / "summary.json")
    (run,), (answer,) = summary["runs"], summary["answers"]
    assert (run["task"], run["model"], run["explainer"]) == ("iris", "random forest", "lime")
    assert (run["instances"], run["seeds"], run["features"], run["k"]) == (2, 2, 4, 2)
    assert (run["rows_predicted"], run["rows_stored"], run["rows_of_a_loop"]) == (480, 0, 1440)
    assert summary["target"] == {"jaccard": 0.9, "r2_margin": 0.02, "fidelity_at": 1}
    assert len(answer["cells"]) == 4
    assert answer["stable"].startswith("Not yet.")
    assert len(answer["next"]) == 2


@pytest.mark.parametrize("arguments", [["seeds=1"], ["lime.kernel_width_factor=0.001"]], ids=" ".join)
def test_what_is_undefined_is_null(arguments: list[str], cli, tiny, tmp_path: Path) -> None:
    assert cli("task=iris", "out=run", *tiny, *arguments).code == 0
    assert read(tmp_path / "run" / "summary.json")["answers"]
    assert_digests(tmp_path / "run")


def test_records_of_several_jobs(cli, tiny, tmp_path: Path) -> None:
    ran = cli("-m", "task=iris,wine", "seeds=2,0", "out=run", *[one for one in tiny if "seeds" not in one])
    assert ran.code == 2
    folder = tmp_path / "run"
    status = [read(folder / f"{number}" / "status.json") for number in range(4)]
    assert [one["code"] for one in status] == [0, 2, 0, 2]
    assert [one["swept"] for one in status] == [{"task": task, "seeds": n} for task in ("iris", "wine") for n in (2, 0)]
    assert status[0]["message"] == ""
    assert status[1]["message"] == "seeds must be a whole number of at least 1, got 0"
    assert_digests(folder)
    assert_digests(folder / "2")
    assert read(folder / "provenance.json")["jobs"] == ["0", "2"]
    assert read(folder / "provenance.json")["arguments"][0] == "--multirun"
    own = read(folder / "2" / "summary.json")["runs"][0]["arguments"]
    assert {"task=wine", "seeds=2"} <= set(own)
    assert "--multirun" not in own
    assert [run["task"] for run in read(folder / "summary.json")["runs"]] == ["iris", "wine"]
