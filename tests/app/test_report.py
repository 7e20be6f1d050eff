"""The report of runs: written by each, rebuilt from its rows, beside others, without values, for a paper, refused."""

import errno
import html
import io
import json
import re
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from filelock import FileLock

import limeeval
from limeeval.app import main
from limeeval.report.drawing.style import COLUMN
from limeeval.report.evidence import evidence

TINY = ["instances=2", "seeds=2", "lime.num_samples=[60,120]", "lime.kernel_width_factor=[0.5,1]", "store=null"]
CUTS = ["instances=2", "seeds=2", "lime.segmentation=slic,grid", "lime.num_samples=60", "lime.kernel_width_factor=1"]
RUNS = {
    "iris": ["task=iris", *TINY],
    "german": ["task=german_credit", *TINY],
    "hidden": ["task=german_credit", "nonlinearity=true", "report.values=false", *TINY],
    "jobs": ["-m", "task=german_credit", "model=forest,logistic", "report.values=false", *TINY],
    "digits": ["task=digits", "report.values=false", "store=null", *CUTS],
}
REPORT = ("report.html", "report.md", "figures", "tables")


@pytest.fixture
def drawn() -> bool:
    return True


@pytest.fixture(scope="module")
def said() -> dict[str, str]:
    """What the runs of ``run_of`` print."""
    return {}


@pytest.fixture(scope="module")
def run_of(tmp_path_factory: pytest.TempPathFactory, said: dict[str, str]) -> Callable[[str], Path]:
    """The folder of a run by its name, run once: not to be written to."""
    parent = tmp_path_factory.mktemp("runs")

    def made(name: str) -> Path:
        if not (parent / name).exists():
            said[name] = _printed([*RUNS[name], f"out={name}"], parent)
        return parent / name

    return made


def _printed(arguments: list[str], folder: Path) -> str:
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out):
        patch.chdir(folder)
        patch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        patch.setenv("HYDRA_FULL_ERROR", "")
        patch.setattr(sys, "path", list(sys.path))
        patch.setattr(sys, "argv", ["limeeval", *arguments])
        patch.setattr("limeeval.report.evidence.evidence", evidence)  # Shared runs: for tests with ``quick`` as well.
        with pytest.raises(SystemExit) as exited:
            main()
    assert exited.value.code == 0
    return out.getvalue()


@pytest.fixture(scope="module")
def telling(run_of: Callable[[str], Path]) -> set[str]:
    """Conditions and categories of a run with values, as far as they are no part of a column's name."""
    rows = limeeval.load(run_of("german"))
    values = [name for name in rows.instances if name.startswith("value_")]
    texts = {str(value) for name in values for value in rows.instances[name] if isinstance(value, str)}
    conditions = rows.attributions["feature_name"]
    return {text for text in texts if len(text) > 5 and text not in " ".join(values)} | set(
        conditions[conditions.str.contains("[<>=]")]
    )


