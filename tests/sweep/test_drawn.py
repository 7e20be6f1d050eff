"""Digests of what was drawn: equal where samples are, whoever drew them and whatever was fitted, and nowhere else."""

from collections.abc import Callable
from dataclasses import replace
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limeeval.lime import LimeImageExplainer, LimeTabularExplainer
from limeeval.lime.domain import State
from limeeval.lime.image import ImageDomain
from limeeval.lime.labels import Labels
from limeeval.lime.masking import Masking
from limeeval.lime.neighborhood import BLOCK, Neighborhood
from limeeval.lime.tabular import TabularDomain
from limeeval.sweep.columns import DRAWN, is_measured
from limeeval.sweep.drawn import Drawn
from limeeval.sweep.grid import IMAGE_DEFAULTS, TABLE_DEFAULTS, grid_of
from limeeval.sweep.merge import Job, Tables, merge
from limeeval.sweep.plan import Names, Plan
from limeeval.sweep.run import run_sweep
from limeeval.sweep.store import Store

DATA = np.random.default_rng(0).gamma(2.0, size=(200, 4))
DATA[:, 3] = DATA[:, 3] > 1.5
TABLES: dict[str, Any] = TABLE_DEFAULTS | {"num_samples": [100, 600], "num_features": 2}
PATCHES = np.random.default_rng(0).integers(0, 256, (2, 6, 8, 3), dtype=np.uint8)
IMAGES = [np.kron(patches, np.ones((4, 4, 1), dtype=np.uint8)) for patches in PATCHES]
CUT = {"algorithm": "grid", "n_segments": 12}
PICTURES: dict[str, Any] = IMAGE_DEFAULTS | {"num_samples": [100, 300], "segmentation": CUT}
KEYS = ["instance", "seed", "num_samples"]


def share(inputs: np.ndarray) -> np.ndarray:
    """Two classes, of rows or of images."""
    yes = np.tanh(np.asarray(inputs, dtype=float).reshape(len(inputs), -1)[:, ::3].mean(axis=1) / 200) / 2 + 0.5
    return np.column_stack([1 - yes, yes])


def other_share(inputs: np.ndarray) -> np.ndarray:
    return share(inputs)[:, ::-1]


def spoiling(rows: np.ndarray) -> np.ndarray:
    """A model that writes into what it is given."""
    found = share(rows)
    rows[:] = -1
    return found


def table_plan(*, data: np.ndarray = DATA, categories: bool = True, **changed: Any) -> Plan:
    known = {key: changed.pop(key) for key in Plan.__dataclass_fields__ if key in changed}
    usual: dict[str, Any] = {"instances": DATA[:2], "ids": ["a", "b"], "predict_fn": share, "seeds": [0, 7]}
    explainer = LimeTabularExplainer(data, categorical_features=[3] if categories else None)
    return Plan(
        Names("made up", "share"),
        explainer,
        grid=grid_of(TABLES | changed),
        labels=Labels("classification", None, (1,)),
        **(usual | known),
    )


def image_plan(**changed: Any) -> Plan:
    known = {key: changed.pop(key) for key in Plan.__dataclass_fields__ if key in changed}
    usual: dict[str, Any] = {"instances": IMAGES, "ids": ["a", "b"], "predict_fn": share, "seeds": [0, 7]}
    return Plan(
        Names("pictures", "share"),
        LimeImageExplainer(),
        grid=grid_of(PICTURES | changed),
        labels=Labels("classification", None, (1,)),
        **(usual | known),
    )


def digests_of(plan: Plan, **options: Any) -> pd.Series:
    """One a neighborhood and sample count, whichever fits rest on it."""
    fits = run_sweep(plan, **options).fits
    found: pd.Series = fits.drop_duplicates([*KEYS, DRAWN]).set_index(KEYS)[DRAWN].sort_index()
    assert found.index.is_unique
    return found


MADE = pytest.mark.parametrize("plan_of", [table_plan, image_plan])


# --- One neighborhood ------------------------------------------------------------------------------------------------


class Counting:
    """A domain whose samples are what is drawn: two numbers each."""

    def content(self, state: State) -> tuple[np.ndarray, ...]:
        return state[0][:, :1] > 0, state[0]


SAMPLES = np.random.default_rng(0).normal(size=(700, 2))


def drawn_of(samples: np.ndarray, counts: list[int], pieces: list[int]) -> list[str]:
    drawn = Drawn(Counting(), counts)  # type: ignore[arg-type]
    for piece in np.split(samples, pieces):
        drawn.add((piece,))
    return drawn.digests


