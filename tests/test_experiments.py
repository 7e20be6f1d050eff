"""The committed studies: their READMEs show what their summaries say, and their scripts read what a sweep writes."""

import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import numpy as np
import pandas as pd
import pytest

import limeeval
from limeeval.lime import LimeTabularExplainer

from .scripts import module_of

FOLDER = Path(__file__).parents[1] / "experiments"
SUMMARIES = {"kernel_width": ["widths"], "sample_count": ["counts"], "seeds": ["intervals", "averages"]}


@pytest.fixture(scope="module")
def experiments() -> Iterator[dict[str, ModuleType]]:
    """The studies' scripts, and what they have in common, by name."""
    before = list(sys.path)
    paths = {"sweeps": FOLDER / "sweeps.py", **{name: FOLDER / name / f"{name}.py" for name in SUMMARIES}}
    yield {name: module_of(path) for name, path in paths.items()}
    sys.path[:] = before


@pytest.fixture(scope="module")
def study() -> limeeval.Study:
    """A line: its first two features matter, and all widths and counts say so."""
    data = np.random.default_rng(0).normal(size=(300, 4))
    explainer = LimeTabularExplainer(data, mode="regression", discretize_continuous=False)
    settings = {"kernel_width_factor": [0.5, 1.0, 2.0], "num_samples": [2500, 5000], "seeds": 6}
    return limeeval.evaluate(explainer, data[:2], lambda x: 3 * x[:, 0] - 2 * x[:, 1] + 0.1 * x[:, 2], k=2, **settings)


@pytest.mark.parametrize("name", SUMMARIES)
def test_a_readme_shows_its_summary(name: str, experiments: dict[str, ModuleType]) -> None:
    readme = (FOLDER / name / "README.md").read_text(encoding="utf-8")
    summaries = [pd.read_csv(FOLDER / name / f"{summary}.csv") for summary in SUMMARIES[name]]
    for title, table in experiments[name].tables(*summaries).items():
        assert table in readme, title


@pytest.mark.parametrize("name", SUMMARIES)
def test_a_readme_names_its_command_and_machine(name: str) -> None:
    readme = (FOLDER / name / "README.md").read_text(encoding="utf-8")
    assert f"    python experiments/{name}/{name}.py\n" in readme
    assert f"experiment={name}`" in readme
    assert "scikit-learn" in readme


def test_a_table_of_a_readme(experiments: dict[str, ModuleType]) -> None:
    cases = pd.MultiIndex.from_tuples([("wine", "svm"), ("wine", "mlp"), ("iris", "svm")], names=["task", "model"])
    wide = experiments["sweeps"].by_case(pd.Series([0.125, 2, np.nan], index=cases))
    assert experiments["sweeps"].markdown(wide, 1).splitlines() == [
        "| | svm | mlp |",
        "|---|---|---|",
        "| wine | 0.1 | 2.0 |",
        "| iris | | |",
    ]
    counted = pd.DataFrame({"rows": [12000]}, index=["all"])
    assert experiments["sweeps"].markdown(counted).splitlines()[-1] == "| all | 12,000 |"


def test_the_first_count_from_which_on_all_are_above(experiments: dict[str, ModuleType]) -> None:
    above = pd.DataFrame({100: [True, True, False], 1000: [True, False, False], 5000: [True, True, False]})
    assert experiments["sample_count"].first_count(above).tolist() == ["100", "5,000", "> 5,000"]


def test_noise_of_coefficients_that_are_known(experiments: dict[str, ModuleType]) -> None:
    """Seeds move the leading coefficient, which is 4, by sqrt(2) and then by a tenth of it; the other is no matter."""
    rows = [
        ("t", "m", 0, 1, count, seed, feature, value + sign * step, error)
        for count, step in ((100, 1.0), (1000, 0.1))
        for seed, sign in enumerate((-1, 1))
        for feature, value, error in ((0, 4.0, step), (1, 0.5, 9.0))
    ]
    names = ["task", "model", "instance", "label", "num_samples", "seed", "feature", "coefficient", "standard_error"]
    k = pd.DataFrame({"task": ["t"], "model": ["m"], "k": [1]}).set_index(["task", "model"])["k"]
    found = experiments["sample_count"].noise(pd.DataFrame(rows, columns=names), k).set_index("num_samples")
    assert found["noise"].to_dict() == pytest.approx({100: np.sqrt(2) / 4, 1000: np.sqrt(2) / 40})
    assert found["claimed"].tolist() == pytest.approx([1 / np.sqrt(2)] * 2)


