"""explain, report, rerun."""

import json
import re
from pathlib import Path

import pandas as pd
import pytest


def test_explain_prints_and_writes_a_page(cli, tmp_path: Path) -> None:
    ran = cli("explain", "instances=17", "out=page", "lime.num_samples=500")
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert lines[0] == "german_credit · random forest · row 17"
    assert "(500 samples, kernel width 3.354, seed 0)" in lines[1]
    assert lines[2].startswith("why the model gives bad a probability of")
    assert len(re.findall(r"^  [+-]0\.\d+ ± 0\.\d+  ", ran.out, flags=re.MULTILINE)) == 10
    page = tmp_path / "page" / "explanation.html"
    assert lines[-1] == f"Page: {page}"
    assert "<html" in page.read_text(encoding="utf-8")


def test_explain_is_the_sweeps_own_explanation(cli, tmp_path: Path) -> None:
    same = ["task=wine", "instances=[3]", "seeds=[4]", "lime.num_samples=500", "lime.kernel_width_factor=2"]
    assert cli(*same, "out=run").code == 0
    rows = pd.read_parquet(tmp_path / "run" / "attributions.parquet")
    largest = rows.iloc[rows["coefficient"].abs().argmax()]
    shown = cli("explain", *same, "out=page").out
    coefficient, _, error, *_ = shown.splitlines()[3].split()
    assert float(coefficient) == pytest.approx(largest["coefficient"], abs=1e-3)
    assert float(error) == pytest.approx(largest["standard_error"], abs=1e-3)


def test_explain_takes_the_values_of_an_experiment(cli, tmp_path: Path) -> None:
    (tmp_path / "own" / "experiment").mkdir(parents=True)
    (tmp_path / "own" / "experiment" / "wide.yaml").write_text(
        "# @package _global_\nlime: {kernel_width: 3}\nseeds: 7\n", encoding="utf-8"
    )
    ran = cli("explain", "--config-dir", "own", "experiment=wide", "task=iris", "lime.num_samples=300")
    assert (ran.code, ran.err) == (0, "")
    assert "kernel width 3, seed 0)" in ran.out
    assert "kernel width 1.5," in cli("explain", "experiment=quick", "task=iris", "lime.num_samples=300").out


def test_report_makes_the_scores_anew(cli, tiny, assert_equal_runs, tmp_path: Path) -> None:
    for out in ("run", "same"):
        ran = cli("task=iris", f"out={out}", "store=null", *tiny)
    (tmp_path / "run" / "scores.parquet").unlink()
    again = cli("report", "run", "same")
    assert (again.code, again.err) == (0, "")
    assert_equal_runs(tmp_path / "run", tmp_path / "same")
    answer = ran.out[ran.out.index("Do two runs") : ran.out.index("Cost")]
    assert again.out.count(answer) == 2
    assert again.out.startswith("iris · random forest (accuracy")


def test_report_takes_the_newest_run(cli, tiny, tmp_path: Path) -> None:
    for task in ("iris", "wine"):
        assert cli(f"task={task}", *tiny).code == 0
    assert cli("report").out.startswith("wine · ")
    older = min((tmp_path / "outputs").glob("*/*"))
    assert cli("report", str(older)).out.startswith("iris · ")


def test_rerun_is_the_same_again_with_changes(cli, tiny, assert_equal_runs, tmp_path: Path) -> None:
    assert cli("task=iris", "model=logistic", "out=one", *tiny).code == 0
    assert cli("rerun", "one", "out=two").code == 0
    assert_equal_runs(tmp_path / "one", tmp_path / "two")
    changed = cli("rerun", "one", "task=wine", "seeds=3", "lime.kernel_width=2,4")
    assert changed.code == 0
    assert changed.out.startswith("wine · logistic regression (")
    (folder,) = (tmp_path / "outputs").glob("*/*")
    arguments = ["model=logistic", "instances=2", "lime.num_samples=[60,120]", "task=wine", "seeds=3"]
    written = json.loads((folder / "provenance.json").read_text(encoding="utf-8"))["arguments"]
    assert written == [*arguments, "lime.kernel_width=2,4"]
    newest = cli("rerun", "seeds=2", "out=three")
    assert newest.out.startswith("wine · ")
    fits = pd.read_parquet(tmp_path / "three" / "fits.parquet")
    assert (sorted(fits["kernel_width"].unique()), sorted(fits["seed"].unique())) == ([2, 4], [0, 1])


def test_several_jobs_are_run_again_as_several(cli, tiny, assert_equal_runs, tmp_path: Path) -> None:
    assert cli("-m", "task=iris,wine", "out=one", *tiny).code == 0
    assert cli("rerun", "one", "out=two").code == 0
    assert_equal_runs(tmp_path / "one", tmp_path / "two")
    assert (tmp_path / "two" / "1" / "status.json").is_file()
    report = cli("report", "two")
    assert (report.code, report.err) == (0, "")
    assert "iris" in report.out
    assert "wine" in report.out
