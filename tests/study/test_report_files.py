"""A report on disk: whole or not at all, nobody else's files touched, the same again from the saved rows."""

import errno
from pathlib import Path
from typing import Any

import pytest

import limeeval
from limeeval.study.report_files import PAGE, remove_report, replace_report


@pytest.fixture(scope="module")
def study(notebook) -> limeeval.Study:
    return limeeval.evaluate(
        notebook.explainer, notebook.x[:3], notebook.forest, kernel_width=[1.0, 2.0], num_samples=[60, 120], seeds=3
    )


def files_in(folder: Path) -> dict[str, bytes]:
    found = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def test_the_page_alone_or_with_all_that_belongs_to_it(study: limeeval.Study, tmp_path: Path) -> None:
    study.report(tmp_path / "deep" / "page.html")
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["page.html"]
    study.report(tmp_path / "folder")
    names = {path.name for path in (tmp_path / "folder").iterdir()}
    assert names == {PAGE, "report.md", "figures", "tables"}
    assert (tmp_path / "folder" / PAGE).read_text(encoding="utf-8").startswith("<!doctype html>")


def test_rows_that_were_saved_give_the_same_report(study: limeeval.Study, tmp_path: Path) -> None:
    from limeeval.report.options import Options
    from limeeval.study.report_files import write_report

    study.save(tmp_path / "run")
    write_report(study, tmp_path / "run", Options())
    files = {path: path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file()}
    assert len(files) > 20
    write_report(limeeval.load(tmp_path / "run"), tmp_path / "run", Options())
    assert {path for path, content in files.items() if path.read_bytes() != content} == set()


def test_it_says_where_its_own_rows_come_from(
    study: limeeval.Study, notebook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = []

    def evidence(runs: Any, options: Any, **_: Any) -> dict[str, bytes]:
        known.extend(provenance for _, provenance in runs.values())
        return {PAGE: b""}

    monkeypatch.setattr("limeeval.report.evidence.evidence", evidence)
    other = limeeval.evaluate(notebook.explainer, notebook.x[:2], notebook.forest, num_samples=60, seeds=2)
    study.save(tmp_path / "run")
    for one in (study, limeeval.load(tmp_path / "run"), other):
        one.report(tmp_path / "run")
    study.report(tmp_path / "elsewhere")
    study.report(tmp_path / "run" / "page.html")
    other.report(tmp_path / "run" / "page.html")
    assert [provenance is not None for provenance in known] == [True, True, False, False, True, False]
    assert "fits.parquet" in known[0]["files_sha256"]


def test_files_of_an_earlier_report_go_and_others_stay(tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    mine = {"figures/mine.svg": b"mine", "figures/instances.txt": b"mine"}
    for name, content in mine.items():
        (tmp_path / name).write_bytes(content)
    earlier = ("figures/explanation_worst.png", "figures/iris-2-instances.svg", "tables/iris-all_settings.tex")
    replace_report(tmp_path, {PAGE: b"1", **dict.fromkeys(earlier, b"1")})
    replace_report(tmp_path, {PAGE: b"2", "figures/instances.svg": b"2"})
    assert files_in(tmp_path) == {PAGE: b"2", "figures/instances.svg": b"2", **mine}


def test_a_report_is_removed_whole(tmp_path: Path) -> None:
    replace_report(
        tmp_path, {PAGE: b"1", "report.md": b"1", "figures/instances.svg": b"1", "tables/overview.csv": b"1"}
    )
    (tmp_path / "figures" / "mine.svg").write_bytes(b"mine")
    (tmp_path / "fits.parquet").write_bytes(b"rows")
    remove_report(tmp_path)
    assert files_in(tmp_path) == {"figures/mine.svg": b"mine", "fits.parquet": b"rows"}
    assert not (tmp_path / "tables").exists()
    remove_report(tmp_path / "nothing")


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
    assert files_in(tmp_path) == before


def test_a_path_that_cannot_be_written_to(study: limeeval.Study, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(ValueError, match="path must be one that can be written to, got"):
        study.report(tmp_path / "file" / "page.html")
    with pytest.raises(ValueError, match="style must be screen or paper, got 'glossy'"):
        study.report(tmp_path / "page.html", style="glossy")
