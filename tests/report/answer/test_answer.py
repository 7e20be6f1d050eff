"""The answer from scores: known verdicts, sentences that say why, commands that paste, an estimate that comes true."""

import json
import shlex
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limeeval.metrics.ranking import jaccard
from limeeval.report.answer.answer import Answer, answer_of
from limeeval.report.answer.cells import Score
from limeeval.report.answer.commands import command, quoted, row_argument
from limeeval.report.answer.names import fitted, shortened
from limeeval.report.answer.need import Need, estimated_need, expected_jaccard
from limeeval.report.description import Description, Target

LIME = {
    "num_features": 10,
    "feature_selection": "auto",
    "discretize_continuous": True,
    "discretizer": "quartile",
    "sample_around_instance": False,
    "sampling_method": "gaussian",
    "distance_metric": "euclidean",
}
RUN = Description(
    task="loans",
    model="forest",
    explainer="lime",
    quality_metric="AUC",
    quality=0.8,
    unit="applicants",
    instances=3,
    seeds=10,
    explained="label: bad",
    features=20,
    k=4,
    rows_predicted=500_000,
    rows_stored=0,
    rows_of_a_loop=2_500_000,
    seconds=6.2,
)
INSTANCES = pd.DataFrame({"task": "loans", "model": "forest", "instance": [0, 1, 2], "row": [17, 42, 99], "label": 0})
NO_RUNS = pd.DataFrame({"task": [], "model": [], "explainer": []})


def cell(
    factor: float | None = 1.0,
    samples: int | None = 5000,
    *,
    jaccard: tuple[float, float, float] = (0.8, 0.75, 0.85),
    r2: float | None = 0.4,
    supported: float | None = 1.0,
    ess: float = 1000.0,
    worst: Iterable[float] = (0.5, 0.8, 0.99),
    **others: Any,
) -> list[dict[str, Any]]:
    """Rows of scores of one setting; each instance's interval reaches 0.02 to both sides."""
    settings = {"task": "loans", "model": "forest", "explainer": "lime", "kernel_width": factor}
    settings |= {"kernel_width_factor": factor, "num_samples": samples, **LIME, **others}
    jaccard_rows = [score("jaccard", *jaccard, chance=0.12)]
    jaccard_rows += [score("jaccard", v, v - 0.02, v + 0.02, instance=i, chance=0.12) for i, v in enumerate(worst)]
    rows = [*jaccard_rows, score("same_set", 0.6, 0.5, 0.7), score("same_first", 0.9)]
    if supported is not None:
        rows += [score("supported", supported), score("ess", ess), score("r2_fresh", np.nan if r2 is None else r2)]
        rows += [
            score("r2_reference", np.nan if r2 is None else r2, None if r2 is None else r2 - 0.05, r2 and r2 + 0.05)
        ]
    return [{**settings, **row} for row in rows]


def score(
    metric: str,
    estimate: float,
    low: float | None = None,
    high: float | None = None,
    *,
    instance: int | None = None,
    chance: float = np.nan,
) -> dict[str, Any]:
    return {
        "instance": instance,
        "label": None if instance is None else 0,
        "metric": metric,
        "k": 4,
        "estimate": estimate,
        "low": low,
        "high": high,
        "low_population": np.nan,
        "high_population": np.nan,
        "interval": "clt",
        "n": 10,
        "chance": chance,
    }


def scores_of(*cells: list[dict[str, Any]]) -> pd.DataFrame:
    frame = pd.DataFrame([row for rows in cells for row in rows])
    numbers = dict.fromkeys(["estimate", "low", "high"], float)
    return frame.astype({"instance": "Int64", "label": "Int64", "k": "Int64", **numbers})


def answer(*cells: list[dict[str, Any]], description: Description = RUN, **given: Any) -> Answer:
    description = replace(description, arguments=given.pop("arguments", ()))
    return answer_of(scores_of(*cells), INSTANCES, NO_RUNS, description, Target(**given))


STABLE = (0.95, 0.92, 0.97)


def test_stable_is_an_interval_wholly_above_the_target() -> None:
    sure, unsure = answer(cell(jaccard=(0.93, 0.901, 0.95))), answer(cell(jaccard=(0.93, 0.9, 0.95)))
    assert sure.reference.stable is True
    assert sure.stable.startswith("Yes. At LIME's defaults two runs agree on all 4 reasons in 60% of pairs [50, 70]")
    assert "on the first in 90%" in sure.stable
    assert unsure.reference.stable is False
    assert unsure.stable.startswith("Not yet. ")
    assert answer(cell(jaccard=(0.85, 0.81, 0.9)), jaccard=0.8).reference.stable is True


