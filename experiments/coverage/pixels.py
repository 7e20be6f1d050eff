"""Intervals of pixel scores: runs on three segmentations of known pictures."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from cells import of_aggregates, of_instances
from known import AT_ONCE, COUNTS
from simulated import SOURCE

from limeeval import score
from limeeval.metrics.pairs import mean_over_pairs
from limeeval.metrics.pixels import pixel_similarities

SIZE, PICTURES = 24, 5
NOISE = (0.05, 0.3, 1.0, 3.0)
CUTS = {"coarse": (6, 8), "fine": (4, 4), "flat": (3, 8)}
"""Height and width of a superpixel, in pixels."""


def crossed(*, quick: bool) -> Iterator[pd.DataFrame]:
    """Of single pictures and of five together: one segmentation with another, with itself, and with all others."""
    repetitions = 10 if quick else 120
    segments = {name: _cut(*size) for name, size in CUTS.items()}
    for noise in NOISE[1:2] if quick else NOISE:
        pictures = [_Picture(number, noise, segments) for number in range(PICTURES)]
        truth = {(number, *key): value for number, one in enumerate(pictures) for key, value in one.truth().items()}
        for count in COUNTS[1::2] if quick else COUNTS:
            runs = pd.concat([one.table(repetitions, count, instance=n) for n, one in enumerate(pictures)])
            cuts = {("pictures", n, name): cut for n in range(PICTURES) for name, cut in segments.items()}
            scores = score(runs, segments=cuts)
            yield from _covered(scores[scores["against"].notna()], truth, runs=count, level=noise)


def _covered(scores: pd.DataFrame, truth: dict, **what: object) -> Iterator[pd.DataFrame]:
    """Comparisons of a segmentation with itself and with others apart."""
    same = np.where(scores["segmentation"] == scores["against"], "same segmentation", "another segmentation")
    plain = scores["metric"].copy()
    scores = scores.assign(metric=plain + ", " + same)
    kinds = dict(zip(zip(plain, same, strict=True), scores["metric"], strict=True))
    what |= {"source": SOURCE, "d": len(np.unique(_cut(*CUTS["fine"])))}
    known = {
        ((number, one, other), label): value
        for (number, one, other, name), value in truth.items()
        for (metric, _), label in kinds.items()
        if metric == name
    }
    case = list(zip(scores["instance"].astype(float), scores["segmentation"], scores["against"], strict=True))
    yield of_instances(scores, case, known, **what)
    means: dict = {}
    for ((_, one, other), label), value in known.items():
        means.setdefault(((one, other), label), []).append(value)
    means = {key: float(np.mean(values)) for key, values in means.items()}
    case = list(zip(scores["segmentation"], scores["against"], strict=True))
    yield of_aggregates(scores, case, means, **what, instances=PICTURES)


def _cut(height: int, width: int) -> np.ndarray:
    """Blocks of one size."""
    row, column = np.indices((SIZE, SIZE))
    return np.asarray(row // height * (SIZE // width) + column // width)


class _Picture:
    """A few bumps; a coefficient is the sum over its superpixel, and noise in proportion to the root of its area."""

    def __init__(self, number: int, noise: float, segments: dict[str, np.ndarray]) -> None:
        self.generator, self.segments = np.random.default_rng([number, int(100 * noise)]), segments
        own = np.random.default_rng(number)
        row, column = np.indices((SIZE, SIZE))
        places, heights = own.uniform(0, SIZE, size=(4, 2, 1, 1)), own.normal(size=(4, 1, 1))
        distances = np.square(row - places[:, 0]) + np.square(column - places[:, 1])
        bumps = (heights * np.exp(-distances / 40)).sum(axis=0)
        self.means = {name: np.bincount(cut.ravel(), weights=bumps.ravel()) for name, cut in segments.items()}
        per_pixel = noise * np.sqrt(np.square(bumps).mean())
        self.sd = {name: per_pixel * np.sqrt(np.bincount(cut.ravel())) for name, cut in segments.items()}

    def runs(self, name: str, *shape: int) -> np.ndarray:
        mean = self.means[name]
        return mean + self.sd[name] * self.generator.standard_normal((*shape, len(mean)))

    def table(self, repetitions: int, count: int, *, instance: int) -> pd.DataFrame:
        parts = []
        for name in self.segments:
            runs = self.runs(name, repetitions, count)
            repetition, seed, feature = np.indices(runs.shape).reshape(3, -1)
            keys = {"task": "pictures", "repetition": repetition, "segmentation": name, "instance": instance}
            parts.append(pd.DataFrame({**keys, "seed": seed, "feature": feature, "coefficient": runs.ravel()}))
        return pd.concat(parts, ignore_index=True)

    def truth(self) -> dict[tuple[str, str, str], float]:
        """By segmentation, against and metric, from 60 times 50 runs."""
        names = list(self.segments)
        runs = [self.runs(name, 60, AT_ONCE) for name in names]
        found: dict[tuple[str, str, str], float] = {}
        for metric, similar in pixel_similarities(runs, list(self.segments.values())).items():
            means = mean_over_pairs(similar.pairs).mean(axis=-1)
            for a, one in enumerate(names):
                found |= {(one, other, metric): float(means[a, b]) for b, other in enumerate(names)}
                found[one, "others", metric] = float(np.delete(means[a], a).mean())
        return found
