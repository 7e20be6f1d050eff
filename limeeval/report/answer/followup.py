"""Two commands worth running after an answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from limeeval.lime.diagnostics import TRUSTED_UP_TO
from limeeval.report.answer.cells import JudgedCell
from limeeval.report.answer.commands import command, listed_keys, row_argument
from limeeval.report.answer.need import FARTHEST, SEEDS_UP_TO, Need, two_digits
from limeeval.report.answer.steadiness import Steadiness
from limeeval.report.description import Description
from limeeval.report.scores.instances import LIME

_USUAL_SEEDS = 10
_MORE_SEEDS = 3
_MORE_INSTANCES = 5
_NEW_SEEDS = 20
_OF_SWEEPS = ("seeds", "explainer", "trust", "n_jobs", "store", "store_limit", "nonlinearity")
"""Keys that say nothing about a single explanation by LIME."""
_OF_IMAGES = ("segmentation", "hide_color")
"""Settings that tables show by names, of which some are those of no value that could be typed."""
_WRITTEN = {("hide_color", "mean"): "null"}
_WORD = re.compile(r"[\w.-]+(\([\w.=, -]+\))?")
_WIDTHS = ("lime.kernel_width", "lime.kernel_width_factor")


def next_commands(
    cells: Sequence[JudgedCell],
    steadiness: Steadiness,
    *,
    chosen: JudgedCell | None,
    best: JudgedCell | None,
    need: Need | None,
    seeds: Sequence[int],
    description: Description,
) -> tuple[str, ...]:
    """An explanation of the worst instance, if by LIME, and the next run; none where there was no command line."""
    if description.arguments is None:
        return ()
    run = run_command(
        cells,
        chosen=chosen,
        best=best,
        need=need,
        seeds=seeds,
        description=description,
        arguments=description.arguments,
    )
    if description.explainer != LIME:
        return (run,)
    return explain_command(steadiness, description.arguments), run


def explain_command(steadiness: Steadiness, arguments: Sequence[str]) -> str:
    """Explains the worst instance by LIME, or the worst of those whose id can be typed.

    The first if none is known as bad.
    """
    rows = [*(worst.row for worst in steadiness.worst), steadiness.first]
    typed = (row_argument(row) for row in rows if row is not None)
    row = next((value for value in typed if value is not None), None)
    having = {} if row is None else {"instances": row}
    without = [*listed_keys(arguments), "instances", *_OF_SWEEPS]
    return command(arguments, subcommand="explain", without=without, having=having)


def run_command(
    cells: Sequence[JudgedCell],
    *,
    chosen: JudgedCell | None,
    best: JudgedCell | None,
    need: Need | None,
    seeds: Sequence[int],
    description: Description,
    arguments: Sequence[str],
) -> str:
    """The next run: with what is missing at the best setting, or with new seeds at the chosen one.

    With more instances where it was chosen from nothing else, for then its score is no selection.
    """
    cell = chosen or best
    if description.seeds < 2 or cell is None:
        return command(arguments, having={"seeds": str(max(_USUAL_SEEDS, description.seeds))})
    if chosen is None:
        changed = _missing(cell, need, description)
    else:
        changed = _new(seeds) if seeds and len(cells) > 1 else _more(description)
    having = {**_swept(cell, cells), **changed}
    return command(arguments, without=_WIDTHS if set(having) & set(_WIDTHS) else (), having=having)


def _swept(cell: JudgedCell, cells: Sequence[JudgedCell]) -> dict[str, str]:
    """The cell's values of the settings that take several in this grid, but for those of images that none can type."""
    names = [name for name in cell.settings if len({str(other.settings[name]) for other in cells}) > 1]
    if "kernel_width_factor" in names:
        names = [name for name in names if name != "kernel_width"]
    known = {name: cell.settings[name] for name in names if cell.settings[name] is not None}
    written = {name: _WRITTEN.get((name, value)) or _written(value) for name, value in known.items()}
    typed = {name: value for name, value in written.items() if name not in _OF_IMAGES or _WORD.fullmatch(value)}
    return {name if "." in name else f"lime.{name}": value for name, value in typed.items()}


def _missing(cell: JudgedCell, need: Need | None, description: Description) -> dict[str, str]:
    """What would make an unstable cell stable, as far as that is known."""
    seeds, k, samples = description.seeds, description.k, cell.samples
    if cell.supported is False and samples:
        return {"lime.num_samples": str(_supporting(samples, cell.ess, description.features))}
    if need is None or samples is None:
        return {"seeds": str(_MORE_SEEDS * seeds)}
    if need.prefers_seeds(seeds=seeds, num_samples=samples):
        return {"seeds": str(min(need.seeds or 0, SEEDS_UP_TO * seeds))}
    if need.only_seeds:
        return {"seeds": str(_MORE_SEEDS * seeds)}
    if need.samples is not None:
        return {"lime.num_samples": str(need.samples)}
    return {"metrics.k": str(k - 1)} if k > 1 else {"seeds": str(_MORE_SEEDS * seeds)}


def _more(description: Description) -> dict[str, str]:
    """More instances, if there are more and it is known, else more seeds."""
    rows = min(_MORE_INSTANCES * description.instances, description.available or 0)
    return {"instances": str(rows)} if rows > description.instances else {"seeds": str(_MORE_SEEDS * description.seeds)}


def _new(seeds: Sequence[int]) -> dict[str, str]:
    """As many seeds that were not used for choosing."""
    start = max(seeds) + 1
    return {"seeds": ",".join(map(str, range(start, start + min(len(seeds), _NEW_SEEDS))))}


def _supporting(samples: int, ess: float | None, features: int) -> int:
    """The number of samples that gives enough effective ones, which grow with it; within the reach of estimates."""
    times = (features + 1) / TRUSTED_UP_TO / ess if ess else FARTHEST
    return two_digits(samples * min(max(times, 2.0), FARTHEST))


def _written(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6g}" if isinstance(value, float) else str(value)