def test_an_interval_that_is_not_known_is_not_stable() -> None:
    assert answer(cell(jaccard=(1.0, np.nan, np.nan))).reference.stable is False


def test_the_worst_instances_are_named_by_their_rows() -> None:
    found = answer(cell(worst=[0.97, 0.31, 0.9]))
    assert (found.steadiness.steady, found.steadiness.instances) == (1, 3)
    assert [(worst.row, worst.jaccard) for worst in found.steadiness.worst] == [(42, 0.31), (99, 0.9), (17, 0.97)]
    assert "Steady for 1 of 3 applicants; worst: row 42 (Jaccard 0.31), 99 (0.90), 17 (0.97)." in found.stable
    assert found.next[0] == "python -m limeeval explain instances=42"
    assert "; " not in answer(cell(worst=[1.0, 1.0, 1.0])).stable


def test_an_instance_is_as_steady_as_its_worst_label() -> None:
    rows = cell(worst=[0.99, 0.99, 0.99])
    other = [{**row, "label": 1, "estimate": 0.4, "low": 0.3} for row in rows if row["instance"] == 1]
    steadiness = answer([*rows, *other]).steadiness
    assert (steadiness.steady, steadiness.worst[0].row, steadiness.worst[0].jaccard) == (2, 42, 0.4)


def test_a_single_seed_says_that_it_takes_two() -> None:
    nothing = (np.nan,) * 3
    found = answer(cell(jaccard=nothing, worst=[np.nan] * 3), description=replace(RUN, seeds=1), arguments=["seeds=1"])
    assert found.stable.startswith("Not known: it takes at least two seeds")
    assert found.chosen is found.best is None
    assert found.next == (
        "python -m limeeval explain instances=17",
        "python -m limeeval seeds=10",
    )


@pytest.mark.parametrize(
    ("r2", "words"),
    [
        (0.93, "carries 93% [88, 98] of the model's local variation: close to"),
        (0.5, "carries 50% [45, 55] of the model's local variation: the main part"),
        (0.27, "carries 27% [22, 32] of the model's local variation: read it as a summary, not as the model's logic."),
        (-0.2, "carries none of the model's local variation (R2 -0.20)"),
        (None, "Not known: "),
    ],
)
def test_fidelity_is_said_in_words(r2: float | None, words: str) -> None:
    assert words in answer(cell(r2=r2)).faithful


def test_fidelity_of_fits_that_rest_on_nothing_is_not_said() -> None:
    found = answer(cell(supported=0.2, ess=6.0))
    assert found.faithful.startswith("Not to be trusted: 6 effective samples for 21 unknowns, which want 210.")
    ridge = answer(cell(supported=0.2, ess=400.0)).faithful
    assert "400" not in ridge


def test_the_width_that_fidelity_is_judged_at_is_said() -> None:
    assert "local variation at x0.5 LIME's width:" in answer(cell(), fidelity_at=0.5).faithful
    assert "local variation at LIME's width:" in answer(cell(0.5)).faithful
    assert "local variation at x2 LIME's width:" in answer(cell(0.5), fidelity_at=2).faithful
    own = [row for row in cell(0.5) if row["metric"] != "r2_reference"]
    assert "local variation at x0.5 LIME's width:" in answer(own).faithful


def test_the_cheapest_setting_that_holds_is_chosen_and_ties_go_to_limes_width() -> None:
    cells = [
        cell(1, 250),
        cell(0.5, 1000, jaccard=STABLE),
        cell(1, 1000, jaccard=STABLE, r2=0.39),
        cell(2, 1000, jaccard=STABLE, r2=0.3),
        cell(1, 5000, jaccard=STABLE),
    ]
    found = answer(*cells)
    assert found.chosen is not None
    assert found.chosen.name == "x1 with 1,000 samples"
    assert found.set == (
        "x1 with 1,000 samples: the cheapest here that is stable and as faithful as any, Jaccard 0.95 [0.92, 0.97] "
        "(on the seeds it was chosen by: optimistic)."
    )
    assert answer(*cells, r2_margin=0.0).chosen == replace(found.cells[1], faithful=True)


