"""Where rows come from: what may differ between a run and its baseline without making them another question."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

import limeeval
from limeeval.report.comparison.words import first_of

_OF_MODELS = {"model": ("model_sha256", "model_id"), "data": ("data_sha256",)}


@dataclass(frozen=True)
class Origin:
    """What made the rows of a run; empty where that is not known.

    Attributes:
        limeeval: its version.
        libraries: versions of others, by name.
        models: digests of model and data, by task and model.
        date: when the run was finished, as in ISO 8601.
    """

    limeeval: str = ""
    libraries: Mapping[str, Any] = field(default_factory=dict)
    models: Mapping[str, Any] = field(default_factory=dict)
    date: str = ""

    def to_dict(self) -> dict[str, Any]:
        """Its fields as plain data, for JSON."""
        return asdict(self)


def origin_of(provenance: Mapping[str, Any] | None) -> Origin:
    """What ``provenance.json`` says, or has never been written for: then it is this version, and now."""
    known = provenance or {}
    return Origin(
        limeeval=str(known.get("limeeval", limeeval.__version__)),
        libraries=_object(known, "libraries"),
        models=_object(known, "models"),
        date=str(known.get("finished", datetime.now(UTC).isoformat(timespec="seconds"))),
    )


def what_changed(now: Origin, before: Origin) -> list[str]:
    """Every difference of what both know, in words: versions, models and data.

    >>> what_changed(Origin("0.2", {"numpy": "2.4"}), Origin("0.1", {"numpy": "2.3"}))
    ['versions changed since the baseline: limeeval 0.1 -> 0.2, numpy 2.3 -> 2.4']
    """
    versions = [*_changes({"limeeval": now.limeeval}, {"limeeval": before.limeeval})]
    versions += _changes(now.libraries, before.libraries)
    said = [f"versions changed since the baseline: {first_of(versions)}"] if versions else []
    return [*said, *_of_models(now.models, before.models)]


def _changes(now: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[str]:
    for name, version in now.items():
        if version and before.get(name) and version != before[name]:
            yield f"{name} {before[name]} -> {version}"


def _of_models(now: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[str]:
    for what, names in _OF_MODELS.items():
        other = [
            of
            for of in now
            if isinstance(now[of], Mapping) and isinstance(before.get(of), Mapping)
            if any(
                now[of].get(name) != before[of].get(name) for name in names if name in now[of] and name in before[of]
            )
        ]
        if other:
            yield f"the {what} changed since the baseline: {first_of(other)}"


def _object(known: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = known.get(name, {})
    return found if isinstance(found, Mapping) else {}
