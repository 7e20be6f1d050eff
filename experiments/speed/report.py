"""What a report costs: processor time, time by the clock and peak memory of ``python -m limeeval report``.

    python experiments/speed/report.py [--repeats 3] [--anew]

Of the default run, and of a sweep of 36,000 coefficient vectors of 30 features: 90 settings x 40 instances x 10 seeds,
made as ``scoring.py`` makes them. Reading the rows, the answer, every figure in three formats, tables and the page are
included, and so is the start of Python: each report is made by a process of its own. Scores are those that were saved;
``--anew`` removes them before, and scoring with all intervals is included too.
(POSIX only: it reads the peak from ``wait4``.)
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from multiprocessing import get_context
from pathlib import Path

import pandas as pd
from scoring import INSTANCES, SEEDS, D, K, tables

import limeeval
from limeeval.report.description import Description
from limeeval.sweep.columns import MEASURED, at_width

SETTINGS, SPLIT = 90, 2
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024
SWEEP = {
    "discretize_continuous": True,
    "sample_around_instance": False,
    "sampling_method": "gaussian",
}


def sweep() -> limeeval.Study:
    """36,000 coefficient vectors as a finished run: half of the seeds of ``scoring.py`` count as other instances."""
    attributions, fits = (as_rows(table) for table in tables(SETTINGS))
    for factor in fits["kernel_width_factor"].unique():
        for kind in ("r2_{}", "{}_spread", "{}_residual_of_seed", "{}_spread_of_seed"):
            fits[kind.format(at_width(factor))] = fits[kind.format("reference")]
    fits = fits.drop(columns=["output_residual_of_seed", "output_spread_of_seed"])
    fits = fits.assign(**{name: 0.5 for name in MEASURED if name not in fits})
    fits = fits.assign(rows_predicted=5000, model_prediction=0.5)
    instances = fits[["task", "model", "instance", "label"]].drop_duplicates()
    instances = instances.assign(row=instances["instance"], label_name="yes", model_prediction=0.5)
    description = Description(
        task="synthetic",
        model="none",
        explainer="lime",
        instances=len(instances),
        seeds=SEEDS // SPLIT,
        explained="label: yes",
        features=D,
        k=K,
        rows_predicted=0,
        rows_stored=0,
        rows_of_a_loop=0,
        seconds=0.0,
    )
    return limeeval.Study(attributions, fits, instances, descriptions=[description])


def as_rows(table: pd.DataFrame) -> pd.DataFrame:
    """A table of ``scoring.py`` with all columns of settings, and more instances of fewer seeds."""
    half, seed = divmod(table["seed"], SEEDS // SPLIT)
    table = table.assign(instance=table["instance"] + INSTANCES * half, seed=seed, **SWEEP)
    return table.assign(kernel_width_factor=table["kernel_width"] / 4.5)


def write_sweep(folder: Path) -> None:
    sweep().save(folder)


def write_default(folder: Path) -> None:
    command = [sys.executable, "-m", "limeeval", "store=null", f"out={folder}"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def report(folder: Path, *, anew: bool) -> tuple[float, float, float]:
    """Processor time and time by the clock in seconds, and the peak in MiB, of one report."""
    if anew:
        (folder / "scores.parquet").unlink()
    start = time.perf_counter()
    command = [sys.executable, "-m", "limeeval", "report", str(folder)]
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    if os.waitstatus_to_exitcode(status) != 0:
        raise SystemExit(f"limeeval report failed on {folder}")
    return used.ru_utime + used.ru_stime, time.perf_counter() - start, used.ru_maxrss * PEAK_UNIT / 2**20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--anew", action="store_true")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        for name, write in (("default run", write_default), ("36,000 coefficient vectors", write_sweep)):
            run = Path(folder) / name.replace(" ", "_")
            made = get_context("spawn").Process(
                target=write, args=(run,)
            )  # What a child may inherit counts as its own.
            made.start()
            made.join()
            taken = [report(run, anew=asked.anew) for _ in range(asked.repeats)]
            processor, clock, peak = (statistics.median(column) for column in zip(*taken, strict=True))
            size = (run / "report.html").stat().st_size / 1e6
            print(
                f"{name:28} {processor:5.1f} s of processor time, {clock:5.1f} s by the clock, peak {peak:4.0f} MiB, "
                f"page {size:.2f} MB (medians of {asked.repeats})"
            )


if __name__ == "__main__":
    main()
