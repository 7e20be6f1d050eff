"""``python -m limeeval check``: exit codes, messages and files."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest
import yaml
from junitparser import JUnitXml

from limeeval.app.check_arguments import USAGE
from limeeval.study.files import digest_of

LOW, HIGH = {"metric": "same_set", "at_least": 0.0}, {"metric": "jaccard", "at_most": -1}
COMPARED = {"metric": "jaccard", "no_worse_than_baseline": 0.05, "allow_missing": True}


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run, made once."""
    from limeeval import evaluate
    from limeeval.lime import LimeTabularExplainer

    rows = pd.DataFrame({name: range(number, number + 60) for number, name in enumerate("abcd")}).to_numpy(dtype=float)
    rows = rows * [1, -2, 3, 0.5] % 17
    explainer = LimeTabularExplainer(rows, mode="regression", feature_names=list("abcd"))
    folder = tmp_path_factory.mktemp("finished") / "run"
    evaluate(explainer, rows[:3], lambda x: x[:, 0] * x[:, 1], seeds=4, num_samples=[100, 200]).save(folder)
    return folder


@pytest.fixture
def gate(cli: Callable, finished: Path, tmp_path: Path) -> Callable:
    """``gate([threshold, ...], option, ...)`` checks the run."""
    shutil.copytree(finished, tmp_path / "run")

    def checked(thresholds: object, *options: str):
        (tmp_path / "t.yaml").write_text(yaml.safe_dump(thresholds), encoding="utf-8")
        return cli("check", "run", "--thresholds", "t.yaml", *options)

    return checked


def vouch(run: Path) -> None:
    """Has the provenance describe the scores as they are."""
    known = json.loads((run / "provenance.json").read_text(encoding="utf-8"))
    known["files_sha256"]["scores.parquet"] = digest_of(run / "scores.parquet")
    (run / "provenance.json").write_text(json.dumps(known), encoding="utf-8")


def test_exit_code_0_and_1(gate) -> None:
    passed = gate([LOW])
    assert (passed.code, passed.err) == (0, "")
    assert "0 of 2 checks failed (2 passed)." in passed.out
    failed = gate([LOW, HIGH])
    assert (failed.code, failed.err) == (1, "")
    assert failed.out.index("✗ fail") < failed.out.index("✓ pass")
    assert "2 of 4 checks failed" in failed.out
    assert max(map(len, failed.out.splitlines())) <= 80


def test_what_is_inconclusive_counts_where_that_is_strict(gate) -> None:
    scores = pd.read_parquet("run/scores.parquet")
    row = scores[scores["instance"].isna() & (scores["metric"] == "jaccard") & (scores["num_samples"] == 100)].iloc[0]
    assert row["low"] < row["estimate"] < row["high"]
    asked = {"metric": "jaccard", "at_least": float(row["estimate"]), "where": {"num_samples": 100}}
    assert gate([asked]).code == 0
    assert gate([{**asked, "strict": True}]).code == 1
    assert gate([{**asked, "strict": True, "severity": "warn"}]).code == 0


def test_the_newest_run_is_checked_by_default(cli, finished, tmp_path) -> None:
    (tmp_path / "t.yaml").write_text(yaml.safe_dump([LOW]), encoding="utf-8")
    assert cli("check", "--thresholds", "t.yaml").message == "RUN_DIR must be given where outputs holds no run"
    for time in ("10-00-00", "11-00-00"):
        shutil.copytree(finished, tmp_path / "outputs" / "2026-01-01" / time)
    (tmp_path / "outputs" / "2026-01-01" / "11-00-00" / "scores.parquet").write_text("x", encoding="utf-8")
    assert "11-00-00" in cli("check", "--thresholds=t.yaml").message


