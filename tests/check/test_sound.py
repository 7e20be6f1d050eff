"""Files of baselines whose rows no run has, or are not those that were written: refused, never compared with."""

from collections.abc import Callable
from dataclasses import replace
from math import inf, nan
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as parquet
import pytest

from limeeval.check.baseline import Baseline, baseline_of, read_baseline
from limeeval.check.panel import panel_of
from limeeval.check.sound import check_sound, digest_of_rows

from .made import made, noisy, together

Change = Callable[[pd.DataFrame], pd.DataFrame]


def baseline() -> Baseline:
    runs = (made(noisy(seed=seed), samples="these", num_samples=250 + seed, answers=range(10)) for seed in range(2))
    return baseline_of(together(*runs))


def first(column: str, value: object, metric: str = "jaccard") -> Change:
    """Another value in the first row of a metric."""

    def changed(panel: pd.DataFrame) -> pd.DataFrame:
        own = panel.assign(**{column: panel[column].astype(object if isinstance(value, str) else panel[column].dtype)})
        own.loc[own.index[own["metric"] == metric][0], column] = value
        return own

    return changed


UNSOUND: dict[str, tuple[Change, str]] = {
    "no estimate": (first("estimate", nan), "estimate that is infinite, or missing where weight is above 0"),
    "an infinite estimate": (first("estimate", inf), "estimate that is infinite"),
    "minus infinity": (first("estimate", -inf, "r2_fresh"), "estimate that is infinite"),
    "an infinite error": (first("standard_error", inf), "standard_error that is infinite or below 0"),
    "an error below 0": (first("standard_error", -0.1), "standard_error that is infinite or below 0"),
    "an infinite doubt": (first("unseen", inf), "unseen that is infinite or below 0"),
    "a weight below 0": (first("weight", -0.1), "weight that is infinite, missing or below 0"),
    "an infinite weight": (first("weight", inf), "weight that is infinite, missing or below 0"),
    "no weight": (first("weight", nan), "weight that is infinite, missing or below 0"),
    "a share of a run": (lambda panel: panel.assign(runs=2.5), "runs is no count"),
    "text for numbers": (lambda panel: panel.assign(estimate="0.9"), "estimate is no number"),
    "numbers for text": (lambda panel: panel.assign(row=7.0), "row is no text"),
    "an instance without a name": (first("instance", None), "instance is no text"),
    "lists for settings": (lambda panel: panel.assign(num_samples=[[250]] * len(panel)), "num_samples is neither"),
    "a row twice": (lambda panel: pd.concat([panel, panel.iloc[:1]]), "two rows for .* of instance 0"),
    "two instances of a name": (first("row", "101"), "two rows for .* of row 101"),
    "half of the instances": (
        lambda panel: panel[panel["instance"].astype(int) < 5],
        "weights of .* at one setting add up to 0.5, not 1",
    ),
    "few logs": (first("logs", None, "log_sd"), "logs of log_sd are not a number for each coefficient"),
    "no answers": (lambda panel: panel.drop(columns="answers"), "without answers"),
}


@pytest.mark.parametrize("what", UNSOUND)
def test_rows_that_no_run_has_are_refused(what: str, tmp_path: Path) -> None:
    change, said = UNSOUND[what]
    known = baseline()
    check_sound(known.panel)
    replace(known, panel=change(known.panel)).save(tmp_path / "baseline")
    with pytest.raises(ValueError, match=f"--update-baseline wrote.*, got one .*{said}"):
        read_baseline(tmp_path / "baseline")


@pytest.mark.parametrize(
    "change", [first("estimate", 0.5), first("metric", "kendall"), lambda panel: panel.iloc[::-1], first("row", "x")]
)
def test_rows_that_are_not_those_that_were_written_are_refused(change: Change, tmp_path: Path) -> None:
    path = tmp_path / "baseline"
    known = baseline()
    known.save(path)
    about = parquet.read_schema(path).metadata[b"limeeval"]
    replace(known, panel=change(known.panel)).save(path)
    table = parquet.read_table(path)
    parquet.write_table(table.replace_schema_metadata({**table.schema.metadata, b"limeeval": about}), path)
    with pytest.raises(ValueError, match=r"got one (whose rows changed since: make it anew|in which weights|with two)"):
        read_baseline(path)


def test_the_same_rows_in_another_file_are_the_same(tmp_path: Path) -> None:
    """Settings with gaps, switches and texts; other ways to write, and to read."""
    known = baseline()
    count = len(known.panel)
    half = np.arange(count) < count / 2
    panel = known.panel.assign(
        depth=pd.Series(np.where(half, 3, None), dtype=object),
        is_binned=pd.Series(np.where(half, True, None), dtype=object),
        is_exact=False,
        whole=pd.array(np.where(half, 2, None), dtype="Int64"),
        width=np.where(half, 0.1 + 0.2, nan),
        segmentation=pd.Series(np.where(half, "slic", None), dtype=object),
        nothing=None,
        names=pd.Categorical(np.where(half, "a", "b")),
    )
    path = tmp_path / "baseline"
    replace(known, panel=panel).save(path)
    digests = {digest_of_rows(panel), digest_of_rows(read_baseline(path).panel)}
    table = parquet.read_table(path)
    for plain in (table, table.replace_schema_metadata({b"limeeval": table.schema.metadata[b"limeeval"]})):
        parquet.write_table(plain, path, use_dictionary=False, compression="none", row_group_size=7, version="1.0")
        digests.add(digest_of_rows(read_baseline(path).panel))
    assert len(digests) == 1


def test_what_runs_have_is_sound() -> None:
    gaps = noisy(instances=4)
    gaps[2], gaps[0, :, 3] = nan, 0.0
    for coefficients in (gaps, noisy(seeds=1), noisy(seeds=2), noisy(instances=1), np.zeros((3, 4, 5))):
        for explainer in ("lime", "another"):
            check_sound(panel_of(made(coefficients, explainer=explainer, k=2)))
