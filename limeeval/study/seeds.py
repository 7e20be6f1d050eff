"""A study of some of its seeds: to choose on these, and to confirm on the others."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from numbers import Integral
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from limeeval.study.study import Study


def split(study: Study, seeds: int | Collection[Any]) -> tuple[Study, Study]:
    """A study of the seeds, and one of the others.

    Args:
        study: of at least two seeds.
        seeds: which, or how many, the first ones.

    Raises:
        ValueError: seeds that the study does not have, or none is left on a side.
    """
    known = sorted(study.attributions["seed"].unique().tolist())
    chosen = _chosen(seeds, known)
    others = [seed for seed in known if seed not in chosen]
    if len(chosen) < 2 or len(others) < 2:
        raise ValueError(f"seeds must be two at least of {len(known)}, and leave two at least, got {len(chosen)}")
    return _of(study, chosen), _of(study, others)


def _chosen(seeds: int | Collection[Any], known: Sequence[Any]) -> list[Any]:
    if isinstance(seeds, Integral):
        return list(known[: max(int(seeds), 0)])
    if isinstance(seeds, (str, bytes)) or not isinstance(seeds, Collection):
        raise ValueError(f"seeds must be a number or a list of seeds, got {seeds!r}")
    missing = [seed for seed in seeds if seed not in known]
    if missing:
        raise ValueError(f"seeds must be some of {', '.join(map(str, known))}, got {missing[0]!r}")
    return sorted(set(seeds))


def _of(study: Study, seeds: Sequence[Any]) -> Study:
    """The runs of these seeds. Fits stay measured on the samples of all seeds, with limits as if of these alone."""
    attributions, fits = (
        table[table["seed"].isin(seeds)].reset_index(drop=True) for table in (study.attributions, study.fits)
    )
    descriptions = [replace(one, seeds=len(seeds)) for one in study.descriptions]
    return replace(study, attributions=attributions, fits=fits, descriptions=descriptions)
