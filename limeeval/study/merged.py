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
from limeeval.sweep.merge import Job, Tables, merge

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
    tables = merge(
        [
            Job(Tables(study.attributions, study.fits, study.instances), own)
            for study, own in zip(studies, swept, strict=True)
        ]
    )
    each = [one for study in studies for one in study.descriptions]
    return Study(
        *tables,
        descriptions=list(_descriptions(each, tables.attributions, {key for own in swept for key in own})),
        target=studies[0].target,
        arguments=arguments,
        failures=[failure for study in studies for failure in study.failures],
        remarks=list(dict.fromkeys(remark for study in studies for remark in study.remarks)),
    )


def _descriptions(
    each: Sequence[Description], attributions: pd.DataFrame, swept: Collection[str]
) -> Iterator[Description]:
    """One description for each task, model, explainer and k, with what all of its jobs took; ``swept`` keys differ."""
    found: dict[tuple[Any, ...], list[Description]] = {}
    for one in each:
        found.setdefault((one.task, one.model, one.explainer, one.k), []).append(one)
    for (task, model, explainer, _), own in found.items():
        named = (attributions["task"] == task) & (attributions["model"] == model)
        rows = attributions.loc[named & (attributions["explainer"] == explainer), ["instance", "seed"]]
        sums = {name: sum(getattr(one, name) for one in own) for name in _SUMMED}
        counts = {"instances": rows["instance"].nunique(), "seeds": rows["seed"].nunique()}
        explained = ", ".join(dict.fromkeys(one.explained for one in own))
        alone = [argument for argument in own[0].arguments or () if not _is_of_one_job(argument, swept)]
        yield replace(own[0], explained=explained, arguments=tuple(alone), **counts, **sums)


def _is_of_one_job(argument: str, swept: Collection[str]) -> bool:
    """Whether an argument is a setting that differs between jobs that have task, model and explainer in common."""
    key = argument.lstrip("+").partition("=")[0]
    return key in swept and (key in ("seeds", "instances") or key.startswith(("lime.", "metrics.", "target.")))