def test_means_of_seeds_that_no_other_mean_has(experiments: dict[str, ModuleType]) -> None:
    runs = np.arange(7.0).reshape(1, 7, 1)
    assert experiments["seeds"].means_of(runs, 3).ravel().tolist() == [1, 4]
    assert experiments["seeds"].means_of(runs, 1).ravel().tolist() == runs.ravel().tolist()


@pytest.mark.parametrize(
    ("low", "high", "verdict"), [(0.91, 1, "above"), (0.9, 1, "open"), (0.5, 0.89, "below"), (np.nan, np.nan, "open")]
)
def test_a_verdict(low: float, high: float, verdict: str, experiments: dict[str, ModuleType]) -> None:
    assert experiments["seeds"].verdict(low, high) == verdict


def test_parts_of_the_seeds_beside_all(study: limeeval.Study, experiments: dict[str, ModuleType]) -> None:
    of_lime = limeeval.Study(
        study.attributions.query("kernel_width_factor == 1"), study.fits, study.instances, study.descriptions
    )
    found = experiments["seeds"].intervals(of_lime).set_index("seeds")
    assert found["parts"].to_dict() == {2: 3, 3: 2, 6: 1}
    assert found["all_seeds"].tolist() == [1.0] * 3
    assert found["spread"].tolist()[:2] == [0, 0]
    assert np.isnan(found.loc[2, "width"])  # Over instances, limits take three seeds.
    assert found.loc[3, "held"] == found.loc[3, "held_of_a_row"] == 1
    assert found.loc[2, ["same", "open", "opposite"]].tolist() == [found.loc[6, "verdict"] == "open", 1, 0]
    means = experiments["seeds"].averages(of_lime)
    assert means[["seeds", "num_samples"]].to_numpy().tolist() == [
        [1, 2500],
        [2, 2500],
        [1, 5000],
        [2, 5000],
        [3, 5000],
    ]
    assert (means[["same_set", "jaccard", "same_set_with_all", "jaccard_with_all"]] == 1).all(axis=None)


def test_widths_that_name_the_same_reasons_and_one_that_does_not(
    study: limeeval.Study, experiments: dict[str, ModuleType]
) -> None:
    """At half of LIME's width the last feature is made the first: of two reasons one is another."""
    rows = study.attributions.query("num_samples == 5000").copy()
    rows.loc[(rows["kernel_width_factor"] == 0.5) & (rows["feature"] == 3), "coefficient"] = 9.0
    fits = study.fits.query("num_samples == 5000")
    changed = limeeval.Study(rows, fits, study.instances, study.descriptions)
    found = experiments["kernel_width"].beside_default(changed).set_index("kernel_width_factor").sort_index()
    assert found["with_default"].to_dict() == pytest.approx({0.5: 1 / 3, 1: np.nan, 2: 1}, nan_ok=True)
    assert found["other_reasons"].to_dict() == {0.5: 1, 1: 0, 2: 0}
    assert (found[["steadier", "less_steady"]] == 0).all(axis=None)


def test_scores_over_all_instances_of_a_saved_run(
    study: limeeval.Study, experiments: dict[str, ModuleType], tmp_path: Path
) -> None:
    study.save(tmp_path)
    found = experiments["sweeps"].overall(tmp_path, ("jaccard", "r2_fresh"), ("estimate", "low"))
    assert len(found) == 3 * 2
    assert (found["k"] == 2).all()
    whole = study.scores[study.scores["instance"].isna()]
    for metric in ("jaccard", "r2_fresh"):
        known = whole[whole["metric"] == metric].set_index(["kernel_width_factor", "num_samples"])
        rows = found.droplevel(["task", "model"]).loc[known.index]
        assert rows[metric].tolist() == pytest.approx(known["estimate"].tolist())
        assert rows[f"{metric}_low"].tolist() == pytest.approx(known["low"].tolist())
        assert rows["chance"].tolist() == pytest.approx(
            [(1 + 4 / 3) / 6] * 6
        )  # Of six pairs one is the same set, four half of it.
