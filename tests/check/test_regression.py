"""Every branch of a comparison with a baseline, on runs that were made so that the answer is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from limeeval.check.baseline import baseline_of
from limeeval.check.panel import panel_of
from limeeval.check.power import powers_of
from limeeval.check.regression import regression_verdicts
from limeeval.check.thresholds import Threshold
from limeeval.check.verdict import FAIL, INCONCLUSIVE, MISSING, PASS, Verdict

from .made import Made, gate, made, noisy, together

SAMPLES = "these"


def verdict(now: Made, before: Made, threshold: Threshold | None = None, *, unpaired: bool = False) -> Verdict:
    (one,) = regression_verdicts([threshold or gate()], now, baseline_of(before), unpaired=unpaired)
    return one


def drop_of(now: Made, before: Made, metric: str = "jaccard") -> float:
    means = [(rows["weight"] * rows["estimate"]).sum() for rows in (panel_of(run, [metric]) for run in (before, now))]
    return float(means[0] - means[1])


def test_the_same_samples_and_coefficients_pass_without_a_margin() -> None:
    found = verdict(made(noisy(), samples=SAMPLES), made(noisy(), samples=SAMPLES), gate(margin=0.0))
    assert found.status == PASS
    assert found.numbers["difference"] == 0
    assert found.numbers["same_samples"]
    assert found.numbers["p"] is None
    assert "the same samples, so this is exact" in found.sentence


def test_on_the_same_samples_the_margin_alone_decides() -> None:
    before = made(noisy(seeds=4), samples=SAMPLES)
    now = made(noisy(seeds=4, scale=0.52), samples=SAMPLES)
    drop = drop_of(now, before)
    assert 0.001 < drop < 0.1
    assert verdict(now, before, gate(margin=drop * 1.01)).status == PASS
    found = verdict(now, before, gate(margin=drop * 0.99))
    assert found.status == FAIL
    assert found.numbers["drop"] == pytest.approx(drop)
    assert f"jaccard is worse by {drop:.3g}" in found.sentence
    assert verdict(before, now, gate(margin=0.0)).status == PASS


def test_rounding_is_no_drop() -> None:
    before = baseline_of(made(noisy(), samples=SAMPLES))
    panel = before.panel.assign(estimate=before.panel["estimate"] + 1e-12)
    (found,) = regression_verdicts([gate(margin=0.0)], made(noisy(), samples=SAMPLES), replace(before, panel=panel))
    assert found.status == PASS


@pytest.mark.parametrize("known", ["neither", "one", "all but one"])
def test_what_is_not_known_to_be_the_same_samples_is_tested(known: str) -> None:
    before, now = (made(noisy(), samples=None if known == "neither" else SAMPLES) for _ in range(2))
    if known == "one":
        before = made(noisy())
    if known == "all but one":
        fits = now.fits.copy()
        fits.loc[fits.index[5], "neighborhood"] = "another"
        now = replace(now, fits=fits)
    found = verdict(now, before)
    assert not found.numbers["same_samples"]
    assert found.numbers["p"] == pytest.approx(0.5)


def test_the_same_samples_in_another_order_are_the_same() -> None:
    before, now = made(noisy(), samples=SAMPLES), made(noisy(), samples=SAMPLES)
    now = replace(now, fits=now.fits.sample(frac=1, random_state=0), attributions=now.attributions.iloc[::-1])
    assert verdict(now, before).numbers["same_samples"]


def test_a_large_drop_on_other_samples_fails_and_says_where() -> None:
    coefficients = noisy(seed=2, scale=0.1)
    noise = np.random.default_rng(5).normal(size=coefficients.shape)
    coefficients[[1, 3, 6]] += 9 * noise[[1, 3, 6]]
    before, now = made(noisy(seed=1, scale=0.1)), made(coefficients)
    found = verdict(now, before, gate(margin=0.01))
    assert found.status == FAIL
    assert {one["row"] for one in found.numbers["worst"]} == {"101", "103", "106"}
    assert "more than the margin of 0.01" in found.sentence
    assert "p < 0.0001" in found.sentence
    assert "; most in rows 10" in found.sentence


def test_a_drop_that_may_be_noise_is_inconclusive_and_one_within_the_margin_passes() -> None:
    before, now = made(noisy(seeds=6, seed=1)), made(noisy(seeds=6, scale=0.52, seed=2))
    drop = drop_of(now, before)
    assert drop > 0.01
    found = verdict(now, before, gate(margin=drop / 2))
    assert found.status == INCONCLUSIVE
    assert found.numbers["p"] > 0.001
    assert "but that may be noise" in found.sentence
    assert verdict(now, before, gate(margin=drop * 1.01)).status == PASS
    assert verdict(before, now, gate(margin=0.0)).status == PASS


def test_more_noise_is_worse_and_less_is_not() -> None:
    quiet, loud = made(noisy(seed=1)), made(noisy(seed=2, scale=0.8))
    found = verdict(loud, quiet, gate("log_sd", 0.1))
    assert found.status == FAIL
    assert found.numbers["difference"] == pytest.approx(np.log(0.8 / 0.5), abs=0.05)
    assert "log_sd is worse by" in found.sentence
    assert "(standard deviations 1." in found.sentence
    assert verdict(quiet, loud, gate("log_sd", 0.1)).status == PASS


def test_a_tenth_fewer_samples_show_in_noise_and_not_in_jaccard() -> None:
    before = made(noisy(seed=1, instances=20, seeds=40, d=20))
    now = made(noisy(seed=2, instances=20, seeds=40, d=20, scale=0.5 / np.sqrt(0.9)))
    noise, overlap = regression_verdicts([gate("log_sd", 0.03), gate("jaccard", 0.04)], now, baseline_of(before))
    assert (noise.status, overlap.status) == (FAIL, PASS)
    assert not noise.numbers["underpowered"]


def test_noise_of_coefficients_that_hardly_ever_vary_is_not_judged() -> None:
    still = noisy(seed=2, scale=0.9)
    still[:, :, 3:] = 0.0
    found = verdict(made(still), made(noisy(seed=1)), gate("log_sd", 0.0))
    assert found.status == INCONCLUSIVE
    assert "50 of 80 coefficients do not vary on both sides" in found.sentence
    assert "runs with num_features of all of them have it" in found.sentence


def test_noise_that_is_gone_is_missing() -> None:
    found = verdict(made(np.repeat(noisy(seeds=1), 12, axis=1)), made(noisy()), gate("log_sd", 0.1))
    assert found.status == MISSING
    assert found.sentence == "log_sd is undefined for 10 of 10 instances of the baseline"


def test_noise_of_other_features_is_refused() -> None:
    with pytest.raises(ValueError, match="the same features and labels of every instance, got 9 and 8 coefficients"):
        verdict(made(noisy(d=9)), made(noisy(d=8)), gate("log_sd", 0.1))


def test_two_seeds_are_judged_on_the_same_samples_alone() -> None:
    before = noisy(seeds=2)
    exact = verdict(made(before, samples=SAMPLES), made(before, samples=SAMPLES))
    assert exact.status == PASS
    tested = verdict(made(before), made(before))
    assert tested.status == INCONCLUSIVE
    assert "it takes three seeds" in tested.sentence
    assert tested.numbers["standard_error"] is None


def test_a_single_seed_is_missing_and_no_baseline() -> None:
    found = verdict(made(noisy(seeds=1)), made(noisy()))
    assert found.status == MISSING
    assert found.sentence == "jaccard is undefined for 10 of 10 instances of the baseline"
    with pytest.raises(ValueError, match="the baseline must have jaccard of at least one instance, got none"):
        verdict(made(noisy()), made(noisy(seeds=1)))


def test_an_instance_without_the_score_in_the_run_is_missing_and_in_the_baseline_left_out() -> None:
    coefficients = noisy()
    coefficients[4] = np.nan
    assert verdict(made(coefficients), made(noisy())).status == MISSING
    found = verdict(made(noisy(), samples=SAMPLES), made(coefficients, samples=SAMPLES))
    assert (found.status, found.numbers["instances"], found.numbers["drop"]) == (PASS, 9, pytest.approx(0))


def test_a_setting_that_the_run_lacks_is_missing() -> None:
    both = together(made(noisy(), num_samples=250), made(noisy(), num_samples=1000))
    found = regression_verdicts([gate()], made(noisy(), num_samples=1000), baseline_of(both))
    assert [(one.status, one.rows) for one in found] == [
        (PASS, "task loans, num_samples 1,000"),
        (MISSING, "task loans, num_samples 250"),
    ]
    assert found[1].sentence == "the run has no rows of these settings"


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"num_samples": 900}, "num_samples 900, not 1,000"),
        ({"explainer": "shap"}, "explainer shap, not lime"),
        ({"k": 3}, "k 3, not 4"),
        ({"kernel_width": 0.75}, "kernel_width 0.75, not none"),
        ({"task": "houses"}, "task houses, not loans"),
    ],
)
def test_other_settings_are_refused_with_what_differs(changed: dict, said: str) -> None:
    with pytest.raises(ValueError, match=f"the same settings and explainer, got other ones.*: {said}; choose rows"):
        verdict(made(noisy(), **changed), made(noisy()))


def test_settings_that_the_baseline_lacks_are_refused_unless_others_are_meant() -> None:
    both = together(made(noisy(), num_samples=250), made(noisy(), num_samples=1000))
    before = made(noisy(), num_samples=1000)
    with pytest.raises(ValueError, match=r"the run \(task loans, num_samples 250\): num_samples 250, not 1,000"):
        verdict(both, before)
    assert verdict(both, before, gate(num_samples=1000)).status == PASS


def test_another_model_is_allowed_and_said() -> None:
    found = verdict(made(noisy(), model="boosted trees"), made(noisy()))
    assert found.status == PASS
    assert "the model is boosted trees, in the baseline forest" in found.sentence


def test_which_of_two_models_is_meant_must_be_clear() -> None:
    two = together(made(noisy(), model="boosted trees"), made(noisy(), model="linear"))
    with pytest.raises(ValueError, match="model boosted trees, not forest"):
        verdict(two, made(noisy()))


def test_instances_are_matched_by_the_rows_of_the_user() -> None:
    coefficients = noisy()
    before = made(coefficients, samples=None, rows=range(10))
    now = made(coefficients[::-1], rows=range(9, -1, -1), values=[29.0 - i for i in range(10)])
    for metric in ("jaccard", "log_sd"):
        found = verdict(now, before, gate(metric))
        assert found.numbers["drop"] == pytest.approx(0, abs=1e-7)
        assert found.numbers["worst"] == []


def test_rows_in_words_and_numbers_are_the_same_rows() -> None:
    assert verdict(made(noisy(), rows=[str(i) for i in range(10)]), made(noisy(), rows=range(10))).status == PASS


def test_more_instances_than_the_baseline_has_do_not_count() -> None:
    more = noisy(seed=3)
    before = made(more[:6], samples=SAMPLES)
    found = verdict(made(more, samples=SAMPLES), before, gate(margin=0.0))
    assert (found.status, found.numbers["instances"], found.numbers["same_samples"]) == (PASS, 6, True)
    errors = [verdict(run, made(more[:6])).numbers["standard_error"] for run in (made(more), made(more[:6]))]
    assert errors[0] == pytest.approx(errors[1])


def test_other_instances_are_refused() -> None:
    before = made(noisy(), rows=range(10))
    with pytest.raises(ValueError, match="got other ones: the run lacks 3, 4, 5, 6, 7 and 2 more of 10 instances"):
        verdict(made(noisy(), rows=[0, 1, 2, *range(20, 27)]), before)
    with pytest.raises(ValueError, match="got other ones: every instance has other values; --unpaired"):
        verdict(made(noisy(), values=range(10)), made(noisy()))


def test_some_other_values_and_labels_are_said() -> None:
    values = [20.0 + i for i in range(10)]
    now, before = made(noisy(), values=[0.0, *values[1:]]), made(noisy(), values=values)
    assert "; 1 instance with other values" in verdict(now, before).sentence
    attributions = now.attributions.copy()
    attributions.loc[attributions["instance"] < 2, "label"] = 0
    found = verdict(replace(now, attributions=attributions), before)
    assert "2 instances with another label explained" in found.sentence
    with pytest.raises(ValueError, match="must explain the same labels, got 0 and 1: state labels"):
        verdict(made(noisy(), label=0), before)


def test_other_instances_unpaired_are_two_independent_means() -> None:
    before = made(noisy(instances=10, seed=1))
    now = made(noisy(instances=14, seed=2, scale=0.9), rows=range(300, 314))
    found = verdict(now, before, gate(margin=0.001), unpaired=True)
    means = [panel_of(run, ["jaccard"])["estimate"] for run in (now, before)]
    expected = stats.ttest_ind(*means, equal_var=False, alternative="less")
    assert found.numbers["p"] == pytest.approx(expected.pvalue)
    assert found.numbers["drop"] == pytest.approx(means[1].mean() - means[0].mean())
    assert found.status == FAIL
    assert "other instances: compared as two samples of instances like these" in found.sentence


def test_the_same_instances_unpaired_are_the_same_instances() -> None:
    before, now = made(noisy(seed=1)), made(noisy(seed=2))
    assert verdict(now, before, unpaired=True) == verdict(now, before)


def test_few_instances_say_nothing_of_others() -> None:
    before = made(noisy(instances=4))
    found = verdict(made(noisy(instances=10), rows=range(10)), before, unpaired=True)
    assert (found.status, found.numbers["p"]) == (INCONCLUSIVE, None)
    assert "it takes 5 instances" in found.sentence


def test_instances_that_are_all_alike_say_nothing_of_others() -> None:
    alike = np.tile(np.arange(8.0), (6, 5, 1))
    found = verdict(made(alike, rows=range(6)), made(alike), unpaired=True)
    assert found.status == INCONCLUSIVE
    assert "show no spread" in found.sentence


def test_p_values_are_adjusted_for_all_checks() -> None:
    before, now = made(noisy(seed=1)), made(noisy(seed=2))
    names = ["jaccard", "same_first", "sign_agreement", "log_sd"]
    found = regression_verdicts([gate(name, 0.1) for name in names], now, baseline_of(before))
    own, adjusted = ([one.numbers[name] for one in found] for name in ("p", "p_holm"))
    assert min(adjusted) == pytest.approx(4 * min(own))
    assert {one.numbers["checks"] for one in found} == {4}


def test_a_drop_that_is_significant_alone_may_not_be_among_many() -> None:
    before, now = made(noisy(seed=1)), made(noisy(seed=2, scale=0.65))
    alone = verdict(now, before, gate(margin=0.001))
    assert (alone.status, alone.numbers["p_holm"]) == (FAIL, alone.numbers["p"])
    count = int(0.02 / alone.numbers["p"])
    many = regression_verdicts([gate(margin=0.001)] * count, now, baseline_of(before))
    assert {one.status for one in many} == {INCONCLUSIVE}


def test_an_underpowered_margin_is_said() -> None:
    before, now = made(noisy(seed=1)), made(noisy(seed=2))
    found = verdict(now, before, gate(margin=0.001))
    assert found.numbers["underpowered"]
    assert "underpowered: the smallest margin" in found.sentence
    smallest = found.numbers["smallest_margin"]
    wide = verdict(now, before, gate(margin=smallest * 1.01))
    assert not wide.numbers["underpowered"]
    assert "underpowered" not in wide.sentence


def test_floors_are_left_out() -> None:
    floor = Threshold("jaccard", at_least=0.9)
    assert regression_verdicts([floor], made(noisy()), baseline_of(made(noisy()))) == []


@pytest.mark.parametrize(
    ("threshold", "said"),
    [
        (gate("jacard"), r"got jacard; did you mean jaccard\? \(known: .*log_sd, r2_fresh\)"),
        (gate("ess"), "a standard error over seeds, got ess"),
        (gate("r2_reference"), "a standard error over seeds, got r2_reference"),
        (gate(sample=1000), "where must name settings of the run, got sample; did you mean"),
        (gate(num_samples=99), "num_samples must be one of 1,000, got 99"),
        (gate(num_samples="1000"), "num_samples must be one of 1,000, got 1000"),
    ],
)
def test_a_threshold_about_nothing_is_refused(threshold: Threshold, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        verdict(made(noisy()), made(noisy()), threshold)


def test_a_metric_that_the_baseline_lacks_is_refused() -> None:
    before = baseline_of(made(noisy()), metrics=["jaccard"])
    with pytest.raises(ValueError, match="the baseline must have kendall, got jaccard: make it anew"):
        regression_verdicts([gate("kendall")], made(noisy()), before)


def test_where_takes_a_list_of_values_of_which_any_will_do() -> None:
    run = together(*(made(noisy(), num_samples=count) for count in (250, 500, 1000)))
    found = regression_verdicts([gate(num_samples=[250, 1000])], run, baseline_of(run))
    assert [one.rows for one in found] == ["task loans, num_samples 250", "task loans, num_samples 1,000"]
    with pytest.raises(ValueError, match="num_samples must be one of 1,000, 250, 500, got 99"):
        regression_verdicts([gate(num_samples=[250, 99])], run, baseline_of(run))


def test_settings_that_neither_side_has_are_missing_by_leave() -> None:
    run, baseline = made(noisy()), baseline_of(made(noisy()))
    asked = replace(gate(num_samples=99), allow_missing=True)
    (found,) = regression_verdicts([asked], run, baseline)
    assert (found.status, found.is_red, found.rows) == (MISSING, False, "num_samples 99")
    assert found.sentence == "neither the run nor the baseline has rows like these"
    assert powers_of([asked], baseline) == []
    both = together(made(noisy(), num_samples=250, kernel_width=1.0), made(noisy(), num_samples=500, kernel_width=2.0))
    apart = gate(num_samples=250, kernel_width=2.0)
    with pytest.raises(ValueError, match="got num_samples 250, kernel_width 2, which none has"):
        verdict(both, both, apart)
    assert verdict(both, both, replace(apart, allow_missing=True)).status == MISSING


def test_where_takes_numbers_up_to_rounding() -> None:
    before = made(noisy(), kernel_width=0.1 + 0.2)
    assert verdict(before, before, gate(kernel_width=0.3)).status == PASS


def test_a_score_that_is_no_number_is_never_a_pass() -> None:
    """However it came about: of the run, or of a baseline that was made of rows without checks."""
    for value in (np.nan, -np.inf, np.inf):
        for metric in ("jaccard", "r2_fresh"):
            before = baseline_of(made(noisy(), samples=SAMPLES))
            panel = before.panel.copy()
            panel.loc[panel.index[panel["metric"] == metric][0], "estimate"] = value
            (found,) = regression_verdicts(
                [gate(metric, 0.5)], made(noisy(), samples=SAMPLES), replace(before, panel=panel)
            )
            assert (found.status, found.is_red) == (MISSING, True), (metric, value)
            assert found.sentence


def test_widths_that_follow_from_the_number_of_features_are_not_said() -> None:
    one, other = (
        made(noisy(d=d), task=task, k=k, kernel_width=0.75 * d**0.5, kernel_width_factor=1.0)
        for task, d, k in (("loans", 8, 4), ("cars", 6, 3))
    )
    both = replace(together(one, other), descriptions=(*one.descriptions, *other.descriptions))
    both = replace(both, instances=pd.concat([one.instances, other.instances]))
    found = regression_verdicts([gate()], both, baseline_of(both))
    assert [(one.status, one.rows) for one in found] == [(PASS, "task loans"), (PASS, "task cars")]
    assert verdict(other, both, gate(task="cars")).rows == "task cars"


def test_a_task_of_several_is_held_against_the_same_one_alone() -> None:
    """Columns of values of the other task are no values of this one."""
    loans = made(noisy(seed=1), samples=SAMPLES)
    cars = made(noisy(seed=2), task="cars", samples=SAMPLES)
    cars = replace(cars, instances=cars.instances.rename(columns={"value_age": "value_power"}))
    both = replace(together(loans, cars), instances=pd.concat([loans.instances, cars.instances], ignore_index=True))
    for now, before in ((both, cars), (cars, both)):
        found = verdict(now, before, gate(margin=0.0, task="cars"))
        assert (found.status, found.numbers["same_samples"]) == (PASS, True)
        assert "other values" not in found.sentence


def test_fidelity_is_that_of_pooled_fits() -> None:
    before, now = made(noisy()), made(noisy(seed=1), fits_seed=4)
    found = verdict(now, before, gate("r2_fresh", 0.01))
    assert found.numbers["drop"] == pytest.approx(drop_of(now, before, "r2_fresh"))
    assert found.numbers["standard_error"] > 0