def test_the_best_line_shows_what_is_the_models_own_curvature() -> None:
    """Whether more samples or features would help: they make no line better than the best one."""
    known = [*cell(), {**cell()[0], **score("lack_of_fit", 0.55, 0.5, 0.6)}]
    assert answer(known).reference.lack_of_fit == Score(0.55, 0.5, 0.6)
    assert "of the model's local variation (the best line 45%):" in answer(known).faithful
    assert "the best line" not in answer(known, fidelity_at=2).faithful
    worse = [*cell(), {**cell()[0], **score("lack_of_fit", 1.1, 0.9, 1.3)}]
    assert "(the best line 0%)" in answer(worse).faithful


def test_none_is_chosen_and_why() -> None:
    unstable = answer(cell(0.5, jaccard=(0.89, 0.86, 0.92)), cell(1))
    assert unstable.set.startswith(
        "No setting here is sure to reach Jaccard 0.90: the best is x0.5 with 5,000 samples, 0.89 [0.86, 0.92]."
    )
    unfaithful = answer(cell(1, r2=0.4), cell(2, jaccard=STABLE, r2=0.34))
    assert unfaithful.set == (
        "None. x2 with 5,000 samples is stable, but its R2 of 0.34 is 0.06 below the best here (allowed: 0.02). "
        "Otherwise best: x1 with 5,000 samples, 0.80 [0.75, 0.85]."
    )
    weak = answer(cell(1), cell(0.25, jaccard=STABLE, supported=0.4, ess=6.0))
    assert weak.set.startswith("None. x0.25 with 5,000 samples is stable, but not to be trusted: 6 effective")
    assert weak.set.endswith("Avoid x0.25: too few effective samples.")
    hidden = answer(cell(0.25, jaccard=(0.89, 0.86, 0.92), supported=0.0), cell(1))
    assert "the best that can be trusted is x1 with 5,000 samples, 0.80" in hidden.set
    assert all(found.chosen is None for found in (unstable, unfaithful, weak, hidden))


def test_unsupported_cells_set_no_standard_of_fidelity() -> None:
    found = answer(cell(0.25, r2=0.9, supported=0.0), cell(1, jaccard=STABLE, r2=0.4))
    assert found.chosen is not None
    assert found.chosen.settings["kernel_width_factor"] == 1


def test_without_one_ruler_widths_are_not_compared() -> None:
    rows = [cell(0.5, r2=0.6), cell(1, jaccard=STABLE, r2=0.4), cell(1, 250, r2=0.3)]
    without = [[row for row in own if row["metric"] != "r2_reference"] for own in rows]
    blank = [[{**row, "estimate": np.nan} if row["metric"] == "r2_reference" else row for row in own] for own in rows]
    assert [found.faithful for found in answer(*rows).cells] == [True, False, False]
    for apart in (without, blank):
        assert [found.faithful for found in answer(*apart).cells] == [True, True, False]


def test_settings_whose_samples_differ_are_not_compared() -> None:
    cells = [cell(r2=0.6, discretizer="decile"), cell(r2=0.4), cell(2, r2=0.3)]
    found = answer(*cells).cells
    assert [one.faithful for one in found] == [True, True, False]
    assert [one.behind.estimate for one in found] == pytest.approx([0, 0, 0.1])
    fits = [cell(r2=0.6, feature_selection="none"), cell(r2=0.4)]
    assert [one.faithful for one in answer(*fits).cells] == [True, False]


def test_fewer_features_and_other_explainers_are_not_limes_defaults() -> None:
    few = answer(cell(num_features=3))
    assert not few.reference.is_default
    assert "LIME's defaults were not run" in few.stable
    assert answer(cell(num_features=3), cell(0.5)).reference.name == "x0.5 with 5,000 samples, num_features 10"
    others = [[{**row, "explainer": "mine:Lime"} for row in one] for one in (cell(1, 250), cell(1, 5000))]
    found = answer(*others, description=replace(RUN, explainer="mine:Lime"))
    assert not any(one.is_default for one in found.cells)
    assert found.reference == found.cells[0]
    assert found.stable.startswith("Not yet. With mine:Lime at x1 with 250 samples two runs agree")


def test_another_explainer_has_no_command_that_explains_by_lime() -> None:
    rows = [{**row, "explainer": "mine:Lime"} for row in cell()]
    found = answer(rows, description=replace(RUN, explainer="mine:Lime"), arguments=["explainer=mine:Lime"])
    assert found.next == ("python -m limeeval explainer=mine:Lime seeds=30",)


