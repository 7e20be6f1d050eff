"""What was run, as plain text for the end of a page: enough to judge a run by, and to run it again."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import limeeval
from limeeval.report.answer.answer import Answer
from limeeval.report.answer.commands import command
from limeeval.report.answer.names import shortened
from limeeval.report.description import Description
from limeeval.report.run import Run, own_rows
from limeeval.report.scores.instances import LIME

LIMITS = (
    "Agreement between runs says that an explanation is reproducible, not that it is right; a line that carries much "
    "of the model says what the model does, not whether the model is right, fair or causal.",
    "Perturbed samples may be unlike anything real; what the model says of them is part of every explanation, and "
    "fidelity is measured on such samples too, weighted by LIME's kernel.",
    "Everything is about this model as it was fitted once, these instances, and the settings and seeds that were run.",
    "Standard errors are conditional on the selected features: a feature that only some runs select varies more. Where "
    "few samples count they are rough.",
    "Limits low and high (95 %) are about these instances: only seeds are random. In simulations they hold the true "
    "value about as often as they say; less often from three seeds, and where nearly all runs agree, which they miss "
    "by thousandths.",
    "Limits for instances like these mean something only if the instances were drawn at random. There are none below "
    "five instances; of scores that are skewed over instances, such as effective samples, they may hold the true value "
    "in as few as 77 % of cases.",
    "A recommended setting was tested: where no setting reaches the target, one is recommended with a probability of "
    "at most 5 %. Its score is that which it was chosen by, slightly optimistic. Other comparisons on the page are not "
    "corrected for being many.",
    "Targets (Jaccard, the margin of R2) and the rule of ten effective samples for each unknown are conventions, not "
    "standards; the number of features compared, k, is a choice that changes the scores.",
    "Chance levels are of runs that name features at random, all equally likely; features that carry the same "
    "information may take turns, which counts as disagreement.",
    "Estimated needs are extrapolated from standard errors. Lack of fit has many reasons: only a part of it, a lower "
    "bound, can be shown to be non-linear.",
    "Kernel widths are ranked by fidelity on one of them: another yardstick may prefer another width.",
)
"""What the numbers of any run do not say."""
_SHORT, _LISTED, _NAME = 12, 40, 80
_NOTHING = "–"
Item = tuple[str, tuple[str, ...]]
"""A label, and one or several lines."""


@dataclass(frozen=True)
class Group:
    """Some things that belong together.

    Attributes:
        title: its heading.
        items: labels, each with its lines; a digest has two, its beginning and the whole.
        is_code: whether the lines are to be pasted or compared rather than read.
    """

    title: str
    items: tuple[Item, ...]
    is_code: bool = False


def what_was_run(run: Run, provenance: Mapping[str, Any] | None) -> list[Group]:
    """Everything that is known of how the numbers came about; nothing but the rows' ids tells of single instances.

    Args:
        run: of one or several tasks, models and explainers.
        provenance: as ``provenance.json`` holds it; None where there is none.
    """
    known = {} if provenance is None else provenance
    groups = [
        *_asked(run, known),
        Group("Command", tuple(_commands(run, known)), is_code=True),
        Group("Versions", tuple(_versions(known))),
        Group("Data and model (SHA-256)", tuple(_identities(known)), is_code=True),
        Group("Files (SHA-256)", tuple(_digests(known.get("files_sha256", {}))), is_code=True),
        Group("Configuration", tuple(_configuration(known.get("configuration", {}))), is_code=True),
        Group("Warnings, and what is missing", tuple(_warnings(run, known))),
        Group("Known limits", (("", _limits(known)),)),
    ]
    return [group for group in groups if group.items]


def _asked(run: Run, known: Mapping[str, Any]) -> Iterator[Group]:
    """What was asked of each task, model and explainer; of several, what all have in common first."""
    found = [dict(_of_one(run, answer)) for answer in run.answers]
    chosen = ("how instances were chosen", _lines([known.get("instances") or "not recorded"]))
    common = {label: lines for label, lines in found[0].items() if all(one.get(label) == lines for one in found)}
    title = "What was run" if len(found) == 1 else f"What all {len(found)} runs have in common"
    yield Group(title, (*common.items(), chosen))
    for name, own in zip(_names(run), found, strict=True):
        if len(found) > 1:
            alone = tuple((label, lines) for label, lines in own.items() if label not in common)
            yield Group(f"What was run: {name}", alone)


def _of_one(run: Run, answer: Answer) -> Iterator[Item]:
    described, target = answer.description, answer.target
    yield "task", (_one_line(described.task),)
    yield "model", (_one_line(described.model),)
    yield "model's quality, on rows held out", (_quality(described),)
    yield "explainer", (_one_line(described.explainer),)
    yield "instances", tuple(_instances(run, answer))
    yield "seeds", tuple(_seeds(run, answer))
    yield "explained", (_one_line(described.explained),)
    yield "features", (_features(described),)
    yield from _settings(answer)
    yield "model rows", tuple(_rows(described))
    yield "seconds", (f"{described.seconds:,.1f}",)
    yield "called stable if", (f"the whole 95 % interval of Jaccard@k lies above {target.jaccard:g}",)
    times = "" if target.fidelity_at == 1 else f"{target.fidelity_at:g} times "
    at = f", judged at {times}LIME's width" if described.explainer == LIME else ""
    yield "called as faithful as any if", (f"R2 is surely not more than {target.r2_margin:g} below the best{at}",)


def _quality(described: Description) -> str:
    if described.quality is None:
        return "not measured"
    return f"{_one_line(described.quality_metric or 'quality')} {described.quality:.3f}"


def _instances(run: Run, answer: Answer) -> Iterator[str]:
    described = answer.description
    of = "" if described.available is None else f" of {described.available:,}"
    yield f"{described.instances:,}{of} {_one_line(described.unit)}"
    rows = own_rows(run.instances, answer.description).drop_duplicates("instance")["row"].dropna().tolist()
    yield f"rows: {_listed(map(str, rows))}"


def _seeds(run: Run, answer: Answer) -> Iterator[str]:
    seeds = sorted(own_rows(run.fits, answer.description)["seed"].unique().tolist())
    is_range = len(seeds) > 2 and seeds == list(range(int(seeds[0]), int(seeds[0]) + len(seeds)))
    yield f"{answer.description.seeds:,}: {f'{seeds[0]} to {seeds[-1]}' if is_range else _listed(map(str, seeds))}"


def _features(described: Description) -> str:
    most = described.most_features
    count = f"{described.features:,}" if most is None else f"{described.features:,} to {most:,}"
    return f"{count} {_one_line(described.feature_unit)}, of which the top {described.k} are compared"


def _settings(answer: Answer) -> Iterator[Item]:
    """Every setting with its values, those that vary before the others."""
    cells = [cell.settings for cell in answer.cells]
    values = {name: list(dict.fromkeys(_written(cell.get(name)) for cell in cells)) for name in cells[0]}
    varied, others = (
        tuple(f"{_one_line(name)}: {_listed(own)}" for name, own in values.items() if (len(own) > 1) is is_varied)
        for is_varied in (True, False)
    )
    yield "settings tried", (f"{len(cells):,}", *varied)
    if others:
        yield "settings that all of them share" if varied else "settings", others


def _rows(described: Description) -> Iterator[str]:
    yield f"{described.rows_predicted:,} predicted"
    yield f"{described.rows_stored:,} from the store of predictions"
    yield f"{described.rows_of_a_loop:,} for a loop that explains setting by setting"


def _commands(run: Run, known: Mapping[str, Any]) -> Iterator[Item]:
    """The command as it was typed, and those that run a part of it alone."""
    whole, described = known.get("command"), [answer.description for answer in run.answers]
    if whole:
        yield "as it was typed", (str(whole),)
    if all(one.arguments is None for one in described):
        yield from [] if whole else [("none", ("made in Python, with limeeval.evaluate",))]
    elif not whole or len(described) > 1:
        for name, one in zip(_names(run), described, strict=True):
            yield name, (command(one.arguments or ()),)


def _versions(known: Mapping[str, Any]) -> Iterator[Item]:
    own, this = known.get("limeeval"), limeeval.__version__
    if own == this:
        yield "limeeval", (this,)
    else:
        rows = f"{own} (rows)" if own else "that of the rows is not recorded"
        yield "limeeval", (rows, f"{this} (scores and this page)")
    for label, name in (("Python", "python"), ("platform", "platform"), ("git commit", "git_commit")):
        if name in known:
            yield label, (str(known[name] or "not in a git checkout"),)
    for name in ("started", "finished"):
        if name in known:
            yield name, (str(known[name]).replace("T", " ").replace("+00:00", " UTC"),)
    if known.get("libraries"):
        yield "libraries", tuple(f"{name} {number or 'not installed'}" for name, number in known["libraries"].items())
    if known.get("jobs"):
        yield "jobs", (f"{len(known['jobs'])} of one command: {_listed(map(str, known['jobs']))}",)


def _identities(known: Mapping[str, Any]) -> Iterator[Item]:
    """Digests of data and model by task and model; keys end in _sha256, or say what else identifies a model."""
    models = known.get("models", {})
    for name, digests in models.items():
        of = f"{_one_line(name)}: " if len(models) > 1 else ""
        for what, value in digests.items():
            yield f"{of}{what.removesuffix('_sha256').replace('_', ' ')}", _digest(value)
    if not models:
        yield "data and model", ("not recorded",)


def _digests(files: Mapping[str, Any]) -> Iterator[Item]:
    return ((_one_line(name), _digest(value)) for name, value in files.items())


def _digest(value: Any) -> tuple[str, ...]:
    return str(value)[:_SHORT], str(value)


def _configuration(found: Mapping[str, Any]) -> Iterator[Item]:
    """Every setting as key=value, the keys of one group together; those of no group last."""
    alone = {key: value for key, value in found.items() if not isinstance(value, Mapping)}
    for group, own in found.items():
        if isinstance(own, Mapping) and own:
            yield _one_line(group), tuple(_pairs(own))
    if alone:
        yield "run", tuple(_pairs(alone))


def _pairs(found: Mapping[str, Any], prefix: str = "") -> Iterator[str]:
    for key, value in found.items():
        if isinstance(value, Mapping) and value:
            yield from _pairs(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}={json.dumps(value, ensure_ascii=False, default=str)}"


def _warnings(run: Run, known: Mapping[str, Any]) -> Iterator[Item]:
    yield "warnings", _lines([*run.remarks, *known.get("remarks", ())]) or ("none",)
    yield "missing", _lines([*run.failures, *known.get("missing", ())]) or ("nothing",)


def _limits(known: Mapping[str, Any]) -> tuple[str, ...]:
    """Those of the version that made the scores: this one, unless the record is this version's too."""
    recorded = known.get("known_limits") if known.get("limeeval") == limeeval.__version__ else None
    return _lines(recorded or LIMITS)


def _names(run: Run) -> list[str]:
    """Task, model and explainer of each answer, and k where that is not enough."""
    described = [answer.description for answer in run.answers]
    names = [", ".join(map(_one_line, _of_its_own(one))) for one in described]
    is_clear = len(set(names)) == len(names)
    return names if is_clear else [f"{name}, top {one.k}" for name, one in zip(names, described, strict=True)]


def _of_its_own(described: Description) -> list[str]:
    return [described.task, described.model, *([] if described.explainer == LIME else [described.explainer])]


def _lines(found: Iterable[Any]) -> tuple[str, ...]:
    """Each text once, on one line."""
    return tuple(dict.fromkeys(" ".join(str(text).split()) for text in found))


def _one_line(name: Any) -> str:
    return shortened(str(name), _NAME)


def _listed(values: Iterable[str]) -> str:
    """The values, or the first of very many and how many more there are."""
    found: Sequence[str] = [_one_line(value) for value in values]
    more = f" and {len(found) - _LISTED:,} more" if len(found) > _LISTED else ""
    return (", ".join(found[:_LISTED]) or _NOTHING) + more


def _written(value: Any) -> str:
    """A setting as it is typed."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.6g}" if isinstance(value, float) else str(value)
