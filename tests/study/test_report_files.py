"""A report on disk: whole or not at all, nobody else's files touched, the same again from the saved rows."""

import errno
from pathlib import Path

import pytest

import limeeval
from limeeval.study.report_files import PAGE, replace_report


@pytest.fixture(scope="module")
def study(notebook) -> limeeval.Study:
    return limeeval.evaluate(
        notebook.explainer, notebook.x[:3], notebook.forest, kernel_width=[1.0, 2.0], num_samples=[60, 120], seeds=3
    )


def test_the_page_alone_or_with_all_that_belongs_to_it(study: limeeval.Study, tmp_path: Path) -> None:
    study.report(tmp_path / "deep" / "page.html")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["page.html"]
    study.report(tmp_path / "folder")
    names = {path.name for path in (tmp_path / "folder").iterdir()}
    assert names == {PAGE, "report.md", "figures", "tables"}
    assert (tmp_path / "folder" / PAGE).read_text(encoding="utf-8").startswith("<!doctype html>")


def test_rows_that_were_saved_give_the_same_report(study: limeeval.Study, tmp_path: Path) -> None:
    from limeeval.report.evidence import Options
    from limeeval.study.report_files import write_report

    study.save(tmp_path / "run")
    write_report(study, tmp_path / "run", Options())
    files = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    assert len(files) > 20
    write_report(limeeval.load(tmp_path / "run"), tmp_path / "run", Options())
    assert {path for path, content in files.items() if path.read_bytes() != content} == set()


def test_files_of_an_earlier_report_go_and_others_stay(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "mine.txt").write_text("mine", encoding="utf-8")
    replace_report(tmp_path, {PAGE: b"1", "figures/a.svg": b"a", "tables/a.csv": b"a"})
    replace_report(tmp_path, {PAGE: b"2", "figures/b.svg": b"b"})
    found = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == {PAGE: b"2", "figures/b.svg": b"b", "figures/mine.txt": b"mine"}


def test_a_full_disk_leaves_the_earlier_report_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {PAGE: b"1", "figures/a.svg": b"a"}
    replace_report(tmp_path, before)
    write, written = Path.write_bytes, []

    def fails_at_the_second(path: Path, content: bytes) -> int:
        written.append(path)
        if len(written) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, content)

    monkeypatch.setattr(Path, "write_bytes", fails_at_the_second)
    with pytest.raises(OSError, match="No space left"):
        replace_report(tmp_path, {PAGE: b"2", "figures/a.svg": b"b", "figures/c.svg": b"c"})
    found = {path.relative_to(tmp_path).as_posix(): path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert found == before


def test_a_path_that_cannot_be_written_to(study: limeeval.Study, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="path must be one that can be written to, got"):
        study.report(tmp_path / "file" / "page.html")
    with pytest.raises(ValueError, match="style must be screen or paper, got 'glossy'"):
        study.report(tmp_path / "page.html", style="glossy")