def test_the_reference_is_limes_defaults_or_the_nearest_setting_which_is_named() -> None:
    assert answer(cell(0.5), cell(1), cell(1, 250)).reference.is_default
    near = answer(cell(0.5, 1000), cell(1, 250), cell(2, 1000))
    assert near.reference.name == "x0.5 with 1,000 samples"
    assert "At x0.5 with 1,000 samples (LIME's defaults were not run) two runs agree" in near.stable
    other = answer(cell(discretizer="decile"), cell(1, 1000, discretizer="quartile"))
    assert other.reference.name == "x1 with 1,000 samples, discretizer quartile"
    assert other.swept == ("discretizer",)


def test_an_explainer_without_fits_or_settings() -> None:
    rows = cell(None, None, supported=None, **dict.fromkeys(LIME))
    mine = replace(RUN, explainer="mine:MyShap")
    found = answer([{**row, "explainer": "mine:MyShap"} for row in rows], description=mine)
    assert found.stable.startswith("No. With mine:MyShap two runs agree on all 4 reasons in 60%")
    assert found.faithful.startswith("Not measured: mine:MyShap gives coefficients")
    assert found.set == "The explainer as it is does not surely reach Jaccard 0.90: 0.80 [0.75, 0.85]."
    bare = scores_of([{**row, "explainer": "mine:MyShap"} for row in rows])[["task", "explainer", *score("x", 0)]]
    bare["low"] = 0.92
    steady = answer_of(bare, INSTANCES, NO_RUNS, mine, Target())
    assert steady.chosen is not None
    assert steady.chosen.settings == {}
    assert steady.set == "The explainer as it is: stable, Jaccard 0.80 [0.92, 0.85]."


def test_rows_of_others_are_left_alone_and_none_is_an_error() -> None:
    others = [{**row, "task": "cars"} for row in cell(0.5, jaccard=STABLE)]
    assert len(answer(cell(), others).cells) == 1
    with pytest.raises(ValueError, match="scores must have rows of task boats, model forest, explainer lime, got none"):
        answer(cell(), description=replace(RUN, task="boats"))


def test_several_answers_have_commands_of_their_own() -> None:
    other = [{**row, "task": "cars"} for row in cell(jaccard=STABLE)]
    descriptions = [RUN, replace(RUN, task="cars")]
    descriptions = [replace(one, arguments=[f"task={one.task}", "seeds=2"]) for one in descriptions]
    found = [answer_of(scores_of(cell(), other), INSTANCES, NO_RUNS, one, Target()) for one in descriptions]
    assert [one.settings is None for one in found] == [True, False]
    assert found[0].next[0] == "python -m limeeval explain task=loans instances=17"
    assert found[1].next[0] == "python -m limeeval explain task=cars"


def test_an_answer_is_plain_data() -> None:
    text = json.dumps(answer(cell(), cell(0.25, r2=None, supported=0.0)).to_dict(), allow_nan=False)
    assert json.loads(text)["reference"]["jaccard"] == {"estimate": 0.8, "low": 0.75, "high": 0.85}
    assert Description.from_dict(json.loads(json.dumps(RUN.to_dict()))) == RUN


def runs_of(coefficients: np.ndarray, error: float) -> pd.DataFrame:
    """Attributions of coefficients (instances, R, d)."""
    index = np.indices(coefficients.shape).reshape(3, -1)
    frame = pd.DataFrame(dict(zip(["instance", "seed", "feature"], index, strict=True)))
    return frame.assign(label=0, coefficient=coefficients.ravel(), standard_error=error)


def drawn(truth: np.ndarray, error: float, runs: int = 10) -> np.ndarray:
    rng = np.random.default_rng(1)
    return truth[:, None] + rng.normal(scale=error, size=(len(truth), runs, truth.shape[1]))


def test_expected_agreement_with_more_samples_is_what_more_samples_bring() -> None:
    """Coefficients with known errors, which halve with four times the samples."""
    truth = np.random.default_rng(0).normal(size=(100, 8))
    expected = expected_jaccard(drawn(truth, 0.4), np.full((100, 10, 8), 0.4), k=3)
    assert expected is not None
    for step in range(len(expected)):
        real = jaccard(drawn(truth, 0.4 / 2 ** (step / 2), runs=100), 3).mean()
        assert expected[step] == pytest.approx(real, abs=0.03)


