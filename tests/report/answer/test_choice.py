"""Which setting is chosen: tested from the largest sample count down, and rarely where none is good enough."""

from dataclasses import replace

import numpy as np
import pandas as pd

from limeeval.metrics.ranking import jaccard
from limeeval.report.answer.cells import JudgedCell, Score
from limeeval.report.answer.certainty import p_stable
from limeeval.report.answer.choice import LEVEL, chosen_of, front_of, ladders_of, level_of

NOTHING = Score()


def cell(
    factor: float = 1.0, samples: int = 1000, *, agrees: float = 0.95, r2: float = 0.4, p: float = 0.0
) -> JudgedCell:
    """A cell that holds, but for what is said of it."""
    return JudgedCell(
        settings={"kernel_width_factor": factor, "num_samples": samples},
        name=f"x{factor:g} with {samples} samples",
        others=(),
        is_lime=True,
        is_default=False,
        is_default_but_for_segmentation=False,
        same_set=NOTHING,
        same_first=NOTHING,
        jaccard=Score(agrees, agrees - 0.01, agrees + 0.01),
        own=NOTHING,
        fresh=NOTHING,
        fidelity=Score(r2),
        fidelity_at=1.0,
        chance=0.1,
        ess=500.0,
        stable=agrees > 0.91,
        behind=Score(0.0, 0.0, 0.0),
        faithful=True,
        supported=True,
        p=p,
    )


def name_of(found: JudgedCell | None) -> str | None:
    return found.name if found else None


def test_the_smallest_count_before_the_first_failure_is_chosen() -> None:
    ladder = [cell(samples=n, p=p) for n, p in ((250, 0.9), (500, 0.01), (1000, 0.01), (5000, 0.01))]
    assert name_of(chosen_of(ladder)) == "x1 with 500 samples"
    assert name_of(chosen_of(ladder[::-1])) == "x1 with 500 samples"


def test_a_failure_at_a_larger_count_ends_the_test() -> None:
    """However well a smaller one does."""
    ladder = [cell(samples=250, p=0.0), cell(samples=1000, p=0.2), cell(samples=5000, p=0.0)]
    assert name_of(chosen_of(ladder)) == "x1 with 5000 samples"
    assert chosen_of([*ladder[:2], replace(ladder[2], supported=False)]) is None
    assert chosen_of([*ladder[:2], replace(ladder[2], faithful=False)]) is None


def test_the_level_is_shared_by_the_widths() -> None:
    alone, several = [cell(p=0.02)], [cell(factor, p=0.02) for factor in (0.25, 0.5, 1, 2)]
    assert (level_of(alone), level_of(several)) == (LEVEL, LEVEL / 4)
    assert name_of(chosen_of(alone)) == "x1 with 1000 samples"
    assert chosen_of(several) is None
    assert name_of(chosen_of([*several[:3], cell(2, p=0.012)])) == "x2 with 1000 samples"
    counts = [cell(1, n) for n in (250, 1000, 5000)]
    assert len(ladders_of(counts)) == 1


def test_without_p_the_limits_decide() -> None:
    unknown = [replace(cell(), p=None), replace(cell(samples=250, agrees=0.8), p=None)]
    assert name_of(chosen_of(unknown)) == "x1 with 1000 samples"


def test_the_front_has_what_nothing_else_beats() -> None:
    cells = [
        cell(1, 250, agrees=0.5, r2=0.3),
        cell(1, 1000, agrees=0.7, r2=0.4),
        cell(2, 1000, agrees=0.6, r2=0.4),
        cell(0.5, 1000, agrees=0.6, r2=0.5),
        cell(1, 5000, agrees=0.7, r2=0.4),
        replace(cell(0.1, 250, agrees=0.99, r2=0.9), supported=False),
        replace(cell(3, 250, agrees=0.99), jaccard=NOTHING),
    ]
    found = [(one.settings["kernel_width_factor"], one.samples) for one in front_of(cells)]
    assert found == [(1, 250), (1, 1000), (0.5, 1000)]
    twins = [cell(1, 250), cell(2, 250)]
    assert front_of(twins) == twins


WIDTHS, COUNTS, INSTANCES, SEEDS, D, K = (0.25, 0.5, 1.0, 2.0), (250, 1000, 5000), 8, 12, 10, 3


def sweeps(sd: np.ndarray, count: int, generator: np.random.Generator) -> np.ndarray:
    """Coefficients (count, widths, counts, instances, seeds, d) about one b an instance; a seed's runs share noise."""
    b = np.random.default_rng(0).normal(size=(INSTANCES, 1, D))
    shape = len(WIDTHS), len(COUNTS)
    of_seed = generator.standard_normal((count, 1, 1, INSTANCES, SEEDS, D))
    own = generator.standard_normal((count, *shape, INSTANCES, SEEDS, D))
    return b + sd * (0.8 * of_seed + 0.6 * own)


def truth(sd: float) -> float:
    runs = np.random.default_rng(1).standard_normal((100, INSTANCES, 40, D))
    b = np.random.default_rng(0).normal(size=(INSTANCES, 1, D))
    return float(jaccard(b + sd * runs, K).mean())


def choice(coefficients: np.ndarray, target: float) -> JudgedCell | None:
    index = np.indices(coefficients.shape).reshape(5, -1)
    table = pd.DataFrame(
        {
            "kernel_width_factor": np.array(WIDTHS)[index[0]],
            "num_samples": np.array(COUNTS)[index[1]],
            "instance": index[2],
            "seed": index[3],
            "feature": index[4],
            "coefficient": coefficients.ravel(),
        }
    )
    cells = [cell(width, samples) for width in WIDTHS for samples in COUNTS]
    sure = p_stable(table, cells, k=K, target=target)
    assert None not in sure
    return chosen_of([replace(one, p=p) for one, p in zip(cells, sure, strict=True)])


def test_where_no_setting_is_stable_one_is_rarely_chosen() -> None:
    """All of them just at the target, the worst case: of 200 sweeps 5 % may be wrong, give or take 1.5 %."""
    sd, target = 0.12, truth(0.12)
    chosen = [choice(one, target) for one in sweeps(np.array(sd), 200, np.random.default_rng(2))]
    assert np.mean([one is not None for one in chosen]) <= 0.05 + 0.03


def test_stable_settings_are_found() -> None:
    sd = np.array([0.4, 0.12, 0.02]).reshape(1, 3, 1, 1, 1)
    target = truth(0.12)
    chosen = [choice(one, target) for one in sweeps(sd, 20, np.random.default_rng(3))]
    assert np.mean([one is not None and one.samples == 5000 for one in chosen]) >= 0.9


def test_runs_that_all_agree_are_as_sure_as_their_standard_errors() -> None:
    """Four seeds of two instances that never differ are four pairs: no proof by themselves."""
    row = {"seed": range(4), "coefficient": 1.0, "feature": 0}
    table = pd.concat(
        pd.DataFrame({**row, "instance": i, "feature": f, "coefficient": 3.0 - f}) for i in (0, 1) for f in range(4)
    )
    one = replace(cell(), settings={}, jaccard=Score(1.0, 0.5, 1.0))
    (unsure,) = p_stable(table, [one], k=2, target=0.9)
    (sure,) = p_stable(table, [replace(one, jaccard=Score(1.0, 0.99, 1.0))], k=2, target=0.9)
    assert unsure is not None
    assert sure is not None
    assert unsure > 0.1
    assert sure < 1e-6