def test_reports_are_written(gate, tmp_path) -> None:
    assert gate([LOW, HIGH], "--junit=j.xml", "--markdown", "m.md", "--json", "j.json").code == 1
    (suite,) = JUnitXml.fromfile("j.xml")
    assert (suite.tests, suite.failures) == (4, 2)
    assert "| **✗ fail** | jaccard at most" in Path("m.md").read_text(encoding="utf-8")
    found = json.loads(Path("j.json").read_text(encoding="utf-8"))
    assert (found["exit_code"], len(found["verdicts"])) == (1, 4)
    assert found["verdicts"][0]["numbers"]["where"]["num_samples"] == 100
    assert not list(tmp_path.glob(".*"))


def test_github_is_told(gate, tmp_path, monkeypatch) -> None:
    quiet = gate([LOW, HIGH])
    assert "::error" not in quiet.out
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    (tmp_path / "summary.md").write_text("before\n", encoding="utf-8")
    told = gate([LOW, HIGH])
    assert len([line for line in told.out.splitlines() if line.startswith("::error title=jaccard at most -1")]) == 2
    text = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert text.startswith("before\n### limeeval check: failed\n")
    (tmp_path / "summary.md").write_bytes(b"x" * 1024 * 1024)
    assert gate([LOW, HIGH]).code == 1
    assert (tmp_path / "summary.md").stat().st_size == 1024 * 1024
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "none" / "summary.md"))
    unwritable = gate([LOW, HIGH])
    assert unwritable.code == 1
    assert unwritable.message.startswith("no summary in GITHUB_STEP_SUMMARY")


@pytest.mark.parametrize(
    "asked",
    [
        {"metric": "jac\n::error::x\x1b[31m", "at_least": 0.5},
        {"metric": "jaccard", "name": "a\n::error::x\x1b[31m", "no_worse_than_baseline": 0.5},
        {"metric": "jaccard", "at_least": 0.5, "where": {"task": "a\n::error::x\x1b[31m"}},
        {"metric": "jaccard", "at_least": 0.5, "where": {"a\n::error::x\x1b[31m": 1}},
        {"metric": "jaccard", "at_least": 0.5, "a\n::error::x\x1b[31m" * 999: 1},
    ],
)
def test_a_message_is_one_line_whatever_names_hold(gate, asked) -> None:
    ran = gate([asked])
    assert (ran.code, ran.out) == (2, "")
    assert "\x1b" not in ran.message
    assert "::error::x" in ran.message
    assert len(ran.message) < 2010


