"""Whether a threshold asks for what there can be: what is misspelt would never fail."""

from __future__ import annotations

from limeeval.check.meanings import LOG_SD, MEANINGS
from limeeval.check.rows import matches
from limeeval.check.scores import Scores
from limeeval.check.thresholds import Threshold
from limeeval.check.values import typed
from limeeval.report.answer.names import shortened
from limeeval.report.nearest import did_you_mean
from limeeval.sweep.columns import width_of

_MOST = 12
_LONGEST = 200


def check_asked(threshold: Threshold, scores: Scores) -> None:
    """Checks a threshold against the run that it is for. A metric that other runs have is but missing.

    Raises:
        ValueError: no run has such a metric, scores have no such column, or a column never has such a value and rows
            must not be missing.
    """
    _check_metric(threshold, scores)
    has_bound = threshold.at_least is not None or threshold.at_most is not None
    must_be_there = has_bound and not threshold.allow_missing  # Rows that are compared may be the baseline's alone.
    for column, value in threshold.where.items():
        if column not in scores.filters:
            raise ValueError(
                f"{threshold.short}: where must name columns of scores ({', '.join(scores.filters)}), "
                f"got {column}{did_you_mean(column, scores.filters)}"
            )
        for one in value if isinstance(value, list | tuple) else [value]:
            if must_be_there and not matches(scores.table[column], one).any():
                raise ValueError(f"{threshold.short}: {_unknown_value(column, one, scores)}")


def _unknown_value(column: str, value: object, scores: Scores) -> str:
    known = [typed(one) for one in scores.table[column].dropna().unique()]
    some = f"{', '.join(known[:_MOST])}{', ...' if len(known) > _MOST else ''}" or "none: it has no value in this run"
    got = repr(value) if isinstance(value, str) and value in known else typed(value)
    return f"{column} must be one that the run has ({some}), got {got}{did_you_mean(str(value), known)}"


def _check_metric(threshold: Threshold, scores: Scores) -> None:
    if threshold.metric == LOG_SD:
        if threshold.at_least is not None or threshold.at_most is not None:
            raise ValueError(
                f"{LOG_SD} compares with a baseline: it takes no_worse_than_baseline, not {threshold.short}"
            )
        return
    if threshold.metric in scores.metrics or width_of(threshold.metric):
        return
    from limeeval.metrics.catalogue import agreement_metrics

    known = list(dict.fromkeys([*scores.metrics, *agreement_metrics(), *MEANINGS]))
    if threshold.metric not in known:
        near = did_you_mean(threshold.metric, known)
        some = [*known[:_MOST], "..."] if near else known
        got = shortened(threshold.metric, _LONGEST) or "no name"
        raise ValueError(f"metric must be one of {', '.join(some)}, got {got}{near}")
