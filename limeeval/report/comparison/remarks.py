"""What else there is to know of a comparison: what is missing or left out, and why."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from limeeval.report.comparison.fidelity import has_columns
from limeeval.report.comparison.matched import Matched
from limeeval.report.comparison.measures import LOG_SD, MOST_LEFT_OUT, LeftOut, Measured, compared_metrics
from limeeval.report.comparison.sides import Sides
from limeeval.report.comparison.words import counted, first_of, listed

_SHOWN = 3
_NAMES_SHOWN = 10
_What = TypeVar("_What")


def remarks_on(
    measured: Sequence[Measured], chosen: Iterable[str], sides: Sides, found: Matched, lost: LeftOut
) -> Iterator[str]:
    """Everything that was not compared; metrics of which the same is to be said at once."""
    there = {one.metric for one in measured}
    if LOG_SD in there and lost.coefficients:
        yield _left_out(lost)
    missing = [(_reason(name, sides, found), name) for name in chosen if name not in there]
    yield from (f"{names} not there: {reason}" for reason, names in _together(missing))
    total = len(found.instances)
    partly = [(len(one.left_out), one.metric) for one in measured if len(one.left_out) < total]
    yield from (f"{names} known of {count} of {counted(total, 'instance')}" for count, names in _together(partly))
    if sides.changed:
        have = "has" if sides.changed == 1 else "have"
        yield f"{counted(sides.changed, 'instance')} {have} other values in one run than in the other"
    for name, alone in (("one", found.only_in_one), ("other", found.only_in_other)):
        if alone:
            yield f"only in {name}, and left out: {listed(alone, _NAMES_SHOWN)}"


def _together(said: Iterable[tuple[_What, str]]) -> Iterator[tuple[_What, str]]:
    """What is said of metrics, and of which."""
    by_what: dict[_What, list[str]] = {}
    for what, name in said:
        by_what.setdefault(what, []).append(name)
    for what, names in by_what.items():
        yield what, f"{first_of(names, _SHOWN)} {'is' if len(names) == 1 else 'are'}"


def _left_out(lost: LeftOut) -> str:
    what = (
        f"{LOG_SD} leaves out {lost.coefficients} of {counted(lost.total, 'coefficient')}, "
        "which are missing or move with no more than one seed, on either side"
    )
    much = f"; it is not tested, for without more than {MOST_LEFT_OUT:.0%} of them the rest is a selection"
    return what + much if lost.is_much else what


def _reason(metric: str, sides: Sides, found: Matched) -> str:
    if metric == LOG_SD:
        return _reason_of_noise(sides, found)
    if metric not in compared_metrics():
        return _reason_of_fidelity(metric.removeprefix("r2_"), sides)
    return _reason_of_agreement(metric, found)


def _reason_of_noise(sides: Sides, found: Matched) -> str:
    if not sides.same_units:
        return "coefficients may have another unit on either side"
    return "it takes three seeds" if found.runs.min(axis=0).max() < 3 else "coefficients do not vary"


def _reason_of_fidelity(kind: str, sides: Sides) -> str:
    fits = sides.one.tables.fits, sides.other.tables.fits
    if fits[0] is None or fits[1] is None:
        return "the fits of both sides are not known"
    if not all(has_columns(kind, own) for own in fits if own is not None):
        return "the fits of both sides do not have its columns"
    return "it is undefined, for there is no instance with fits of both sides on which the model's output varies"


def _reason_of_agreement(name: str, found: Matched) -> str:
    metric = compared_metrics()[name]
    if metric.at_k and all(runs.k == 0 for runs, _ in found.parts()):
        return "a single feature has no k leading ones"
    if "standard_errors" in inspect.signature(metric.of).parameters and found.rows["standard_error"].isna().any():
        return "standard_error is missing"
    return "coefficients are missing" if found.rows["coefficient"].isna().any() else "undefined for these coefficients"