@pytest.fixture(scope="module")
def paper(run_of: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run with a report for a paper: not to be written to."""
    folder = tmp_path_factory.mktemp("paper") / "run"
    shutil.copytree(run_of("iris"), folder)
    _printed(["report", "run", "report.style=paper"], folder.parent)
    return folder


@pytest.fixture
def copied(run_of: Callable[[str], Path], tmp_path: Path) -> Callable[..., Path]:
    """A copy of a run in the test's folder."""
    return lambda name, out="run": Path(shutil.copytree(run_of(name), tmp_path / out))


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reports that say how they were asked for, in place of real ones, which take seconds."""

    def told(runs: Any, options: Any, *, compared: Any = ()) -> dict[str, bytes]:
        text = f"{list(runs)} {options} {compared}".encode()
        names = ("report.html", "report.md", "figures/same_reasons.svg", "tables/all_settings.csv")
        return dict.fromkeys(names, text)

    monkeypatch.setattr("limeeval.report.evidence.evidence", told)


def files_in(folder: Path) -> dict[str, bytes]:
    """The bytes of every file but locks."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and path.name != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in found}


def report_in(folder: Path) -> dict[str, bytes]:
    return {name: content for name, content in files_in(folder).items() if name.split("/")[0] in REPORT}


class TestRuns:
    """What runs write by themselves."""

    def test_a_run_writes_its_report_and_says_where(self, run_of, said) -> None:
        found = set(report_in(run_of("iris")))
        assert {"report.html", "report.md", "tables/all_settings.csv", "tables/all_instances.csv"} <= found
        figures = {path.removeprefix("figures/") for path in found if path.startswith("figures/")}
        assert {f"same_reasons.{ending}" for ending in ("svg", "png", "pdf")} <= figures
        for figure in figures:
            assert f"tables/{figure.partition('.')[0]}.csv" in found
        page = next(line for line in said["iris"].splitlines() if line.startswith("Page "))
        assert Path(page.removeprefix("Page").strip()) == run_of("iris") / "report.html"

    def test_jobs_of_several_share_the_report_of_all(self, run_of, said) -> None:
        folder = run_of("jobs")
        assert {"report.html", "report.md", "tables/overview.csv"} <= set(report_in(folder))
        assert len(pd.read_csv(folder / "tables" / "overview.csv")) == 2
        assert [report_in(folder / job) for job in ("0", "1")] == [{}, {}]
        assert re.findall("^Page.*", said["jobs"], flags=re.MULTILINE) == ["Page    jobs/report.html"]

    def test_a_folder_that_is_used_again_has_no_report_of_other_rows(
        self, cli, copied, quick, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        folder = copied("iris")
        (folder / "figures" / "mine.png").write_bytes(b"mine")

        def full(*_: Any) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr(Path, "write_bytes", full)
        ran = cli("task=wine", "out=run", *TINY)
        assert ran.code == 2
        assert "No space left on device" in ran.message
        assert set(report_in(folder)) == {"figures/mine.png"}
        assert not (folder / ".report.part").exists()
        monkeypatch.undo()
        assert limeeval.load(folder).descriptions[0].task == "wine"

    def test_what_is_in_the_way_is_said_before_the_sweep(self, cli, tmp_path: Path) -> None:
        (tmp_path / "run").mkdir()
        (tmp_path / "run" / "figures").write_text("mine", encoding="utf-8")
        ran = cli("task=iris", "out=run", *TINY)
        assert ran.code == 2
        assert "figures must be a folder for the report to be written, got a file" in ran.message
        assert files_in(tmp_path) == {"run/figures": b"mine"}


class TestRebuilt:
    """``report RUN``: from the saved rows alone."""

    @pytest.mark.parametrize("name", ["iris", "hidden", "digits"])
    def test_the_same_bytes_again(self, name: str, cli, copied) -> None:
        folder = copied(name)
        before = files_in(folder)
        for path in REPORT:
            shutil.rmtree(folder / path) if (folder / path).is_dir() else (folder / path).unlink()
        ran = cli("report", "run")
        assert (ran.code, ran.err) == (0, "")
        assert "Page    run/report.html" in ran.out
        after = files_in(folder)
        assert set(after) == set(before)
        assert [path for path, content in before.items() if after[path] != content] == []

    def test_what_is_asked_for(self, cli, copied, quick) -> None:
        folder = copied("iris")
        for arguments, expected in (
            ([], "values=True, style='screen'"),
            (["report.values=False"], "values=False, style='screen'"),
            (["report.style=paper", "report.values=true"], "values=True, style='paper'"),
        ):
            assert cli("report", "run", *arguments).code == 0
            assert expected in (folder / "report.md").read_text(encoding="utf-8")
        assert set(report_in(folder)) == {
            "report.html",
            "report.md",
            "figures/same_reasons.svg",
            "tables/all_settings.csv",
        }

    def test_files_of_the_users_stay(self, cli, copied, quick) -> None:
        folder = copied("iris")
        mine = {folder / "figures" / name for name in ("mine.png", "same_reasons.txt")} | {folder / "tables" / "my.csv"}
        for path in mine:
            path.write_text("mine", encoding="utf-8")
        assert cli("report", "run").code == 0
        assert {path for path in mine if path.read_text(encoding="utf-8") == "mine"} == mine


class TestSeveral:
    """``report A B out=both``."""

    @pytest.fixture
    def two(self, copied, tmp_path: Path) -> tuple[Path, Path]:
        """Two runs of one task: the second has other seeds for its own."""
        one, other = copied("iris", "A"), copied("iris", "B")
        for name in ("attributions", "fits"):
            rows = pd.read_parquet(other / f"{name}.parquet")
            rows.assign(seed=rows["seed"] + 7).to_parquet(other / f"{name}.parquet", index=False)
        return one, other

    def test_one_page_with_both_and_what_changed(self, two, cli, tmp_path: Path) -> None:
        shutil.rmtree(two[0] / "figures")
        ran = cli("report", "A", "B", "A", str(tmp_path / "B"), "out=both")
        assert (ran.code, ran.err) == (0, "")
        assert ran.out.splitlines()[-1] == "Side by side: both/report.html"
        assert ran.out.count("Page    ") == 2
        assert (two[0] / "figures" / "same_reasons.svg").is_file()
        overview = pd.read_csv(tmp_path / "both" / "tables" / "overview.csv")
        assert overview.iloc[:, 0].tolist() == ["A", "B"]
        written = (tmp_path / "both" / "report.md").read_text(encoding="utf-8")
        page = html.unescape((tmp_path / "both" / "report.html").read_text(encoding="utf-8"))
        for text in (written, page):
            assert "From A to B, at x1 with 120 samples" in text
            assert "2 instances, 2 seeds" in text
        assert {"a-same_reasons.svg", "b-same_reasons.svg"} <= {
            path.name for path in (tmp_path / "both" / "figures").iterdir()
        }
        assert list((tmp_path / "both").glob("*.parquet")) == []

    def test_folders_of_one_name_are_told_apart(self, cli, copied, quick, tmp_path: Path) -> None:
        copied("iris", "q3/run")
        copied("iris", "q4/run")
        assert cli("report", "q3/run", "q4/run", "out=both").code == 0
        assert "['q3/run', 'q4/run']" in (tmp_path / "both" / "report.md").read_text(encoding="utf-8")
        assert "['run']" in (tmp_path / "q3" / "run" / "report.md").read_text(encoding="utf-8")

    def test_a_folder_of_its_own_where_none_is_given(self, cli, copied, quick, tmp_path: Path) -> None:
        copied("iris", "A")
        copied("iris", "B")
        ran = cli("report", "A", "B")
        (page,) = (tmp_path / "outputs").glob("*/*/report.html")
        assert ran.out.splitlines()[-1] == f"Side by side: {page.relative_to(tmp_path)}"
        assert cli("report").code == 2  # It holds no run.

    @pytest.mark.parametrize(
        ("broken", "message"),
        [
            (lambda folder: (folder / "fits.parquet").write_bytes(b"PAR1"), "got files that cannot be read"),
            (lambda folder: (folder / "summary.json").unlink(), "got a run that has not finished: no summary.json"),
        ],
        ids=["corrupted", "unfinished"],
    )
    def test_nothing_is_written_where_one_cannot_be_read(
        self, broken, message: str, cli, copied, quick, tmp_path: Path
    ) -> None:
        copied("iris", "A")
        broken(copied("iris", "B"))
        before = files_in(tmp_path)
        ran = cli("report", "A", "B", "out=both")
        assert ran.code == 2
        assert message in ran.message
        assert files_in(tmp_path) == before

    @pytest.mark.parametrize(
        ("out", "message"),
        [
            ("A", "out must be another folder than that of a run, whose own report is there, got A"),
            ("C", "out must be another folder than that of a run, whose own report is there, got C"),
            ("file", "out must be a folder that can be written to, got file (File exists)"),
            ("~/both", "out must not begin with ~, which shells leave as it is after an equals sign, got out=~/both"),
            ("", "out must be a folder, got nothing"),
            ("taken", "tables must be a folder for the report to be written, got a file"),
        ],
    )
    def test_a_folder_that_cannot_hold_it(self, out: str, message: str, cli, copied, quick, tmp_path: Path) -> None:
        for name in "ABC":
            copied("iris", name)
        (tmp_path / "file").touch()
        (tmp_path / "taken").mkdir()
        (tmp_path / "taken" / "tables").touch()
        before = files_in(tmp_path)
        ran = cli("report", "A", "B", f"out={out}")
        assert ran.code == 2
        assert message in ran.message
        assert files_in(tmp_path) == before

    def test_one_that_is_in_use(self, cli, copied, quick, tmp_path: Path) -> None:
        copied("iris", "A")
        other = copied("iris", "B")
        before = files_in(tmp_path)
        with FileLock(other / ".lock"):
            ran = cli("report", "A", "B", "out=both")
        assert ran.code == 2
        assert ran.message == "out must be a folder that no other run is using, got B"
        assert files_in(tmp_path) == before
        assert not (tmp_path / "both").exists()


class TestWithoutValues:
    """``report.values=false``: nothing of what instances are, anywhere."""

    def test_a_run_with_values_tells_them(self, run_of, telling: set[str]) -> None:
        """Else the tests below could not fail."""
        assert len(telling) > 20
        assert any(" > 24.00" in text for text in telling)
        assert any("=car (new)" in text for text in telling)
        assert told_in(run_of("german"), telling) == telling

    @pytest.mark.parametrize("name", ["hidden", "jobs"])
    def test_no_file_tells_anything(self, name: str, run_of, telling: set[str]) -> None:
        assert told_in(run_of(name), telling) == set()
        for path in run_of(name).rglob("*.parquet"):
            assert [column for column in pd.read_parquet(path) if column.startswith("value_")] == []

    def test_rows_keep_what_scores_are_made_of(self, run_of) -> None:
        hidden, shown = limeeval.load(run_of("hidden")), limeeval.load(run_of("german"))
        columns = [name for name in shown.instances if not name.startswith("value_")]
        pd.testing.assert_frame_equal(hidden.instances, shown.instances[columns])
        rest = [name for name in shown.attributions if name != "feature_name"]
        pd.testing.assert_frame_equal(hidden.attributions[rest], shown.attributions[rest])
        named = hidden.attributions.groupby("feature")["feature_name"].unique()
        values = [name.removeprefix("value_") for name in shown.instances if name.startswith("value_")]
        assert [list(names) for names in named] == [[name] for name in values]

    def test_its_page_names_columns(self, run_of) -> None:
        reasons = pd.read_csv(run_of("hidden") / "tables" / "explanation_worst.csv").iloc[:, 0].tolist()
        columns = {name.removeprefix("value_") for name in limeeval.load(run_of("german")).instances}
        assert len(reasons) > 5
        assert set(reasons) <= columns

    def test_only_the_report_of_a_run_with_values_is_without(
        self, cli, copied, telling: set[str], tmp_path: Path
    ) -> None:
        folder = copied("german")
        before = files_in(folder)
        assert cli("report", "run", "report.values=false").code == 0
        after = files_in(folder)
        kept = {path for path in before if path.split("/")[0] not in REPORT}
        assert [path for path in kept if before[path] != after[path]] == []
        only = tmp_path / "report alone"
        only.mkdir()
        for path in REPORT:
            (folder / path).rename(only / path)
        assert told_in(only, telling) == set()
        now = pd.read_csv(only / "tables" / "all_instances.csv")
        then = pd.read_csv(io.BytesIO(before["tables/all_instances.csv"]))
        assert now["row"].tolist() == then["row"].tolist()
        assert set(then) - set(now) >= {"purpose", "credit_amount"}

    def test_images_are_not_kept(self, run_of) -> None:
        folder = run_of("digits")
        assert (folder / "segments.npz").is_file()
        assert list(folder.rglob("thumbnails/*")) == []
        assert list((folder / "figures").glob("pictures*")) == []
        assert (folder / "figures" / "explanation_worst.svg").is_file()
        assert re.findall('src="data:image/', (folder / "report.html").read_text(encoding="utf-8")) == []
        loaded = limeeval.load(folder)
        assert loaded.pictures is not None
        assert loaded.pictures.thumbnails == {}
        assert not any(name.startswith("value_") for name in loaded.instances)


def told_in(folder: Path, telling: set[str]) -> set[str]:
    """Those of the texts that any file of a folder has in it."""
    found = " ".join(_texts_in(folder))
    return {text for text in telling if text in found}


def _texts_in(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        if path.suffix == ".parquet":
            rows = pd.read_parquet(path)
            yield " ".join(str(text) for name in rows for text in rows[name].unique())
        elif path.suffix in (".html", ".md", ".svg", ".csv", ".json", ".yaml", ".tex"):
            yield html.unescape(path.read_text(encoding="utf-8"))


class TestPaper:
    """``report.style=paper``."""

    def test_drawings_as_wide_as_a_column(self, paper: Path) -> None:
        endings = {path.suffix for path in (paper / "figures").iterdir()}
        assert endings == {".svg", ".pdf"}
        for path in (paper / "figures").glob("*.svg"):
            width = re.search(r'<svg[^>]* width="([\d.]+)pt"', path.read_text(encoding="utf-8"))
            assert width is not None
            assert float(width[1]) <= 72 * COLUMN + 0.01
        assert len(list((paper / "figures").glob("*.pdf"))) >= 5

    def test_a_table_of_the_settings(self, paper: Path) -> None:
        text = (paper / "tables" / "all_settings.tex").read_text(encoding="utf-8")
        assert re.findall(r"\\begin{(\w+)}", text) == re.findall(r"\\end{(\w+)}", text)[::-1]
        depths = [part.count("{") - part.count("}") for part in re.split(r"\\[{}]", text)]
        assert sum(depths) == 0
        assert re.findall(r"(?<!\\)[_%#$]", text) == []
        body = text.partition(r"\toprule")[2].partition(r"\bottomrule")[0]
        rows = [row for row in re.split(r"\\\\", body.replace(r"\midrule", "")) if row.strip()]
        columns = len(re.search(r"\\begin{tabular}{(\w+)}", text)[1])
        assert len(rows) == 1 + 4
        assert {len(re.split(r"(?<!\\)&", row)) for row in rows} == {columns}

    def test_the_screen_again(self, paper: Path, cli, run_of, tmp_path: Path) -> None:
        shutil.copytree(paper, tmp_path / "run")
        assert cli("report", "run").code == 0
        assert report_in(tmp_path / "run") == report_in(run_of("iris"))


def _older_schema(folder: Path) -> None:
    fits = pd.read_parquet(folder / "fits.parquet")
    fits.drop(columns="ess").to_parquet(folder / "fits.parquet", index=False)


def _truncated(folder: Path) -> None:
    path = folder / "attributions.parquet"
    path.write_bytes(path.read_bytes()[:-500])


class TestRefused:
    """One line, exit code 2, nothing written or changed."""

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (["run", "report.values=maybe"], "report.values must be true or false, got maybe"),
            (["run", "report.values="], "report.values must be true or false, got nothing"),
            (["run", "report.style=glossy"], "report.style must be screen or paper, got glossy"),
            (["run", "report.stile=paper"], "got report.stile=paper; did you mean report.style?"),
            (["run", "report.foo=1"], "report takes folders of runs, and out=, report.style=, report.values=, got"),
            (["run", "out=elsewhere"], "out is where several runs stand beside one another, got a single run"),
            (["run", "./run", "out=elsewhere"], "out is where several runs stand beside one another, got a single run"),
            (["--style", "run"], "got --style"),
            (["nowhere"], "nowhere must be the folder of a finished run, got no run: there is no such folder"),
            (["run/report.md"], "run/report.md must be the folder of a finished run, got no run: it is a file"),
            ([], "RUN_DIR must be given where outputs holds no run"),
        ],
        ids=" ".join,
    )
    def test_arguments(self, arguments: list[str], message: str, cli, copied, quick, tmp_path: Path) -> None:
        copied("iris")
        before = files_in(tmp_path)
        ran = cli("report", *arguments)
        assert (ran.code, ran.out) == (2, "")
        assert message in ran.message
        assert files_in(tmp_path) == before

    @pytest.mark.parametrize(
        ("broken", "message"),
        [
            (lambda folder: (folder / "summary.json").unlink(), "run that has not finished: no summary.json"),
            (_older_schema, f"of limeeval {limeeval.__version__}: fits.parquet lacks ess. Run it again: python -m"),
            (_truncated, "got files that cannot be read: attributions.parquet is not Parquet"),
            (lambda folder: (folder / "instances.parquet").write_bytes(b""), "instances.parquet is not Parquet"),
            (lambda folder: (folder / "provenance.json").write_text("{"), "provenance.json is not JSON"),
            (lambda folder: (folder / "provenance.json").write_text("[]"), "provenance.json must be a JSON object"),
            (lambda folder: (folder / "summary.json").write_text("{}"), "summary.json lacks runs, target"),
        ],
        ids=["unfinished", "older schema", "truncated", "empty", "provenance", "no object", "summary"],
    )
    def test_runs(self, broken, message: str, cli, copied, quick, tmp_path: Path) -> None:
        broken(copied("iris"))
        before = files_in(tmp_path)
        ran = cli("report", "run")
        assert (ran.code, ran.out) == (2, "")
        assert message in ran.message
        assert files_in(tmp_path) == before

    @pytest.mark.parametrize(
        ("name", "message"),
        [
            ("figures", "run/figures must be a folder for the report to be written, got a file"),
            ("tables", "run/tables must be a folder for the report to be written, got a file"),
            ("report.html", "run/report.html must be a file for the report to be written, got a folder"),
            ("report.md", "run/report.md must be a file for the report to be written, got a folder"),
        ],
    )
    def test_what_is_in_the_way(self, name: str, message: str, cli, copied, quick, tmp_path: Path) -> None:
        folder = copied("iris")
        if (folder / name).is_dir():
            shutil.rmtree(folder / name)
            (folder / name).write_text("mine", encoding="utf-8")
        else:
            (folder / name).unlink()
            (folder / name).mkdir()
            (folder / name / "mine").touch()
        before = files_in(tmp_path)
        ran = cli("report", "run")
        assert (ran.code, ran.message) == (2, message)
        assert files_in(tmp_path) == before

    def test_a_run_that_another_process_uses(self, cli, copied, quick, tmp_path: Path) -> None:
        folder = copied("iris")
        before = files_in(tmp_path)
        with FileLock(folder / ".lock"):
            ran = cli("report", "run")
        assert (ran.code, ran.message) == (2, "out must be a folder that no other run is using, got run")
        assert files_in(tmp_path) == before
        assert cli("report", "run").code == 0

    @pytest.mark.parametrize("key", ["report.values=maybe", "report.style=glossy", "report.foo=1", "report=3"])
    def test_a_run_with_a_wrong_value_does_not_begin(self, key: str, cli, tmp_path: Path) -> None:
        ran = cli("task=iris", "out=run", key, *TINY)
        assert ran.code == 2
        assert "report" in ran.message
        assert list(tmp_path.iterdir()) == []


class TestFullDisk:
    """The earlier report stays as it was, whichever file does not fit."""

    def test_every_file_in_turn(self, copied, monkeypatch: pytest.MonkeyPatch) -> None:
        from limeeval.report.options import Options
        from limeeval.study.report_files import write_report

        folder = copied("iris")
        before, study = files_in(folder), limeeval.load(folder)
        changed = {name: content + b"changed" for name, content in report_in(folder).items()}
        monkeypatch.setattr("limeeval.report.evidence.evidence", lambda *_, **__: changed)
        assert len(changed) > 20
        for number in range(len(changed)):
            with monkeypatch.context() as patch:
                patch.setattr(Path, "write_bytes", _full_after(number))
                with pytest.raises(OSError, match="No space left"):
                    write_report(study, folder, Options())
            assert files_in(folder) == before
        write_report(study, folder, Options())
        assert report_in(folder) == changed

    @pytest.mark.parametrize("method", ["write_bytes", "write_text"])
    def test_it_is_one_message(self, method: str, cli, copied, quick, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = copied("iris")
        before = files_in(folder)
        with monkeypatch.context() as patch:
            patch.setattr(Path, method, _full_after(1, getattr(Path, method)))
            ran = cli("report", "run")
        assert (ran.code, ran.message) == (2, "[Errno 28] No space left on device")
        assert files_in(folder) == before
        assert cli("report", "run").code == 0

    def test_a_table_that_does_not_fit(self, cli, copied, quick, monkeypatch: pytest.MonkeyPatch) -> None:
        folder = copied("iris")
        (folder / "scores.parquet").unlink()  # These are then made anew.
        before = files_in(folder)
        monkeypatch.setattr(pd.DataFrame, "to_parquet", _full_after(0))
        ran = cli("report", "run")
        assert (ran.code, ran.message) == (2, "[Errno 28] No space left on device")
        assert files_in(folder) == before


def _full_after(count: int, write: Callable[..., Any] = Path.write_bytes) -> Callable[..., Any]:
    """A way to write that fails once so many files were written, half-way through the next."""
    written: list[Any] = []

    def limited(path: Any, *content: Any, **options: Any) -> Any:
        if len(written) == count:
            if isinstance(path, Path):
                write(path, content[0][: len(content[0]) // 2], **options)
            raise OSError(errno.ENOSPC, "No space left on device")
        written.append(path)
        return write(path, *content, **options)

    return limited


def test_a_record_says_what_was_asked_for(run_of) -> None:
    record = json.loads((run_of("hidden") / "provenance.json").read_text(encoding="utf-8"))
    assert record["configuration"]["report"] == {"values": False, "style": "screen"}