@pytest.mark.parametrize("seed", range(4))
def test_the_estimated_need_suffices_and_is_not_three_times_too_much(seed: int) -> None:
    truth = np.random.default_rng(seed).normal(size=(30, 8))
    coefficients = drawn(truth, 0.4)
    estimate = float(jaccard(coefficients, 3).mean())
    measured = Score(estimate, estimate - 0.02, estimate + 0.02)
    need = estimated_need(runs_of(coefficients, 0.4), measured=measured, num_samples=1000, k=3, target=0.85)
    assert need is not None
    assert need.samples is not None
    assert need.seeds is None
    least, most = (
        jaccard(drawn(truth, 0.4 / np.sqrt(samples / 1000), runs=100), 3).mean()
        for samples in (need.samples / 3, need.samples)
    )
    assert least - 0.015 < 0.85 < most


def test_what_cannot_be_reached_or_estimated_is_not_named() -> None:
    tied = np.tile([3.0, 1.0, 1.0, 0.0], (4, 1))
    measured = Score(0.6, 0.5, 0.7)
    runs = runs_of(drawn(tied, 0.1), 0.1)
    need = estimated_need(runs, measured=measured, num_samples=1000, k=2, target=0.999)
    assert need is not None
    assert (need.samples, need.beyond, need.seeds) == (None, 64_000, None)
    given = {"num_samples": 1000, "k": 2, "target": 0.9}
    assert estimated_need(runs.assign(standard_error=np.nan), measured=measured, **given) is None
    assert estimated_need(runs[runs["seed"] == 0], measured=measured, **given) is None
    assert estimated_need(runs, measured=Score(0.6), **given) is None


def test_more_seeds_settle_what_is_only_uncertain() -> None:
    truth = np.random.default_rng(0).normal(size=(6, 8))
    runs = runs_of(drawn(truth, 0.05), 0.05)
    need = estimated_need(runs, measured=Score(0.96, 0.89, 0.99), num_samples=1000, k=3, target=0.9)
    assert need is not None
    assert need.seeds == 26  # 10 x 2 x (margin .1367 / room .1204 in arcsin sqrt)^2 = 25.8
    assert replace(need, samples=2700).prefers_seeds(seeds=10, num_samples=1000)
    assert not replace(need, samples=2500).prefers_seeds(seeds=10, num_samples=1000)
    assert not replace(need, samples=None, seeds=101).prefers_seeds(seeds=10, num_samples=1000)


def test_no_number_of_samples_helps_where_even_an_estimate_of_one_is_too_uncertain() -> None:
    """In arcsin sqrt: the goal 1.249, a quarter of a circle 1.571, the margins 0.443 and 0.315."""
    truth = np.random.default_rng(0).normal(size=(6, 8))
    runs, given = runs_of(drawn(truth, 0.05), 0.05), {"num_samples": 1000, "k": 3, "target": 0.9}
    need = estimated_need(runs, measured=Score(0.95, 0.67, 1.0), **given)
    assert need is not None
    assert (need.samples, need.only_seeds) == (None, True)
    assert need.seeds is not None
    assert need.seeds > 100
    assert need.prefers_seeds(seeds=10, num_samples=1000)
    within = estimated_need(runs, measured=Score(0.95, 0.77, 1.0), **given)
    assert within is not None
    assert not within.only_seeds
    below = estimated_need(runs, measured=Score(0.8, 0.45, 1.0), **given)
    assert below == Need(samples=None, beyond=64_000, seeds=None, only_seeds=True)


def test_a_need_of_seeds_alone_is_said_and_run_within_reach() -> None:
    truth = np.random.default_rng(0).normal(size=(3, 20))
    runs = settings_in(runs_of(drawn(truth, 0.1), 0.1))
    for jaccard_score, said, seeds in (
        ((0.95, 0.6, 1.0), "roughly 460 seeds to be sure.", 100),  # 10 x 2 x (.4592 / .0962)^2 = 456
        ((0.8, 0.4, 1.0), "more than 10 seeds, whatever the samples.", 30),
    ):
        found = answer_of(scores_of(cell(jaccard=jaccard_score)), INSTANCES, runs, replace(RUN, arguments=()), Target())
        assert found.set.endswith(f"Estimated need: {said}")
        assert found.next[1] == f"python -m limeeval seeds={seeds}"


