"""The panel of a run against what compare and score say of it; then the file that it travels in."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as parquet
import pytest

import limeeval
from limeeval.check.baseline import baseline_at, baseline_of, read_baseline
from limeeval.check.origin import Origin, what_changed
from limeeval.check.panel import panel_metrics, panel_of
from limeeval.check.regression import regression_verdicts
from limeeval.lime import LimeTabularExplainer
from limeeval.report.comparison.compare import compare
from limeeval.study.saved import run_at

from .made import Made, gate, made, noisy, together


def over_instances(panel: pd.DataFrame) -> pd.Series:
    return (panel["weight"] * panel["estimate"]).groupby(panel["metric"]).sum()


def error_of(panel: pd.DataFrame) -> pd.Series:
    return np.sqrt(np.square(panel["standard_error"].astype(float)).groupby(panel["metric"]).sum())


def test_scores_over_instances_are_those_of_the_table_of_scores() -> None:
    run = made(noisy())
    scores = limeeval.score(run.attributions, run.fits, k=4)
    expected = scores[scores["instance"].isna()].set_index("metric")["estimate"]
    found = over_instances(panel_of(run)).drop("log_sd")
    assert {"jaccard", "same_first", "csi", "r2_fresh"} <= set(found.index)
    np.testing.assert_allclose(found, expected[found.index], rtol=1e-9)


@pytest.mark.parametrize("explainer", ["lime", "another"])
def test_standard_errors_are_those_of_a_comparison_of_other_seeds(explainer: str) -> None:
    one = made(noisy(seed=1), explainer=explainer)
    other = made(noisy(seed=2, scale=0.7), explainer=explainer, first_seed=50, fits_seed=1)
    compared = compare(
        (one.attributions, one.fits), (other.attributions, other.fits), k=4, metrics=panel_metrics(one.fits)
    )
    table = compared.table.set_index("metric")
    names = panel_metrics(one.fits)
    verdicts = regression_verdicts([gate(name) for name in names], other, baseline_of(one))
    assert [one.threshold.metric for one in verdicts] == names
    for verdict in verdicts:
        numbers, expected = verdict.numbers, table.loc[verdict.threshold.metric]
        assert numbers["difference"] == pytest.approx(expected["difference"], rel=1e-6), verdict.threshold.metric
        assert numbers["standard_error"] == pytest.approx(expected["standard_error"], rel=1e-5)
        assert numbers["p"] == pytest.approx(expected["p_worse"], rel=1e-3, abs=1e-12)


def test_weights_add_up_to_one_and_an_instance_without_a_score_has_none() -> None:
    coefficients = noisy(instances=4)
    coefficients[2] = np.nan
    panel = panel_of(made(coefficients), ["jaccard", "r2_fresh"]).set_index(["metric", "instance"])
    assert panel["weight"].loc["jaccard"].tolist() == pytest.approx([1 / 3, 1 / 3, 0, 1 / 3])
    assert panel["weight"].loc["r2_fresh"].sum() == pytest.approx(1)
    assert np.isnan(panel.loc[("jaccard", "2"), "estimate"])


def test_labels_of_an_instance_are_averaged_first() -> None:
    one, other = made(noisy(seed=1)), made(noisy(seed=2), label=2)
    panels = [panel_of(run, ["jaccard"])["estimate"] for run in (one, other)]
    both = panel_of(together(one, other), ["jaccard"])
    np.testing.assert_allclose(both["estimate"], sum(panels) / 2)
    assert both["labels"].unique().tolist() == ["1,2"]


def test_a_single_seed_has_no_score_and_two_have_no_standard_error() -> None:
    one, two = (panel_of(made(noisy(seeds=seeds)), ["jaccard"]) for seeds in (1, 2))
    assert one["estimate"].isna().all()
    assert (one["weight"] == 0).all()
    assert two["estimate"].notna().all()
    assert two["standard_error"].isna().all()


def test_what_was_drawn_is_known_where_every_seed_says_it() -> None:
    run = made(noisy(instances=3), samples="these")
    fits = run.fits.copy()
    fits.loc[fits["instance"] == 1, "neighborhood"] = [None, *["x"] * (len(fits) // 3 - 1)]
    panel = panel_of(replace(run, fits=fits), ["jaccard"])
    assert panel["samples"].notna().tolist() == [True, False, True]
    assert panel["samples"].nunique() == 2


def saved(tmp_path: Path, run: Made) -> Path:
    path = tmp_path / "new" / "baseline.parquet"
    baseline_of(run).save(path)
    return path


def test_a_file_holds_all_of_it(tmp_path: Path) -> None:
    run = made(noisy(), samples="these")
    run = replace(run, provenance={"limeeval": "0.3", "libraries": {"numpy": "2.1"}, "finished": "2026-01-02"})
    path = saved(tmp_path, run)
    found, expected = read_baseline(path), baseline_of(run)
    pd.testing.assert_frame_equal(found.panel, expected.panel, check_dtype=False)
    assert found.origin == expected.origin == Origin("0.3", {"numpy": "2.1"}, {}, "2026-01-02")
    assert [one.name for one in path.parent.iterdir()] == [path.name]


def test_the_file_of_a_default_run_is_small(tmp_path: Path) -> None:
    cells = [
        made(
            noisy(seeds=10, d=20, seed=7 * n + w),
            samples=f"{n} {w}",
            num_samples=n,
            kernel_width=w / 7,
            fits_seed=n + w,
        )
        for n in (250, 1000, 5000)
        for w in range(4)
    ]
    path = saved(tmp_path, together(*cells))
    assert path.stat().st_size < 90_000
    assert len(read_baseline(path).panel) == 12 * 10 * len(panel_metrics(cells[0].fits))


def test_a_folder_gives_the_verdicts_of_the_file_made_of_it(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    x = rng.normal(size=(200, 6))
    explainer = LimeTabularExplainer(x, random_state=0)

    def predict(rows: np.ndarray) -> np.ndarray:
        p = 1 / (1 + np.exp(-3 * np.sin(2 * rows[:, 0]) - rows[:, 1] * rows[:, 2]))
        return np.column_stack([1 - p, p])

    def study(seeds: range) -> limeeval.Study:
        return limeeval.evaluate(explainer, x[:5], predict, num_samples=[100, 200], seeds=list(seeds), labels=(1,))

    folder = tmp_path / "run"
    study(range(6)).save(folder)
    of_folder = baseline_at(folder, load=run_at)
    of_folder.save(tmp_path / "file")
    of_file = baseline_at(tmp_path / "file", load=run_at)
    assert of_file.origin == of_folder.origin
    assert of_file.origin.libraries["numpy"] == np.__version__
    thresholds = [gate("jaccard"), gate("log_sd", 0.1), gate("r2_fresh", num_samples=200)]
    for seeds in (range(6), range(10, 16)):
        run = study(seeds)
        found = [regression_verdicts(thresholds, run, one) for one in (of_folder, of_file)]
        assert found[0] == found[1]
        assert len(found[0]) == 5
        assert [one.numbers["same_samples"] for one in found[0]] == [seeds == range(6)] * 5


@pytest.mark.parametrize("content", [b"", b"metric: jaccard", b"PAR1 and nothing else PAR1"])
def test_what_is_no_parquet_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "baseline"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"--update-baseline wrote.*baseline, got a file that is not Parquet"):
        read_baseline(path)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="nowhere, got nothing of that name"):
        baseline_at(tmp_path / "nowhere", load=run_at)


def test_a_folder_that_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="must be the folder of a finished run"):
        baseline_at(tmp_path, load=run_at)


def test_another_parquet_file_is_refused(tmp_path: Path) -> None:
    run = made(noisy())
    run.attributions.to_parquet(tmp_path / "attributions.parquet")
    with pytest.raises(ValueError, match="got another Parquet file"):
        read_baseline(tmp_path / "attributions.parquet")


@pytest.mark.parametrize(
    ("about", "said"),
    [
        ({"schema": 2, "limeeval": "9.1"}, "schema 1 at most, got 2: limeeval 9.1 wrote it; update limeeval"),
        ({"kind": "scores"}, "got another Parquet file"),
        ({"schema": "first"}, "got another Parquet file"),
        ({"libraries": ["numpy"]}, "got one that says something else of libraries"),
    ],
)
def test_a_file_of_another_kind_or_version_is_refused(tmp_path: Path, about: dict, said: str) -> None:
    path = saved(tmp_path, made(noisy()))
    table = parquet.read_table(path)
    known = json.loads(table.schema.metadata[b"limeeval"])
    parquet.write_table(table.replace_schema_metadata({b"limeeval": json.dumps(known | about)}), path)
    with pytest.raises(ValueError, match=said):
        read_baseline(path)


@pytest.mark.parametrize(("drop", "said"), [("weight", "without weight"), (None, "without rows")])
def test_a_file_that_lacks_something_is_refused(tmp_path: Path, drop: str | None, said: str) -> None:
    baseline = baseline_of(made(noisy()))
    panel = baseline.panel.iloc[:0] if drop is None else baseline.panel.drop(columns=drop)
    replace(baseline, panel=panel).save(tmp_path / "baseline")
    with pytest.raises(ValueError, match=said):
        read_baseline(tmp_path / "baseline")


def test_what_changed_names_versions_model_and_data() -> None:
    name = "loans / forest"
    before = Origin(
        "0.1", {"numpy": "2.0", "scipy": "1.1", "torch": "2"}, {name: {"data_sha256": "a", "model_id": "b"}}
    )
    now = Origin("0.1", {"numpy": "2.1", "scipy": "1.1"}, {name: {"data_sha256": "a", "model_id": "c"}})
    assert what_changed(now, before) == [
        "versions changed since the baseline: numpy 2.0 -> 2.1",
        f"the model changed since the baseline: {name}",
    ]
    assert what_changed(before, before) == []
    assert what_changed(replace(before, models={name: {"data_sha256": "z"}}), before) == [
        f"the data changed since the baseline: {name}"
    ]