def test_a_digest_is_of_the_bytes_of_all_that_tells_samples_apart() -> None:
    parts = [SAMPLES[:, :1] > 0, SAMPLES]
    expected = blake2b(b"".join(blake2b(part.tobytes()).digest() for part in parts), digest_size=8).hexdigest()
    assert drawn_of(SAMPLES, [700], []) == [expected]


@pytest.mark.parametrize("pieces", [[], [250], [1, 2, 250, 300], [300, 600], [100, 100, 699]])
@pytest.mark.parametrize("counts", [[700], [2, 250, 300, 700], [250, 251, 252]])
def test_a_prefix_has_its_own_digest_whatever_follows(counts: list[int], pieces: list[int]) -> None:
    alone = [drawn_of(SAMPLES[:count], [count], [])[0] for count in counts]
    assert drawn_of(SAMPLES, counts, pieces) == alone
    assert len(set(alone)) == len(counts)


def test_counts_beyond_the_samples_are_not_reached() -> None:
    assert len(drawn_of(SAMPLES, [700, 701], [])) == 1


@pytest.mark.parametrize("changed", [0, 299, 699])
def test_one_sample_changes_the_digests_that_it_is_in(changed: int) -> None:
    other = SAMPLES.copy()
    other[changed, 1] += 1e-3
    counts = [1, 300, 700]
    one, two = (drawn_of(samples, counts, [250, 500]) for samples in (SAMPLES, other))
    assert [a != b for a, b in zip(one, two, strict=True)] == [changed < count for count in counts]


def test_the_order_of_samples_matters() -> None:
    assert drawn_of(SAMPLES, [700], []) != drawn_of(SAMPLES[::-1], [700], [])


# --- Equal -----------------------------------------------------------------------------------------------------------


@MADE
def test_one_digest_a_neighborhood_and_count(plan_of: Callable[..., Plan]) -> None:
    sweep = run_sweep(plan_of(kernel_width_factor=[0.5, 1], num_features=[2, 3]))
    assert sweep.fits[DRAWN].str.fullmatch("[0-9a-f]{16}").all()
    assert (sweep.fits.groupby(KEYS)[DRAWN].nunique() == 1).all()
    assert sweep.fits[DRAWN].nunique() == 2 * 2 * 2
    assert is_measured(DRAWN)
    assert DRAWN not in sweep.attributions


@MADE
@pytest.mark.parametrize("batch_rows", [250, 700])
def test_processes_batches_and_resumption_change_nothing(
    plan_of: Callable[..., Plan], batch_rows: int, tmp_path: Path
) -> None:
    expected = digests_of(plan_of())
    plan = plan_of(batch_rows=batch_rows, model_id="m")
    pd.testing.assert_series_equal(digests_of(plan), expected)
    pd.testing.assert_series_equal(digests_of(plan, n_jobs=2, store=Store(tmp_path, "m")), expected)
    for path in sorted(path for path in tmp_path.rglob("*") if path.is_file())[1::2]:  # As if killed half-way.
        path.unlink()
    pd.testing.assert_series_equal(digests_of(plan, store=Store(tmp_path, "m")), expected)


@MADE
def test_other_sample_counts_change_nothing(plan_of: Callable[..., Plan]) -> None:
    few, many = (digests_of(plan_of(num_samples=counts)) for counts in ([100], [60, 100, BLOCK, 900]))
    pd.testing.assert_series_equal(many.xs(100, level="num_samples"), few.xs(100, level="num_samples"))


@MADE
@pytest.mark.parametrize(
    "changed",
    [
        {"predict_fn": other_share},
        {"kernel_width_factor": 2},
        {"num_features": 1},
        {"feature_selection": "highest_weights"},
        {"distance_metric": "manhattan"},
        {"nonlinearity": True},
    ],
)
def test_what_is_fitted_changes_nothing(plan_of: Callable[..., Plan], changed: dict[str, Any]) -> None:
    pd.testing.assert_series_equal(digests_of(plan_of(**changed)), digests_of(plan_of()))


@pytest.mark.parametrize("bins", [True, False])
def test_a_model_that_writes_into_its_rows_changes_nothing(bins: bool) -> None:
    one, other = (
        digests_of(table_plan(predict_fn=model, discretize_continuous=bins, categories=False))
        for model in (share, spoiling)
    )
    pd.testing.assert_series_equal(one, other)


