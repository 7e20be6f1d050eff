"""Scores across segmentations: known agreement first, then pixels painted one by one, then what is left out and why."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from limeeval.inference.crossed import crossed_interval
from limeeval.inference.pseudo_run import agreement
from limeeval.metrics.pairs import Similarity
from limeeval.metrics.pixels import pixel_similarities
from limeeval.report.scores.score import score

ROWS = np.arange(100).reshape(10, 10) // 10
BLOCKS = np.arange(100).reshape(10, 10) // 5
"""Strips of ten pixels, and of five: the top 10 % are one and two of them."""
COLUMNS = ROWS.T
METRICS = ("pixel_spearman", "pixel_iou")
Cut = tuple[str, int, str]


def attributions_of(coefficients: Mapping[str, np.ndarray], **settings: Any) -> pd.DataFrame:
    """Attributions of coefficients (instances, seeds, d) by segmentation."""
    parts = []
    for name, values in coefficients.items():
        index = np.indices(values.shape).reshape(3, -1)
        part = pd.DataFrame(dict(zip(["instance", "seed", "feature"], index, strict=True)))
        parts.append(part.assign(coefficient=values.ravel(), segmentation=name))
    constants = {"task": "t", "model": "m", "explainer": "lime", "num_samples": 100, "label": 1}
    return pd.concat(parts, ignore_index=True).assign(**{**constants, **settings})


def segments_of(instances: int, task: str = "t", **cuts: np.ndarray) -> dict[Cut, np.ndarray]:
    return {(task, instance, name): labels for name, labels in cuts.items() for instance in range(instances)}


def noisy(instances: int, seeds: int, d: int, scale: float = 0.3, seed: int = 0) -> np.ndarray:
    generator = np.random.default_rng([seed, instances, seeds, d])
    return generator.normal(size=(instances, 1, d)) + generator.normal(scale=scale, size=(instances, seeds, d))


def row(scores: pd.DataFrame, metric: str, one: str, against: str, instance: int | None = None) -> pd.Series:
    rows = scores[(scores["metric"] == metric) & (scores["segmentation"] == one) & (scores["against"] == against)]
    (found,) = rows[rows["instance"].isna() if instance is None else rows["instance"] == instance].iloc
    return found


def compared(scores: pd.DataFrame) -> list[tuple[str, str]]:
    """Which segmentations are compared with which, over all instances, in their order."""
    rows = scores[scores["instance"].isna() & (scores["metric"] == "pixel_iou")]
    return list(zip(rows["segmentation"], rows["against"], strict=True))


THREE = {"blocks": BLOCKS, "columns": COLUMNS, "rows": ROWS}


def three(instances: int = 2, seeds: int = 4, **settings: Any) -> pd.DataFrame:
    numbers = {name: labels.max() + 1 for name, labels in THREE.items()}
    return attributions_of({name: noisy(instances, seeds, d) for name, d in numbers.items()}, **settings)


def test_equal_runs_on_equal_superpixels_agree_fully() -> None:
    runs = np.tile(np.arange(10.0), (2, 3, 1))
    scores = score(attributions_of({"a": runs, "b": runs}), segments=segments_of(2, a=ROWS, b=ROWS))
    for metric in METRICS:
        for one, against in (("a", "a"), ("a", "b"), ("b", "b"), ("a", "others"), ("b", "others")):
            for instance in (0, 1, None):
                found = row(scores, metric, one, against, instance)
                assert (found["estimate"], found["high"]) == pytest.approx((1.0, 1.0))
                assert found["low"] < 1


def test_a_superpixel_cut_in_two_with_its_coefficient_paints_the_same() -> None:
    whole = noisy(2, 4, 10, scale=0.0)
    scores = score(
        attributions_of({"rows": whole, "blocks": np.repeat(whole / 2, 2, axis=-1)}), segments=segments_of(2, **THREE)
    )
    assert row(scores, "pixel_spearman", "blocks", "rows")["estimate"] == pytest.approx(1)


def test_scores_are_those_of_the_painted_pixels() -> None:
    """Every two runs of different seeds, pixel by pixel."""
    runs = {"blocks": noisy(1, 4, 20), "rows": noisy(1, 4, 10, seed=1)}
    scores = score(attributions_of(runs), segments=segments_of(1, **THREE))
    one, other = (
        [(values / np.bincount(labels.ravel()))[labels.ravel()] for values in runs[name][0]]
        for name, labels in (("blocks", BLOCKS), ("rows", ROWS))
    )
    pairs = [(one[r], other[s]) for r in range(4) for s in range(4) if r != s]
    expected = np.mean([spearmanr(a, b).statistic for a, b in pairs])
    assert row(scores, "pixel_spearman", "blocks", "rows", 0)["estimate"] == pytest.approx(expected)
    tops = [(set(np.argsort(-a)[:10]), set(np.argsort(-b)[:10])) for a, b in pairs]
    assert all(min(np.sort(a)[-10], np.sort(b)[-10]) > 0 for a, b in pairs)
    expected = np.mean([len(a & b) / len(a | b) for a, b in tops])
    assert row(scores, "pixel_iou", "blocks", "rows", 0)["estimate"] == pytest.approx(expected)


def test_every_two_segmentations_are_compared_once_each_with_itself_and_with_all_others() -> None:
    scores = score(three(), segments=segments_of(2, **THREE))
    assert compared(scores) == [
        *(("blocks", against) for against in ("blocks", "columns", "rows", "others")),
        *(("columns", against) for against in ("columns", "rows", "others")),
        *(("rows", against) for against in ("rows", "others")),
    ]


def test_the_others_are_one_mean_whose_interval_knows_that_they_share_seeds() -> None:
    attributions = three(1, 6)
    scores = score(attributions, segments=segments_of(1, **THREE))
    for metric in METRICS:
        found = row(scores, metric, "columns", "others", 0)
        pairs = [row(scores, metric, *pair, 0)["estimate"] for pair in (("blocks", "columns"), ("columns", "rows"))]
        assert found["estimate"] == pytest.approx(np.mean(pairs))
        own = [attributions.query("segmentation == @name")["coefficient"].to_numpy().reshape(6, -1) for name in THREE]
        similar = pixel_similarities(own, list(THREE.values()))[metric]
        expected = crossed_interval(agreement(Similarity(*(part[1, [0, 2]].mean(axis=0) for part in similar))))
        assert (found["low"], found["high"]) == pytest.approx((float(expected.low), float(expected.high)))


def test_rows_have_limits_counts_and_chance_levels() -> None:
    scores = score(three(6, 5), segments=segments_of(6, **THREE))
    rows = scores[scores["against"].notna()]
    assert set(rows["metric"]) == set(METRICS)
    assert ((rows["low"] <= rows["estimate"]) & (rows["estimate"] <= rows["high"])).all()
    over = rows["instance"].isna()
    assert (rows["low_population"].notna() == over).all()
    assert (rows["interval"] == "jackknife over seeds").all()
    assert rows["n"].tolist() == np.where(over, 6, 5).tolist()
    assert rows["k"].isna().all()
    chance = rows["metric"].map({"pixel_spearman": 0.0, "pixel_iou": 0.1 / 1.9})
    assert rows["chance"].tolist() == pytest.approx(chance.tolist())


def test_all_other_scores_are_as_they_were() -> None:
    attributions = three()
    without, scores = score(attributions), score(attributions, segments=segments_of(2, **THREE))
    assert "against" not in without
    at = list(without).index("metric")
    assert list(scores) == [*list(without)[:at], "against", *list(without)[at:]]
    others = scores[scores["against"].isna()]
    pd.testing.assert_frame_equal(others.drop(columns="against"), without)
    assert {name: kind for name, kind in scores.dtypes.items() if name != "against"} == dict(without.dtypes)


@pytest.mark.parametrize("segments", [None, {}, segments_of(2, blocks=BLOCKS)])
def test_without_several_segmentations_there_is_nothing_to_compare(segments: Any) -> None:
    attributions = three().query("segmentation == 'blocks'")
    pd.testing.assert_frame_equal(score(attributions, segments=segments), score(attributions))


def test_segmentations_that_are_not_known_are_left_out() -> None:
    known = segments_of(2, blocks=BLOCKS, rows=ROWS)
    found = compared(score(three(), segments=known))
    assert {name for pair in found for name in pair} == {"blocks", "rows", "others"}
    some = score(three(), segments={**known, ("t", 0, "columns"): COLUMNS})
    assert row(some, "pixel_iou", "blocks", "columns")["n"] == 1
    assert row(some, "pixel_iou", "blocks", "rows")["n"] == 2


def test_an_image_that_lacks_a_segmentation_is_left_out_of_what_needs_it() -> None:
    attributions = three(3)
    kept = attributions[(attributions["segmentation"] != "rows") | (attributions["instance"] != 1)]
    scores = score(kept, segments=segments_of(3, **THREE))
    whole = score(attributions, segments=segments_of(3, **THREE))
    for metric in METRICS:
        counts = {pair: row(scores, metric, *pair)["n"] for pair in compared(scores)}
        assert counts["blocks", "columns"] == counts["columns", "columns"] == 3
        assert counts["blocks", "rows"] == counts["rows", "rows"] == 2
        assert counts["blocks", "others"] == counts["rows", "others"] == 2
        same = [row(table, metric, "blocks", "rows", 2).drop("against") for table in (scores, whole)]
        pd.testing.assert_series_equal(*same, check_names=False)
        mean = np.mean([row(whole, metric, "blocks", "others", instance)["estimate"] for instance in (0, 2)])
        assert row(scores, metric, "blocks", "others")["estimate"] == pytest.approx(mean)


def test_seeds_that_a_segmentation_lacks_are_left_out_of_what_needs_it() -> None:
    attributions = three(1, 5)
    lacks = (attributions["segmentation"] == "rows") & (attributions["seed"] == 2)
    scores = score(attributions[~lacks], segments=segments_of(1, **THREE))
    four = score(attributions[attributions["seed"] != 2], segments=segments_of(1, **THREE))
    five = score(attributions, segments=segments_of(1, **THREE))
    for metric in METRICS:
        for pair in compared(scores):
            needs_it = "rows" in pair or "others" in pair
            expected = row(four if needs_it else five, metric, *pair, 0)
            assert expected["n"] == (4 if needs_it else 5)
            pd.testing.assert_series_equal(row(scores, metric, *pair, 0), expected, check_names=False)


def test_segmentations_without_a_seed_in_common_are_not_compared() -> None:
    attributions = three(1)
    of_rows = attributions["segmentation"] == "rows"
    moved = attributions.assign(seed=attributions["seed"].where(~of_rows, attributions["seed"] + 10))
    found = compared(score(moved, segments=segments_of(1, **THREE)))
    assert ("blocks", "rows") not in found
    assert ("rows", "rows") in found
    assert not any(against == "others" for _, against in found)


@pytest.mark.parametrize("seeds", [1, 2])
def test_few_seeds_have_no_limits(seeds: int) -> None:
    scores = score(three(2, seeds), k=1, segments=segments_of(2, **THREE))
    rows = scores[scores["against"].notna()]
    assert rows[["low", "high", "interval"]].isna().all(axis=None)
    assert rows["estimate"].isna().all() == (seeds == 1)
    assert rows["n"].tolist() == np.where(rows["instance"].isna(), 0 if seeds == 1 else 2, seeds).tolist()


def test_a_run_that_lacks_a_feature_is_nan_and_left_out_over_all() -> None:
    attributions = three(2)
    first = attributions["segmentation"].eq("rows") & attributions[["instance", "seed", "feature"]].eq(0).all(axis=1)
    scores = score(attributions[~first], segments=segments_of(2, **THREE))
    assert np.isnan(row(scores, "pixel_iou", "blocks", "rows", 0)["estimate"])
    assert row(scores, "pixel_iou", "blocks", "rows")["n"] == 1
    assert row(scores, "pixel_iou", "blocks", "columns")["n"] == 2


def test_only_equal_settings_labels_tasks_and_models_are_compared() -> None:
    parts = [three(task=task, model=model) for task in "tu" for model in "mn"]
    other = attributions_of({"blocks": noisy(2, 4, 20)}, num_samples=500)
    segments = segments_of(2, **THREE) | segments_of(2, "u", **THREE)
    scores = score(pd.concat([*parts, other]), segments=segments)
    alone = score(parts[3], segments=segments)
    mine = scores[(scores["task"] == "u") & (scores["model"] == "n")].reset_index(drop=True)
    pd.testing.assert_frame_equal(mine, alone)
    assert scores.loc[scores["num_samples"] == 500, "against"].isna().all()


def test_labels_of_an_image_are_averaged_first() -> None:
    one = three(3, 5)
    both = pd.concat([one, one.assign(label=2)])
    once, twice = (score(table, segments=segments_of(3, **THREE)) for table in (one, both))
    for metric in METRICS:
        for part in ("estimate", "low", "high", "n"):
            expected = row(once, metric, "blocks", "others")[part]
            assert row(twice, metric, "blocks", "others")[part] == pytest.approx(expected)
    assert len(twice[twice["metric"] == "pixel_iou"]) == 9 * (2 * 3 + 1)


def test_tables_and_images_together() -> None:
    table = attributions_of({"none": noisy(2, 3, 6)}, task="loans").assign(segmentation=None)
    scores = score(pd.concat([table, three()]), segments=segments_of(2, **THREE))
    assert scores.loc[scores["task"] == "loans", "against"].isna().all()
    assert len(compared(scores)) == 9


def test_the_order_of_rows_and_segments_does_not_matter() -> None:
    attributions, segments = three(), segments_of(2, **THREE)
    shuffled = attributions.sample(frac=1, random_state=0)
    keys = ["segmentation", "against", "metric", "instance"]
    one, other = (
        score(table, segments=cuts).sort_values(keys).reset_index(drop=True)
        for table, cuts in ((attributions, segments), (shuffled, dict(reversed(segments.items()))))
    )
    pd.testing.assert_frame_equal(one, other)


def test_arguments_are_not_written_to() -> None:
    attributions, segments = three(), segments_of(2, **THREE)
    before = attributions.copy()
    for labels in segments.values():
        labels.flags.writeable = False
    score(attributions, segments=segments)
    pd.testing.assert_frame_equal(attributions, before)


@pytest.mark.parametrize(
    ("table", "segments", "message"),
    [
        (three().drop(columns="task"), segments_of(2, **THREE), "must have the column task, got segmentation"),
        (three(), segments_of(2, "cars", **THREE), r"must be of tasks and segmentations of the table, got \('cars'"),
        (three(), {**segments_of(2, **THREE), ("t", 1, "rows"): BLOCKS}, "those of 20 superpixels, got 10"),
        (three(), {**segments_of(2, **THREE), ("t", 1, "rows"): ROWS[:, :5]}, "must have one shape"),
        (three().assign(against=1), None, "settings must not be named like a column of scores, got against"),
    ],
)
def test_segments_that_are_not_those_of_the_table(table: pd.DataFrame, segments: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        score(table, segments=segments)
