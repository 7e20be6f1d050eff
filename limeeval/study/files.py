"""Files of a run's folder: their names, and what is read of them before the tables."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

TABLES = ("attributions", "fits", "instances", "scores")
RICHER = ("nonlinearity", "terms")
"""Tables of what a line misses, where that was asked for."""
SUMMARY, PROVENANCE, STATUS = "summary.json", "provenance.json", "status.json"
_KINDS = {
    **dict.fromkeys(("configuration", "files_sha256", "libraries", "models"), dict),
    **dict.fromkeys(("jobs", "known_limits", "missing", "remarks"), list),
}
"""What entries of a provenance must be, if they are there."""


def json_object(path: Path) -> dict[str, Any]:
    """The object in a JSON file.

    Raises:
        ValueError: it cannot be read, is no JSON, or not an object.
    """
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ValueError(f"{path.name} is not JSON ({one_line(error)})") from error
    if not isinstance(found, dict):
        raise ValueError(f"{path.name} must be a JSON object, got a {type(found).__name__}")
    return found


def provenance_in(folder: Path) -> Mapping[str, Any] | None:
    """Where the numbers in a folder come from, as ``provenance.json`` says; None where there is none.

    Raises:
        ValueError: it cannot be read, or is of another shape.
    """
    path = folder / PROVENANCE
    if not path.is_file():
        return None
    found = json_object(path)
    for name, kind in _KINDS.items():
        if name in found and not isinstance(found[name], kind):
            what = "an object" if kind is dict else "a list"
            raise ValueError(f"{PROVENANCE} must have {what} of {name}, got a {type(found[name]).__name__}")
    for name, digests in found.get("models", {}).items():
        if not isinstance(digests, dict):
            raise ValueError(f"{PROVENANCE} must have an object for {name}, got a {type(digests).__name__}")
    return found


def read_table(folder: Path, name: str, *, compact: bool = False) -> pd.DataFrame:
    """A table of a folder.

    A ``compact`` one takes a third of the memory: text is categories, and whole numbers are as short as they can be.

    Raises:
        ValueError: it is no Parquet, whatever pyarrow says of such a file.
    """
    import pandas as pd

    path = folder / f"{name}.parquet"
    try:
        if compact:
            return _compact(path)
        return pd.read_parquet(path, pre_buffer=False)  # Buffers are as large as the table.
    except MemoryError:
        raise
    except Exception as error:  # Of many kinds: pyarrow's own have no common one but this.
        raise ValueError(f"{name}.parquet is not Parquet ({one_line(error)})") from error


def _compact(path: Path) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path, pre_buffer=False) as file:
        schema = file.schema_arrow
    text = [field.name for field in schema if pa.types.is_string(field.type) or pa.types.is_large_string(field.type)]
    columns: dict[str, pd.Series[Any]] = {}
    with ParquetFile(path, pre_buffer=False, read_dictionary=text) as file:
        for name in schema.names:
            column = file.read([name], use_threads=False).to_pandas()[name]
            columns[name] = pd.to_numeric(column, downcast="integer") if column.dtype.kind == "i" else column
    pa.default_memory_pool().release_unused()
    return pd.DataFrame(columns, copy=False)


def changed_files(folder: Path, provenance: Mapping[str, Any] | None, names: Iterable[str]) -> list[str]:
    """What is to be said of those of some files that are not as the provenance describes them; nothing for none."""
    known = (provenance or {}).get("files_sha256", {})
    there = [name for name in names if name in known and (folder / name).is_file()]
    differing = [name for name in there if digest_of(folder / name) != known[name]]
    return [f"{', '.join(differing)}: not as {PROVENANCE} describes (SHA-256), changed since"] if differing else []


def digest_of(path: Path) -> str:
    """SHA-256 of a file."""
    return sha256(path.read_bytes()).hexdigest()


def one_line(error: Exception) -> str:
    """What an error says, on one line."""
    return " ".join(str(error).split()) or type(error).__name__
