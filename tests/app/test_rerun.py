import json
from pathlib import Path

import pytest

from limeeval.app.rerun import arguments_of, newest_run, with_changes


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (["task=iris", "seeds=3"], [], ["task=iris", "seeds=3"]),
        (["task=iris", "seeds=3"], ["seeds=4"], ["task=iris", "seeds=4"]),
        (["+seeds=3"], ["seeds=4", "instances=2"], ["seeds=4", "instances=2"]),
        (["++model.params.x=3"], ["model.params.x=4"], ["model.params.x=4"]),
        (["seeds=3", "task=iris"], ["~seeds"], ["task=iris"]),
        (["task=iris"], ["~model.params.n_jobs"], ["task=iris", "~model.params.n_jobs"]),
        (["~model.params.n_jobs"], ["model.params.n_jobs=2"], ["model.params.n_jobs=2"]),
        (["out=x", "seeds=3", "dry_run=true"], [], ["seeds=3"]),
        (["hydra.run.dir=x"], ["out=y"], ["out=y"]),
        (["lime.kernel_width=3"], ["lime.kernel_width_factor=1,2"], ["lime.kernel_width_factor=1,2"]),
        (["lime.top_labels=2"], ["lime.labels=a"], ["lime.labels=a"]),
        (["-m", "seeds=3,4"], ["seeds=5,6"], ["--multirun", "seeds=5,6"]),
        (["--config-dir", "a", "task=x"], ["-cd", "b"], ["--config-dir", "b", "task=x"]),
        (["task=iris"], ["-m", "seeds=3,4"], ["--multirun", "task=iris", "seeds=3,4"]),
    ],
)
def test_changes_replace_what_they_change(old: list[str], new: list[str], expected: list[str]) -> None:
    assert with_changes(old, new) == expected


def test_arguments_come_from_the_provenance(tmp_path: Path) -> None:
    (tmp_path / "provenance.json").write_text(json.dumps({"arguments": ["task=iris"], "x": 1}), encoding="utf-8")
    assert arguments_of(tmp_path) == ["task=iris"]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (None, "it has none"),
        ("{", "it is not JSON"),
        ("{}", "it lacks the arguments"),
        ("[]", "it lacks the arguments"),
        ('{"arguments": "task=iris"}', "its arguments are no list"),
        ('{"arguments": [3]}', "its arguments are no list"),
    ],
)
def test_a_folder_that_is_no_run(text: str | None, reason: str, tmp_path: Path) -> None:
    if text is not None:
        (tmp_path / "provenance.json").write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=f"RUN_DIR must hold the provenance.json of a run, got .*: {reason}"):
        arguments_of(tmp_path)


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"RUN_DIR must be the folder of a run, got .*which is no folder"):
        arguments_of(tmp_path / "nothing")


def test_the_newest_run_has_rows(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="RUN_DIR must be given"):
        newest_run(tmp_path)
    for name in ("2026-01-02/09-00-00", "2026-01-02/10-00-00", "2025-12-31/23-00-00", "2026-01-03/08-00-00"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("2026-01-02/09-00-00", "2026-01-02/10-00-00", "2025-12-31/23-00-00"):
        (tmp_path / name / "attributions.parquet").touch()
    assert newest_run(tmp_path) == tmp_path / "2026-01-02" / "10-00-00"