def test_github_is_told_why_nothing_was_judged(gate, tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    assert gate([LOW], "--baseline", "none").out == ""
    assert not (tmp_path / "summary.md").exists()
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    told = gate([LOW], "--baseline", "none")
    assert told.code == 2
    assert told.out == f"::error title=limeeval check%3A nothing was judged::{told.message}\n"
    text = (tmp_path / "summary.md").read_text(encoding="utf-8")
    assert text.startswith("### limeeval check: nothing was judged\n\na baseline must be the folder of a run")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--treshold", "t.yaml"], "got --treshold; did you mean --thresholds?"),
        (["--thresholds"], "--thresholds takes a value, got none"),
        (["--thresholds="], "--thresholds takes a value, got none"),
        (["--thresholds", "--junit", "j.xml"], "--thresholds takes a value, got --junit"),
        (["--thresholds", "t.yaml", "--thresholds", "t.yaml"], "--thresholds must stand once, got it twice"),
        (["--unpaired=true"], "got --unpaired=true; did you mean --unpaired?"),
        ([], "check needs --thresholds FILE (--init FILE writes one to begin with), got none"),
        (["--thresholds", "t.yaml", "--unpaired"], "--unpaired is about a --baseline, got none"),
        (["--thresholds", "none.yaml"], "thresholds must be a file that can be read, got none.yaml"),
        (["--thresholds", "t.yaml", "--junit", "none/j.xml"], "--junit must be a file in a folder that exists"),
        (["--thresholds", "t.yaml", "--junit", "run"], "--junit must be a file, got the folder run"),
        (["--thresholds", "t.yaml", "--json", "t.yaml"], "--json must be another file than those that are read"),
        (["--thresholds", "t.yaml", "--json", "a", "--junit", "a"], "must be another file"),
        (["--thresholds", "t.yaml", "other"], "check takes the folder of one run, got run and other"),
        (["--thresholds", "t.yaml", ""], "check takes the folder of a run, got an empty name"),
        (["--thresholds", "t.yaml", "junit=j.xml"], "got junit=j.xml; did you mean --junit?"),
        (["--thresholds", "t.yaml", "--baseline", "none"], "none"),
        (["--thresholds", "t.yaml", "--baseline", "t.yaml"], "t.yaml"),
        (["--init", "new.yaml", "--json", "j.json"], "--init judges nothing, and goes without --json"),
        (["--init", "t.yaml"], "--init must be a new file, got t.yaml, which is there already"),
        (["--init", "i.yaml", "--update-baseline", "b", "--thresholds", "t.yaml"], "goes without --thresholds"),
        (["--thresholds", "t.yaml", "--junit", "run/scores.parquet"], "--junit must not replace a file of a run"),
        (["--thresholds", "t.yaml", "--json", "run/summary.json"], "--json must not replace a file of a run"),
        (["--update-baseline", "run/fits.parquet"], "--update-baseline must not replace a file of a run"),
        (["--update-baseline", "t.yaml"], "--update-baseline must be a new file or a baseline, got t.yaml"),
        (["--init", "i.yaml", "--update-baseline", "i.yaml"], "--update-baseline must be another file"),
    ],
)
def test_wrong_usage_is_one_message_and_no_file(cli, finished, tmp_path, options, message) -> None:
    shutil.copytree(finished, tmp_path / "run")
    (tmp_path / "t.yaml").write_text(yaml.safe_dump([LOW]), encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    ran = cli("check", "run", *options)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.message
    assert sorted(tmp_path.rglob("*")) == [path for path in before if path.name != "a"]


@pytest.mark.parametrize(
    "thresholds",
    [
        [],
        None,
        {"metric": "jaccard", "at_least": 0.5},
        [{"metric": "jacard", "at_least": 0.5}],
        [{"metric": "jaccard", "atleast": 0.5}],
        [{"metric": "jaccard", "at_least": 0.5, "at_most": 0.4}],
        [{"metric": "jaccard", "at_least": 0.5, "where": {"num_sample": 100}}],
        [{"metric": "jaccard", "at_least": 0.5, "where": {"num_samples": 101}}],
        [{"metric": "jaccard", "no_worse_than_baseline": 0.1}],
    ],
)
def test_thresholds_that_mean_nothing_are_never_a_pass(gate, thresholds) -> None:
    ran = gate(thresholds, "--junit", "j.xml")
    assert (ran.code, ran.out) == (2, "")
    assert ran.message
    assert not Path("j.xml").exists()


def test_a_run_that_cannot_be_judged_is_never_a_pass(gate, tmp_path) -> None:
    def broken(change: Callable[[Path], object], *, vouched: bool = False) -> str:
        shutil.rmtree("run.bak", ignore_errors=True)
        shutil.copytree("run", "run.bak")
        change(Path("run"))
        if vouched:
            vouch(Path("run"))
        ran = gate([LOW])
        shutil.rmtree("run", ignore_errors=True)
        shutil.move("run.bak", "run")
        assert (ran.code, ran.out) == (2, "")
        return ran.message

    def summary(**entries: object) -> Callable[[Path], object]:
        def change(run: Path) -> None:
            known = json.loads((run / "summary.json").read_text(encoding="utf-8"))
            (run / "summary.json").write_text(json.dumps({**known, **entries}), encoding="utf-8")

        return change

    def job_lost(run: Path) -> None:
        known = json.loads((run / "provenance.json").read_text(encoding="utf-8"))
        (run / "provenance.json").write_text(json.dumps({**known, "missing": ["job 3 failed"]}), encoding="utf-8")

    def twice(run: Path) -> None:
        scores = pd.read_parquet(run / "scores.parquet")
        pd.concat([scores, scores.iloc[:1]]).to_parquet(run / "scores.parquet", index=False)

    assert "got no run: there is no such folder" in broken(lambda run: shutil.rmtree(run))
    assert "report run makes it" in broken(lambda run: (run / "scores.parquet").unlink())
    assert "no run: no summary.json" in broken(lambda run: (run / "summary.json").unlink())

    def no_parquet(run: Path) -> None:
        (run / "scores.parquet").write_bytes(b"x")

    def low_above_high(run: Path) -> None:
        scores = pd.read_parquet(run / "scores.parquet")
        scores.assign(low=scores["high"], high=scores["low"]).to_parquet(run / "scores.parquet", index=False)

    assert "scores.parquet is not Parquet" in broken(no_parquet, vouched=True)
    assert "run must be as the run wrote it, got scores.parquet changed since" in broken(no_parquet)
    assert "within its limits" in broken(low_above_high, vouched=True)
    assert "summary.json is not JSON" in broken(lambda run: (run / "summary.json").write_bytes(b"x"))
    assert "one with 1 failure: row 3: the model failed" in broken(summary(failures=["row 3: the model failed"]))
    assert "one with 1 failure: job 3 failed" in broken(job_lost)
    assert "must have each row once" in broken(twice, vouched=True)


@pytest.mark.parametrize("options", [[], ["--update-baseline", "new.parquet"], ["--baseline", "run"]])
@pytest.mark.parametrize("name", ["attributions", "fits", "instances", "scores"])
def test_tables_that_are_not_those_of_the_run_are_never_a_pass(cli, finished, tmp_path, name, options) -> None:
    """Rows that were lost, of the run and of a folder that it is held against."""
    (tmp_path / "t.yaml").write_text(yaml.safe_dump([LOW, COMPARED]), encoding="utf-8")
    shutil.copytree(finished, tmp_path / "run")
    shutil.copytree(finished, tmp_path / "other")
    rows = pd.read_parquet(f"run/{name}.parquet")
    chosen = rows["seed"] > 1 if "seed" in rows else rows["instance"] != 1
    rows[chosen.fillna(True)].to_parquet(f"run/{name}.parquet", index=False)
    checked = "other" if "--baseline" in options else "run"
    ran = cli("check", checked, "--thresholds", "t.yaml", *options)
    again = "python -m limeeval report run makes it anew" if name == "scores" else "run it again"
    assert (ran.code, ran.out) == (2, "")
    assert f"run must be as the run wrote it, got {name}.parquet changed since: {again}" in ran.message
    assert not Path("new.parquet").exists()


@pytest.mark.parametrize("name", ["attributions", "fits", "instances"])
def test_tables_that_nothing_vouches_for_must_be_of_one_run(gate, name) -> None:
    known = json.loads(Path("run/provenance.json").read_text(encoding="utf-8"))
    del known["files_sha256"]
    Path("run/provenance.json").write_text(json.dumps(known), encoding="utf-8")
    assert gate([LOW]).code == 0
    rows = pd.read_parquet(f"run/{name}.parquet")
    rows[rows["seed" if "seed" in rows else "instance"] != 1].to_parquet(f"run/{name}.parquet", index=False)
    lost = gate([LOW])
    assert (lost.code, lost.out) == (2, "")
    assert "got files that are not of one run: " in lost.message


def test_scores_that_a_report_makes_anew_are_judged(gate, cli) -> None:
    Path("run/scores.parquet").write_bytes(b"x")
    assert gate([LOW]).code == 2
    assert cli("report", "run").code == 0
    assert gate([LOW]).code == 0


def test_thresholds_of_ours_have_names(cli, finished, tmp_path) -> None:
    shutil.copytree(finished, tmp_path / "run")
    assert "must be one that the run has (100, 200), got 5000" in cli("check", "run", "--thresholds=default").message


def test_init_writes_thresholds_that_pass(cli, finished, tmp_path) -> None:
    shutil.copytree(finished, tmp_path / "run")
    assert cli("check", "run", "--init", "gate.yaml").out == "Thresholds to begin with: gate.yaml\n"
    assert cli("check", "run", "--thresholds", "gate.yaml").code == 0


def test_init_writes_thresholds_that_compare_with_the_baseline_of_the_same_run(cli, finished, tmp_path) -> None:
    shutil.copytree(finished, tmp_path / "run")
    made = cli("check", "run", "--init", "gate.yaml", "--update-baseline", "b.parquet")
    assert made.code == 0
    assert made.out.startswith("Baseline: b.parquet (")
    assert made.out.endswith("Thresholds to begin with: gate.yaml\n")
    assert made.out.count("the smallest margin is") == 2
    assert "underpowered" not in made.out
    asked = yaml.safe_load(Path("gate.yaml").read_text(encoding="utf-8"))
    assert [entry["metric"] for entry in asked if "no_worse_than_baseline" in entry] == ["jaccard", "r2_fresh"]
    same = cli("check", "run", "--thresholds", "gate.yaml", "--baseline", "b.parquet")
    assert same.code == 0
    assert "0 of 4 checks failed (4 passed)." in same.out
    alone = cli("check", "run", "--thresholds", "gate.yaml")
    assert alone.code == 2
    assert alone.message.startswith("no_worse_than_baseline needs a baseline")


def test_what_cannot_be_begun_leaves_no_baseline(cli, finished, tmp_path) -> None:
    shutil.copytree(finished, tmp_path / "run")
    scores = pd.read_parquet("run/scores.parquet")
    scores.assign(low=float("nan"), high=float("nan")).to_parquet("run/scores.parquet", index=False)
    vouch(Path("run"))
    made = cli("check", "run", "--init", "gate.yaml", "--update-baseline", "b.parquet")
    assert (made.code, made.out) == (2, "")
    assert "thresholds are made of scores that have limits" in made.message
    assert not list(tmp_path.glob("[bg]*"))


def test_a_baseline_is_written_and_compared_with(gate, cli, tmp_path) -> None:
    compared = {"metric": "jaccard", "no_worse_than_baseline": 0.05}
    made = gate([compared], "--update-baseline", "b.parquet")
    assert made.code == 0
    assert made.out.startswith("Baseline: b.parquet (")
    assert made.out.count("the smallest margin is") == 2
    for baseline in ("b.parquet", "run"):
        same = gate([compared], "--baseline", baseline)
        assert (same.code, same.err) == (0, "")
        assert "0 of 2 checks failed (2 passed)." in same.out
    assert "no threshold compares with the baseline" in gate([LOW], "--baseline", "b.parquet").out
    unasked = cli("check", "run", "--update-baseline", "b.parquet")
    assert unasked.out.count("jaccard (") == 2


def test_versions_that_changed_are_said(gate, tmp_path) -> None:
    gate([LOW], "--update-baseline", "b.parquet")
    provenance = json.loads(Path("run/provenance.json").read_text(encoding="utf-8"))
    provenance["libraries"]["numpy"] = "99.0"
    Path("run/provenance.json").write_text(json.dumps(provenance), encoding="utf-8")
    ran = gate([{"metric": "jaccard", "no_worse_than_baseline": 0.05}], "--baseline", "b.parquet")
    assert ran.code == 0
    assert "Note: versions changed since the baseline: numpy" in ran.out


def test_help_is_a_page(cli) -> None:
    for option in ("--help", "-h"):
        assert cli("check", option).out == f"{USAGE}\n"
    assert max(map(len, USAGE.splitlines())) <= 80


def test_a_reader_that_goes_away_changes_no_verdict(gate, start, tmp_path) -> None:
    gate([HIGH])
    with start("check", "run", "--thresholds", "t.yaml") as running:
        assert running.stdout is not None
        running.stdout.close()
        assert running.wait(timeout=60) == 1


def test_no_library_of_models_or_drawings_is_loaded(gate, process) -> None:
    gate([LOW])
    ran = process("check", "run", "--thresholds", "t.yaml", PYTHONPROFILEIMPORTTIME="1")
    assert ran.code == 0
    for name in ("matplotlib", "seaborn", "skimage", "sklearn", "torch", "hydra", "scipy"):
        assert f" {name}\n" not in ran.err
