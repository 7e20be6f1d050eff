"""Every number in the scores is defined, with its chance level in this run."""

import inspect
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier, RandomForestRegressor

import limeeval
from limeeval.lime import LimeImageExplainer, LimeTabularExplainer
from limeeval.metrics import ranking
from limeeval.metrics.catalogue import agreement_metrics
from limeeval.report.page.definitions import NO_CHANCE, Definition, by_chance, definitions
from limeeval.study.study import Study

RNG = np.random.default_rng(0)
X = RNG.normal(size=(80, 6))
FOREST = RandomForestClassifier(5, random_state=0).fit(X, X[:, 0] > 0)
HEAD = ["same 3 reasons", "same first", "Jaccard@3", "fresh R2", "lack of fit", "effective samples"]


def lime(instances: int = 5, **settings) -> Study:
    return limeeval.evaluate(
        LimeTabularExplainer(X), X[:instances], FOREST, **{"seeds": 3, "num_samples": 100, **settings}
    )


def regression() -> Study:
    model = RandomForestRegressor(5, random_state=0).fit(X, X[:, 0])
    return limeeval.evaluate(LimeTabularExplainer(X, mode="regression"), X[:2], model, seeds=2, num_samples=100)


def images() -> Study:
    pictures = RNG.uniform(size=(2, 16, 16, 3))

    def predict(batch):
        bright = np.asarray(batch)[..., :8, :, 0].mean(axis=(1, 2))
        return np.column_stack([1 - bright, bright])

    settings = {"segmentation": ["grid(n_segments=4)", "grid(n_segments=9)"], "num_samples": 60}
    return limeeval.evaluate(LimeImageExplainer(), list(pictures), predict, seeds=2, labels=[1], **settings)


def function() -> Study:
    return limeeval.evaluate(lambda x, f, seed: x + seed, X[:2], FOREST, seeds=3)


RUNS = {
    "lime": lime,
    "widths": lambda: lime(kernel_width_factor=[0.5, 1]),
    "one seed": lambda: lime(seeds=1),
    "one instance": lambda: lime(1),
    "nonlinearity": lambda: lime(nonlinearity=True),
    "regression": regression,
    "images": images,
    "function": function,
}


@pytest.fixture(scope="module")
def runs() -> dict[str, Study]:
    return {name: make() for name, make in RUNS.items()}


def defined(run) -> dict[str, Definition]:
    return {column: one for one in definitions(run) for column in one.columns}


@pytest.mark.parametrize("name", RUNS)
def test_every_number_is_defined_once(name: str, runs: dict[str, Study]) -> None:
    found = definitions(runs[name])
    columns = [column for one in found for column in one.columns]
    assert len(columns) == len(set(columns))
    assert set(runs[name].scores["metric"]) <= set(columns)
    assert len({one.name for one in found}) == len(found)
    for one in found:
        assert one.meaning.endswith(".")
        assert one.meaning[0].isupper()
        assert one.range
        assert one.direction
        assert one.chance


def test_the_headline_ones_come_first(runs: dict[str, Study]) -> None:
    names = [one.name for one in definitions(runs["lime"])]
    assert names[:6] == HEAD
    assert names[6:10] == [
        "standard error, ±",
        "limits for these instances, [low, high]",
        "limits for instances like these",
        "kernel width, x1",
    ]


def test_what_a_run_has_not_is_not_defined(runs: dict[str, Study]) -> None:
    assert not {"r2_fresh", "standard_error", "kernel_width_factor", "ess"} & set(defined(runs["function"]))
    assert "low_population" not in defined(runs["one instance"])
    assert "pure_error" not in defined(runs["lime"])
    assert {"pure_error", "r2_trees"} <= set(defined(runs["nonlinearity"]))
    assert {"pixel_iou", "pixel_spearman"} <= set(defined(runs["images"]))


def test_jaccard_by_an_example_that_is_right(runs: dict[str, Study]) -> None:
    two_runs = np.array([[5.0, 4, 3, 2, 0, 0], [5.0, 4, 3, 0, 2, 0]])
    assert ranking.jaccard(two_runs, k=4) == pytest.approx(3 / 5)
    assert "share 3 of their 4 reasons name 5 in all: 3/5 = 0.6." in defined(runs["lime"])["jaccard"].meaning


def test_chance_levels_are_those_of_the_run(runs: dict[str, Study]) -> None:
    found = defined(runs["lime"])  # d = 6, k = 3: C(6, 3) = 20 sets.
    assert found["same_set"].chance == "0.05"
    assert found["same_first"].chance == "0.17"
    assert found["vsi"].chance == "50"
    assert found["nogueira_phi"].chance == "0"
    assert found["r2_fresh"].chance == found["relative_spread"].chance == NO_CHANCE
    assert defined(runs["images"])["pixel_iou"].chance == "0.05"


def test_chance_levels_span_settings() -> None:
    overall = pd.DataFrame({"metric": "jaccard", "chance": [0.0301, 0.1799]})
    assert by_chance(overall, "jaccard") == "0.03–0.18"
    assert by_chance(overall, "r2") == NO_CHANCE


def test_k_is_named_where_there_is_one(runs: dict[str, Study]) -> None:
    names = [one.name for one in definitions(lime(k=1))]
    assert "Jaccard@1" in names
    answers = [SimpleNamespace(description=SimpleNamespace(k=k)) for k in (2, 5)]
    own = runs["lime"]
    several = SimpleNamespace(scores=own.scores, attributions=own.attributions, answers=answers)
    assert [one.name for one in definitions(several)][:3] == ["same k reasons", "same first", "Jaccard@k"]


def test_widths_share_one_definition(runs: dict[str, Study]) -> None:
    found = defined(runs["widths"])
    assert found["r2_at_x0.5"] is found["r2_at_x1"]
    assert found["r2_at_x1"].name == "R2 at x0.5, x1"


@pytest.mark.parametrize("name", agreement_metrics())
def test_agreement_metrics_say_what_they_are_in_their_first_line(name: str, runs: dict[str, Study]) -> None:
    one, line = defined(runs["lime"])[name], inspect.getdoc(agreement_metrics()[name].of).partition("\n")[0]
    low, high = one.range.replace(" or more", " to ").split(" to ")
    assert f"{low}..{high}, {one.direction}" in line
    assert one.source in line
    assert not set("|&_") & set(one.meaning)


def test_a_new_agreement_metric_needs_no_edit(runs: dict[str, Study], monkeypatch: pytest.MonkeyPatch) -> None:
    def surprise(coefficients, k):
        """How far runs surprise (Doe et al., 2031): 0.., lower is better; by chance 7."""

    metrics = agreement_metrics()
    new = {**metrics, "surprise": type(metrics["jaccard"])(surprise, None, True)}
    monkeypatch.setattr("limeeval.report.page.definitions.agreement_metrics", lambda: new)
    own = runs["lime"]
    scores = own.scores.assign(metric=own.scores["metric"].replace("vsi", "surprise"))
    run = SimpleNamespace(scores=scores, attributions=own.attributions, answers=own.answers)
    assert defined(run)["surprise"] == Definition(
        "surprise",
        ("surprise",),
        "How far runs surprise.",
        "0 or more",
        "lower is better",
        "50",
        "Doe et al., 2031",
    )