def test_an_instance_has_the_same_samples_among_others() -> None:
    alone = digests_of(table_plan(instances=DATA[1:2], ids=["b"]))
    assert alone.tolist() == digests_of(table_plan()).xs(1, level="instance").tolist()


# --- Different -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "changed",
    [
        {"seeds": [1, 8]},
        {"instances": DATA[2:4]},
        {"discretizer": "decile"},
        {"discretize_continuous": False},
        {"sampling_method": "lhs"},
        {"sample_around_instance": True, "discretize_continuous": False},
        {"data": DATA[:190]},
    ],
)
def test_other_rows_are_other_digests(changed: dict[str, Any]) -> None:
    assert set(digests_of(table_plan(**changed))).isdisjoint(digests_of(table_plan()))


@pytest.mark.parametrize(
    "changed",
    [
        {"seeds": [1, 8]},
        {"instances": [255 - image for image in IMAGES]},
        {"segmentation": {"algorithm": "grid", "n_segments": 6}},
        {"hide_color": 0},
    ],
)
def test_other_images_are_other_digests(changed: dict[str, Any]) -> None:
    assert set(digests_of(image_plan(**changed))).isdisjoint(digests_of(image_plan()))


def test_another_value_within_a_bin_is_another_digest() -> None:
    domain = LimeTabularExplainer(DATA, categorical_features=[3]).domain(DATA[0])
    cells, values = Neighborhood(domain, 0, 100).draw(0, 100)
    moved = values.copy()
    moved[50, 0] *= 1 + 1e-5
    one, other = (Drawn(domain, [100]) for _ in range(2))
    one.add((cells, values))
    other.add((cells, moved))
    assert one.digests != other.digests


def one_stream(neighborhood: Neighborhood, start: int, stop: int) -> np.ndarray:
    """All blocks alike."""
    generator = np.random.default_rng([neighborhood.seed, neighborhood.domain.key, 0])
    return np.resize(generator.random((BLOCK, neighborhood.domain.width)), (stop - start, neighborhood.domain.width))


@MADE
def test_a_sampler_that_repeats_itself_is_seen(plan_of: Callable[..., Plan], monkeypatch: pytest.MonkeyPatch) -> None:
    expected = digests_of(plan_of())
    monkeypatch.setattr(Neighborhood, "_uniforms", one_stream)
    differs = (digests_of(plan_of()) != expected).groupby("num_samples").unique()
    assert [own.tolist() for own in differs] == [[False], [True]], "the first block is as it was"


def test_bins_that_are_one_off_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    expected = set(digests_of(table_plan()))
    right = TabularDomain.design
    monkeypatch.setattr(TabularDomain, "design", lambda own, state: right(own, (state[0] + 1, state[1])))
    assert expected.isdisjoint(digests_of(table_plan()))


@pytest.mark.parametrize("where", ["segments", "representation", "composition"])
def test_superpixels_that_are_one_off_are_seen(where: str, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = set(digests_of(image_plan()))
    compose, design, init = Masking.compose, ImageDomain.design, Masking.__init__
    if where == "segments":
        monkeypatch.setattr(
            Masking, "__init__", lambda own, image, hidden, cut: init(own, image, hidden, (cut + 1) % (cut.max() + 1))
        )
    elif where == "representation":
        monkeypatch.setattr(ImageDomain, "design", lambda own, state: np.roll(design(own, state), 1, axis=1))
    else:
        monkeypatch.setattr(
            Masking, "compose", lambda own, masks, out: compose(own, np.roll(masks, 1, axis=1), out=out)
        )
    assert expected.isdisjoint(digests_of(image_plan()))


# --- Merged ----------------------------------------------------------------------------------------------------------


def test_jobs_with_and_without_digests_merge() -> None:
    """Such as runs of an earlier version, or of other explainers."""
    sweeps = [run_sweep(table_plan(seeds=seeds)) for seeds in ([0, 1], [2, 3])]
    one, other = (Job(Tables(sweep.attributions, sweep.fits, sweep.instances), {}) for sweep in sweeps)
    whole = merge([one, other]).fits.set_index(KEYS)[DRAWN].sort_index()
    pd.testing.assert_series_equal(whole, digests_of(table_plan(seeds=[0, 1, 2, 3])))
    older = replace(other, tables=other.tables._replace(fits=other.tables.fits.drop(columns=DRAWN)))
    part = merge([one, older]).fits.set_index("seed")[DRAWN]
    assert part.loc[[0, 1]].notna().all()
    assert part.loc[[2, 3]].isna().all()
