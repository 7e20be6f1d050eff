from pathlib import Path

from limeeval.app.folders import folders_made, remove_if_empty


def test_only_what_was_made_meanwhile_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / "before").mkdir()
    with folders_made() as made:
        (tmp_path / "before").mkdir(exist_ok=True)
        (tmp_path / "before" / "a" / "b").mkdir(parents=True)
        (tmp_path / "full" / "c").mkdir(parents=True)
        (tmp_path / "full" / "file").touch()
    (tmp_path / "after").mkdir()
    assert made == {tmp_path / name for name in ("before/a", "before/a/b", "full", "full/c")}
    for name in ("before/a/b", "full/c", "after"):
        remove_if_empty(tmp_path / name, made)
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["after", "before", "file", "full"]
