"""How often does each interval of scores.parquet hold the true value, and how wide is it?

    python experiments/coverage/coverage.py [--quick] [--only agreement pixels ...] [--out folder]

Every interval is computed by ``limeeval.score``; each repetition is a setting of its own. The truth is known by
construction, or it is what hundreds of seeds of the same sweep say. Threads are limited to one before numpy is loaded.
"""

import argparse
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = os.environ["OPENBLAS_NUM_THREADS"] = os.environ["MKL_NUM_THREADS"] = "1"

import comparisons
import pandas as pd
import pixels
import repeated
import simulated
import standard_errors
from cells import by_level, by_runs, cells, shares

STUDIES: dict[str, Callable[..., Iterator[pd.DataFrame]]] = {
    "agreement": simulated.agreement,
    "population": simulated.population,
    "repeated": repeated.sets_of_seeds,
    "repeated_population": repeated.population,
    "pixels": pixels.crossed,
    "comparisons": comparisons.differences,
}
"""What is repeated: functions of ``quick`` that yield intervals beside their truth (see ``cells``)."""
LEAST, ENOUGH = 0.9, 100
"""A cell that covers less (within 0.001), of as many intervals, is named."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="a small part of the grid, few repetitions")
    parser.add_argument("--only", nargs="+", choices=[*STUDIES, "errors"], default=[*STUDIES, "errors"])
    parser.add_argument("--out", type=Path, help="folder for coverage.csv, jaccard.csv, errors.csv and cells.csv")
    arguments = parser.parse_args()
    parts: list[pd.DataFrame] = []
    for name in arguments.only:
        start = time.perf_counter()
        if name == "errors":
            errors = standard_errors.calibration(quick=arguments.quick)
            print(errors.to_string(index=False, float_format="{:.3f}".format))
            _save(errors, arguments.out, "errors")
        else:
            parts.append(cells(STUDIES[name](quick=arguments.quick)))
            counted = pd.concat(parts, ignore_index=True)
            _save(shares(counted), arguments.out, "cells")
            _save(by_runs(counted), arguments.out, "coverage")
            _save(by_level(counted, "jaccard"), arguments.out, "jaccard")
        print(f"{name}: {time.perf_counter() - start:.0f} s", flush=True)
    if parts:
        _say(pd.concat(parts, ignore_index=True))


def _say(counted: pd.DataFrame) -> None:
    found = shares(counted)
    low = found[(found["within_001"] < LEAST) & (counted["defined"] >= ENOUGH)].sort_values("within_001")
    print(f"{len(found):,} cells, {len(low):,} of them cover less than {LEAST:.0%}:")
    if len(low):
        print(low.head(40).to_string(index=False, float_format="{:.3f}".format))


def _save(table: pd.DataFrame, folder: Path | None, name: str) -> None:
    if folder is not None:
        folder.mkdir(parents=True, exist_ok=True)
        table.to_csv(folder / f"{name}.csv", index=False, float_format="%.4g")


if __name__ == "__main__":
    main()