def test_a_need_beyond_what_was_considered_is_not_named() -> None:
    """The goal is reached at 64 times the samples at most, and twice that is beyond."""
    truth = np.random.default_rng(1).normal(size=(30, 8))
    runs = runs_of(drawn(truth, 0.4), 0.4)
    measured = float(jaccard(drawn(truth, 0.4), 3).mean())
    score = Score(measured, measured - 0.001, measured + 0.001)
    targets = np.linspace(0.8, 0.999, 40)
    found = [estimated_need(runs, measured=score, num_samples=1000, k=3, target=target) for target in targets]
    samples = [need.samples for need in found if need is not None]
    known = [count for count in samples if count is not None]
    assert 32_000 < max(known) <= 64_000
    assert samples[-1] is None


def settings_in(runs: pd.DataFrame, **settings: Any) -> pd.DataFrame:
    return runs.assign(task="loans", model="forest", explainer="lime", **settings)


def test_the_next_run_has_what_is_missing_at_the_best_setting() -> None:
    truth = np.random.default_rng(0).normal(size=(3, 20))
    runs = pd.concat([settings_in(runs_of(drawn(truth, 0.1), 0.1), kernel_width_factor=f) for f in (0.5, 1.0)])
    scores = scores_of(cell(0.5, jaccard=(0.8, 0.78, 0.82)), cell(1, jaccard=(0.7, 0.68, 0.72)))
    arguments = ["task=loans", "out=runs/1", "lime.kernel_width=3.4,6.7", "lime.num_samples=5000", "+seeds=10"]
    found = answer_of(scores, INSTANCES, runs, replace(RUN, arguments=arguments), Target())
    assert found.need is not None
    assert found.need.samples is not None
    assert f"Estimated need: roughly {found.need.samples:,} samples." in found.set
    assert found.next == (
        "python -m limeeval explain task=loans lime.num_samples=5000 instances=17",
        f"python -m limeeval task=loans +seeds=10 lime.kernel_width_factor=0.5 lime.num_samples={found.need.samples}",
    )


def test_the_next_run_of_a_setting_that_holds_has_more_instances_if_there_are_more() -> None:
    cells = [cell(1, 1000, jaccard=STABLE), cell(1, 5000, jaccard=STABLE)]
    more = answer(*cells, description=replace(RUN, available=11), arguments=["instances=3"])
    assert more.next[1] == "python -m limeeval lime.num_samples=1000 instances=11"
    for available in (None, 3):
        found = answer(*cells, description=replace(RUN, available=available))
        assert found.next[1] == "python -m limeeval lime.num_samples=1000 seeds=30"


def test_the_next_run_of_weak_fits_has_more_samples() -> None:
    found = answer(cell(1, 250, supported=0.0, ess=105.0))
    assert found.next[1] == "python -m limeeval lime.num_samples=500"


def test_commands_carry_the_runs_own_arguments() -> None:
    given = ["-m", "--config-dir", "my conf", "task=a", "hydra.run.dir=x", "dry_run=true", "++lime.num_samples=1,2"]
    assert command(given) == "python -m limeeval --config-dir 'my conf' task=a ++lime.num_samples=1,2"
    assert command(given, having={"lime.num_samples": "5"}).endswith("task=a lime.num_samples=5")


@pytest.mark.parametrize(
    "argument",
    ["a=1,2", "a=[1,2]", "a=x y", "a='x y'", "a=$HOME", "a=C:\\x", 'a="x"', "a=b;c", "a=~x", "a='$x'", "a=é"],
)
def test_quoted_arguments_are_one_word(argument: str) -> None:
    assert shlex.split(quoted(argument)) == [argument]
    bare = quoted(argument) == argument
    assert not (bare and set(argument) & set("[]{}()$`\"'\\;&|<>*?~#! "))


def test_rows_that_a_shell_could_garble_are_not_typed() -> None:
    assert [row_argument(row) for row in (5, "A7", "loan 12", "12", "null")] == [
        "5",
        "A7",
        "'loan 12'",
        "'12'",
        "'null'",
    ]
    assert [row_argument(row) for row in ("a'b", "$x", "a,b", "", "[red]", "a\nb")] == [None] * 6


def test_names_are_cut_to_columns() -> None:
    assert shortened("日本語の名前", 7) == "日本語…"
    assert shortened("a\x1b[31mb\tc") == "a [31mb c"
    assert fitted(["x" * 300, "y" * 300], 43) == ["x" * 19 + "…", "y" * 19 + "…"]
