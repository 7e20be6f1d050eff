"""The studies of several jobs as one."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limeeval.report.description import Description
from limeeval.study.folder import STATUS, load
from limeeval.study.study import Study
from limeeval.sweep.merge import Job, Tables, merge, merged_pictures, merged_tables
from limeeval.sweep.nonlinearity import FOUND

if TYPE_CHECKING:
    import pandas as pd

_SUMMED = ("rows_predicted", "rows_stored", "rows_of_a_loop", "seconds")
"""What all jobs together took."""


def merged_study(folders: Sequence[Path], *, arguments: Sequence[str]) -> Study:
    """The rows of all folders as those of one study.

    Raises:
        ValueError: a folder that is no finished run, or rows that contradict each other.
    """
    studies = [load(folder) for folder in folders]
    swept = [json.loads((folder / STATUS).read_text(encoding="utf-8"))["swept"] for folder in folders]
    jobs = [
        Job(Tables(study.attributions, study.fits, study.instances), own, study.pictures)
        for study, own in zip(studies, swept, strict=True)
    ]
    tables = merge(jobs)
    each = [one for study in studies for one in study.descriptions]
    return Study(
        *tables,
        descriptions=list(_descriptions(each, tables.attributions, {key for own in swept for key in own})),
        target=studies[0].target,
        arguments=arguments,
        failures=[failure for study in studies for failure in study.failures],
        remarks=list(dict.fromkeys(remark for study in studies for remark in study.remarks)),
        pictures=merged_pictures(jobs),
        nonlinearity=merged_tables(jobs, [study.nonlinearity for study in studies], FOUND),
        terms=merged_tables(jobs, [study.terms for study in studies], ("first", "second", "gain")),
    )


def _descriptions(
    each: Sequence[Description], attributions: pd.DataFrame, swept: Collection[str]
) -> Iterator[Description]:
    """One description for each task, model, explainer and k, with what all of its jobs took; ``swept`` keys differ."""
    found: dict[tuple[Any, ...], list[Description]] = {}
    for one in _with_common_k(each, is_swept="metrics.k" in swept):
        found.setdefault((one.task, one.model, one.explainer, one.k), []).append(one)
    for (task, model, explainer, _), own in found.items():
        named = (attributions["task"] == task) & (attributions["model"] == model)
        rows = attributions.loc[named & (attributions["explainer"] == explainer), ["instance", "seed"]]
        sums = {name: sum(getattr(one, name) for one in own) for name in _SUMMED}
        counts = {"instances": rows["instance"].nunique(), "seeds": rows["seed"].nunique()}
        counts |= {"features": min(one.features for one in own), "most_features": _most_features(own)}
        explained = ", ".join(dict.fromkeys(one.explained for one in own))
        alone = [argument for argument in own[0].arguments or () if not _is_of_one_job(argument, swept)]
        yield replace(own[0], explained=explained, arguments=tuple(alone), **counts, **sums)


def _with_common_k(each: Sequence[Description], *, is_swept: bool) -> Iterator[Description]:
    """The descriptions; jobs of one task that differ in the number of features have one k, unless k was swept.

    So have superpixels of several segmentations. A k that was swept is below the number of features of all jobs.
    """
    for one in each:
        own = [other for other in each if other.task == one.task]
        fewest = min(other.features for other in own)
        if all(other.features == fewest for other in own):
            yield one
        else:
            yield replace(one, k=min(one.k, max(fewest - 1, 1)) if is_swept else min(other.k for other in own))


def _most_features(own: Sequence[Description]) -> int | None:
    most = max(one.features if one.most_features is None else one.most_features for one in own)
    return None if most == min(one.features for one in own) else most


def _is_of_one_job(argument: str, swept: Collection[str]) -> bool:
    """Whether an argument is a setting that differs between jobs that have task, model and explainer in common."""
    key = argument.lstrip("+").partition("=")[0]
    return key in swept and (key in ("seeds", "instances") or key.startswith(("lime.", "metrics.", "target.")))
