"""What a run is held against: the scores of fixed instances with their standard errors, in one small file."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from limeeval.check.explained import features_of_tasks
from limeeval.check.origin import Origin, origin_of
from limeeval.check.panel import panel_of
from limeeval.check.sound import check_sound, digest_of_rows
from limeeval.report.run import Run
from limeeval.report.whole_file import write_whole

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow

SCHEMA = 1
_KEY = b"limeeval"
_KIND = "baseline"
_DIGEST, _FEATURES = "rows_sha256", "features"


@dataclass(frozen=True, eq=False)
class Baseline:
    """The panel of a run, and where it comes from.

    Attributes:
        panel: one row a setting, metric and instance: see :func:`limeeval.check.panel.panel_of`.
        origin: versions, model and data of the run.
        features: names of those of each task, as far as they are known.
    """

    panel: pd.DataFrame
    origin: Origin
    features: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes it as one Parquet file, replacing what is there; :func:`read_baseline` reads it.

        Raises:
            OSError: it cannot be written.
        """
        import pyarrow
        import pyarrow.parquet as parquet

        table = pyarrow.Table.from_pandas(self.panel, preserve_index=False)
        about = {"kind": _KIND, "schema": SCHEMA, **self.origin.to_dict(), _FEATURES: dict(self.features)}
        about[_DIGEST] = digest_of_rows(self.panel)
        table = table.replace_schema_metadata({**table.schema.metadata, _KEY: json.dumps(about).encode()})
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        write_whole(target, lambda part: parquet.write_table(table, part, compression="zstd"))


def baseline_of(run: Run, *, metrics: Collection[str] | None = None) -> Baseline:
    """The baseline that a run is; where its rows come from is what its ``provenance`` says, if it has one.

    Args:
        run: whose rows they are.
        metrics: names of those that are wanted; None for all of which there is a standard error.
    """
    panel = panel_of(run, metrics)
    return Baseline(panel, origin_of(getattr(run, "provenance", None)), features_of_tasks(panel, run.instances))


def baseline_at(
    path: str | os.PathLike[str], *, load: Callable[[Path], Run], metrics: Collection[str] | None = None
) -> Baseline:
    """The baseline in a file, or of a run's folder.

    Args:
        path: of either.
        load: what reads a run's folder.
        metrics: names of those that are wanted of a folder; None for all.

    Raises:
        ValueError: it is neither, or cannot be read.
    """
    at = Path(path)
    if not at.is_dir():
        return read_baseline(at)
    return baseline_of(load(at), metrics=metrics)


def read_baseline(path: str | os.PathLike[str]) -> Baseline:
    """The baseline in a file.

    Raises:
        ValueError: there is no such file, it is no baseline, or one of a newer version; its rows mean nothing, or are
            not those that were written.
    """
    table = _table(Path(path))
    about = _about(table, path)
    panel = table.to_pandas()
    try:
        check_sound(panel)
    except ValueError as error:
        raise ValueError(f"{_rule(path)}, got one {error}: make it anew") from error
    if about.get(_DIGEST) != digest_of_rows(panel):
        raise ValueError(f"{_rule(path)}, got one whose rows changed since: make it anew")
    return Baseline(panel, _origin(about, path), _features(about, path))


def check_has(baseline: Baseline, metric: str) -> None:
    """Whether a baseline has rows of a metric.

    Raises:
        ValueError: it has none.
    """
    there = sorted(baseline.panel["metric"].unique())
    if metric not in there:
        raise ValueError(f"the baseline must have {metric}, got {', '.join(there)}: make it anew")


def _table(path: Path) -> pyarrow.Table:
    """The table in a Parquet file, whatever pyarrow says of a file that is none."""
    import pyarrow.parquet as parquet

    if not path.is_file():
        raise ValueError(f"{_rule(path)}, got nothing of that name")
    try:
        return parquet.read_table(path)
    except MemoryError:
        raise
    except Exception as error:  # Of many kinds: pyarrow's own have no common one but this.
        raise ValueError(f"{_rule(path)}, got a file that is not Parquet: {' '.join(str(error).split())}") from error


def _about(table: pyarrow.Table, path: str | os.PathLike[str]) -> dict[str, Any]:
    """What the file says of itself."""
    try:
        found = json.loads((table.schema.metadata or {})[_KEY])
        kind, schema = found["kind"], int(found["schema"])
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"{_rule(path)}, got another Parquet file") from error
    if kind != _KIND:
        raise ValueError(f"{_rule(path)}, got another Parquet file")
    if schema > SCHEMA:
        wrote = found.get("limeeval") or "a newer version"
        raise ValueError(
            f"{_rule(path)} of schema {SCHEMA} at most, got {schema}: limeeval {wrote} wrote it; update limeeval"
        )
    return dict(found)


def _origin(about: Mapping[str, Any], path: str | os.PathLike[str]) -> Origin:
    kinds = {"limeeval": str, "libraries": dict, "models": dict, "date": str}
    for name, kind in kinds.items():
        if not isinstance(about.get(name, kind()), kind):
            raise ValueError(f"{_rule(path)}, got one that says something else of {name}: {about[name]!r:.40}")
    return Origin(**{name: about[name] for name in kinds if name in about})


def _features(about: Mapping[str, Any], path: str | os.PathLike[str]) -> Mapping[str, Sequence[str]]:
    known = about.get(_FEATURES, {})
    if not isinstance(known, dict) or not all(isinstance(names, list) for names in known.values()):
        raise ValueError(f"{_rule(path)}, got one that says something else of {_FEATURES}: {known!r:.40}")
    return {task: [str(name) for name in names] for task, names in known.items()}


def _rule(path: str | os.PathLike[str]) -> str:
    return f"a baseline must be the folder of a run or a file that --update-baseline wrote, here {os.fspath(path)}"
