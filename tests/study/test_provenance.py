import json
import subprocess
from datetime import UTC, datetime
from pathlib import Path

import pytest

import limeeval
from limeeval.study.folder import write_json
from limeeval.study.provenance import how_chosen, provenance_of


def test_how_rows_were_chosen() -> None:
    assert how_chosen([3, 17], 2, trained=True) == "given by the user: 3, 17"
    assert how_chosen("coffee", 1, trained=False) == "given by the user: coffee"
    assert how_chosen(10, 10, trained=True).startswith("10 drawn at random, with a fixed seed")
    assert how_chosen(None, 4, trained=False) == "the first 4 there are"


def test_the_commit_is_that_of_the_current_folder(notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = limeeval.evaluate(notebook.explainer, notebook.x[:1], notebook.forest, seeds=2, num_samples=50)
    study.save(tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    origin = {"started": datetime.now(UTC), "configuration": {}, "models": {}, "chosen": ""}
    assert provenance_of(study, tmp_path, **origin)["git_commit"] is None
    author = ["-c", "user.name=a", "-c", "user.email=a@b"]
    for command in (["init", "-q"], [*author, "commit", "-q", "--allow-empty", "-m", "x"]):
        subprocess.run(["git", *command], check=True)
    head = subprocess.check_output(["git", "rev-parse", "HEAD"], text=True).strip()
    assert provenance_of(study, tmp_path, **origin)["git_commit"] == head


def test_json_is_whole_or_not_there(tmp_path: Path) -> None:
    write_json(tmp_path / "x.json", {"path": tmp_path, "name": "Größe"})
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8")) == {"path": str(tmp_path), "name": "Größe"}
    with pytest.raises(TypeError):
        write_json(tmp_path / "x.json", {(1, 2): 3})
    assert json.loads((tmp_path / "x.json").read_text(encoding="utf-8"))["name"] == "Größe"
    assert [path.name for path in tmp_path.iterdir()] == ["x.json"]
