"""How a run was made, in a line or two at the head of its page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from limeeval.report.answer.names import shortened
from limeeval.report.run import Run

_DIGEST = 12
_LINE = 160


def made_in_short(provenance: Mapping[str, Any] | None) -> list[str]:
    """When it was made, by which version, of which model, and how its instances were chosen; as far as is known."""
    if provenance is None:
        return []
    chosen = provenance.get("instances")
    found = [" · ".join(_parts(provenance)), f"Rows: {chosen}" if isinstance(chosen, str) else ""]
    return [shortened(line, _LINE) for line in found if line]


def _parts(provenance: Mapping[str, Any]) -> Iterator[str]:
    finished, version = provenance.get("finished"), provenance.get("limeeval")
    if isinstance(finished, str):
        yield finished.partition("T")[0]
    if isinstance(version, str):
        yield f"limeeval {version}"
    models = provenance.get("models")
    if isinstance(models, Mapping) and len(models) == 1:
        (digests,) = models.values()
        if isinstance(digests, Mapping):
            for what in ("model", "data"):
                digest = digests.get(f"{what}_sha256")
                if isinstance(digest, str):
                    yield f"{what} {digest[:_DIGEST]}"
    if "git_commit" in provenance:
        commit = provenance["git_commit"]
        yield f"git {commit[:_DIGEST]}" if isinstance(commit, str) else "git commit not known"


def in_numbers(run: Run) -> str:
    """How many outputs of models a run rests on, where they came from, and how long it took."""
    descriptions = [answer.description for answer in run.answers]
    predicted, stored = (sum(getattr(one, name) for one in descriptions) for name in ("rows_predicted", "rows_stored"))
    took = sum(one.seconds for one in descriptions)
    kept = f", {stored:,} of them kept from an earlier run of the same model" if stored else ""
    return f"{predicted + stored:,} outputs of the model were used{kept}; {took:,.0f} s in all."
