"""Whether the rows of a baseline can be what a run had: numbers that are none would fail nothing."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from limeeval.check.panel import COLUMNS, LISTED
from limeeval.lime.domain import Array
from limeeval.report.answer.places import plain
from limeeval.report.comparison.measures import LOG_SD
from limeeval.report.scores.units import combinations

if TYPE_CHECKING:
    import pandas as pd

_TEXT = ("metric", "instance", "labels")
_TEXT_IF_KNOWN = ("row", "values", "answers", "samples")
_COUNTS = ("k", "features", "runs")
_NUMBERS = ("weight", "estimate", "standard_error", "unseen")
_SCALARS = ("string", "boolean", "integer", "floating", "mixed-integer-float", "categorical", "empty")
_ROUNDING = 1e-6
"""How far weights of a setting may be from 1."""


def check_sound(panel: pd.DataFrame) -> None:
    """Checks the rows of a panel.

    Raises:
        ValueError: a column is missing or holds something else, a number is not finite or out of its range, a row is
            there twice, or weights do not add up. The message says what, to stand after "got one".
    """
    lacking = [name for name in (*COLUMNS, *LISTED) if name not in panel]
    if lacking or panel.empty:
        raise ValueError(f"without {', '.join(lacking)}" if lacking else "without rows")
    _check_text(panel)
    _check_numbers(panel)
    _check_logs(panel)
    settings = [str(name) for name in panel if name not in (*COLUMNS, *LISTED)]
    _check_settings(panel, settings)
    key = [*settings, "metric", "k"]
    setting = combinations(panel, key)[0]
    for name in ("instance", "row"):
        _check_once(panel, setting, name)
    _check_weights(panel, setting)


def digest_of_rows(panel: pd.DataFrame) -> str:
    """SHA-256 of the values of a panel, column by column: the same however a file of them was written and read."""
    found = sha256()
    for name in sorted(map(str, panel.columns)):
        found.update(f"{name}\n{len(panel)}\n".encode())
        for part in _parts(panel[name]):
            found.update(part)
    return found.hexdigest()


def _check_text(panel: pd.DataFrame) -> None:
    from pandas.api.types import infer_dtype

    for name in (*_TEXT, *_TEXT_IF_KNOWN):
        is_known = name in _TEXT_IF_KNOWN or panel[name].notna().all()
        if not is_known or infer_dtype(panel[name], skipna=True) not in ("string", "empty"):
            raise ValueError(f"in which {name} is no text")


def _check_numbers(panel: pd.DataFrame) -> None:
    for name in (*_COUNTS, *_NUMBERS):
        if panel[name].dtype.kind not in "iuf":
            raise ValueError(f"in which {name} is no number")
    own = {name: panel[name].to_numpy(dtype=float) for name in (*_COUNTS, *_NUMBERS)}
    for name in _COUNTS:
        if not ((own[name] >= 0) & (own[name] % 1 == 0)).all():
            raise ValueError(f"in which {name} is no count")
    for name in ("standard_error", "unseen"):
        if not (np.isnan(own[name]) | ((own[name] >= 0) & np.isfinite(own[name]))).all():
            raise ValueError(f"with {name} that is infinite or below 0")
    if not ((own["weight"] >= 0) & np.isfinite(own["weight"])).all():
        raise ValueError("with weight that is infinite, missing or below 0")
    counts = own["weight"] > 0
    if np.isinf(own["estimate"]).any() or np.isnan(own["estimate"][counts]).any():
        raise ValueError("with estimate that is infinite, or missing where weight is above 0")


def _check_logs(panel: pd.DataFrame) -> None:
    """Of coefficients that never move they are -inf; what they are of is one of ``features`` for each label."""
    is_log_sd = (panel["metric"] == LOG_SD).to_numpy(dtype=bool)
    rows = panel.loc[is_log_sd, ["logs", "features", "labels"]]
    for logs, features, labels in rows.itertuples(index=False, name=None):
        values = _numbers(logs)
        if values is None or np.isposinf(values).any() or len(values) != features * (labels.count(",") + 1):
            raise ValueError(f"in which logs of {LOG_SD} are not a number for each coefficient")


def _check_settings(panel: pd.DataFrame, settings: list[str]) -> None:
    from pandas.api.types import infer_dtype

    for name in settings:
        if infer_dtype(panel[name], skipna=True) not in _SCALARS:
            raise ValueError(f"in which {name} is neither text nor a number")


def _check_once(panel: pd.DataFrame, setting: NDArray[Any], name: str) -> None:
    """Checks that no setting and metric has two rows of one name."""
    import pandas as pd

    code, names = pd.factorize(panel[name])
    pairs = (setting * np.intp(len(names) + 1) + code)[code >= 0]
    again = pd.Series(pairs).duplicated().to_numpy()
    if again.any():
        row = panel.iloc[np.flatnonzero(code >= 0)[again][0]]
        raise ValueError(f"with two rows for {row['metric']} of {name} {row[name]} at one setting")


def _check_weights(panel: pd.DataFrame, setting: NDArray[Any]) -> None:
    """Those of a setting and metric add up to 1, or to 0 where no instance has the score."""
    sums = np.bincount(setting, weights=panel["weight"].to_numpy(dtype=float))
    wrong = (np.abs(sums - 1) > _ROUNDING) & (sums != 0)
    if wrong.any():
        number = int(np.flatnonzero(wrong)[0])
        metric = panel["metric"].to_numpy()[setting == number][0]
        raise ValueError(f"in which weights of {metric} at one setting add up to {sums[number]:.6g}, not 1")


def _numbers(values: Any) -> Array | None:
    """A list of numbers; None for what is none."""
    try:
        found = np.asarray(values)
    except ValueError:
        return None
    return found.astype(float) if found.ndim == 1 and found.dtype.kind in "iuf" else None


def _parts(column: pd.Series) -> list[bytes]:
    """A column as bytes: numbers as such, other values as numbers of the different ones among them."""
    import pandas as pd

    if column.dtype.kind in "iuf":
        return [_bytes(column.to_numpy(dtype=float, na_value=np.nan))]
    is_known = column.notna().to_numpy(dtype=bool)
    known = column[is_known]
    if len(known) and np.ndim(known.iloc[0]):
        lists = known.tolist()
        lengths = np.full(len(column), -1.0)
        lengths[is_known] = [len(one) for one in lists]
        return [_bytes(lengths), _bytes(np.concatenate(lists).astype(float))]
    codes, different = pd.factorize(column.astype(object))
    values = [plain(value) for value in different]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        return [_bytes(np.array([*values, np.nan], dtype=float)[codes])]  # Whole numbers with gaps are read as others.
    return [_bytes(codes.astype(float)), json.dumps(values, default=str).encode()]


def _bytes(values: Array) -> bytes:
    """Numbers as bytes that do not depend on the machine, and one kind of nan."""
    return np.where(np.isnan(values), np.nan, values + 0.0).astype("<f8").tobytes()
