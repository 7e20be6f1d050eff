"""What a gate costs: processor time and time by the clock of ``python -m limeeval check``.

    python experiments/speed/check.py [--repeats 5]

Of the default run and of the sweep of 36,000 coefficient vectors that ``report.py`` makes, each with floors alone, held
against a baseline file, and held against a run's folder, whose baseline is then made anew. The start of Python and the
reading of files are included: each check is made by a process of its own, with its modules compiled.
"""

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from report import write_default, write_sweep

FLOORS = "- {metric: jaccard, at_least: 0}\n- {metric: r2_fresh, at_least: -9}\n"
COMPARISONS = "- {metric: jaccard, no_worse_than_baseline: 0.04}\n- {metric: r2_fresh, no_worse_than_baseline: 0.02}\n"
CHECK = [sys.executable, "-m", "limeeval", "check"]
_BYTECODE = ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")


def checks(folder: Path) -> dict[str, list[str]]:
    """Arguments of the checks of a run; files that they need are written beside it."""
    floors, both, baseline = (folder.with_suffix(end) for end in (".floors", ".both", ".baseline"))
    floors.write_text(FLOORS)
    both.write_text(FLOORS + COMPARISONS)
    subprocess.run([*CHECK, folder, "--update-baseline", baseline], check=True, stdout=subprocess.DEVNULL)
    asked = {
        "floors": [floors],
        "and a baseline file": [both, "--baseline", baseline],
        "and a baseline's folder": [both, "--baseline", folder],
    }
    return {name: [*map(str, [folder, "--thresholds", *own])] for name, own in asked.items()}


def taken(arguments: list[str], compiled: Path) -> tuple[float, float]:
    """Processor time and time by the clock of one check, in seconds."""
    known = {name: value for name, value in os.environ.items() if name not in _BYTECODE}
    before, start = os.times(), time.perf_counter()
    env = {**known, "PYTHONPYCACHEPREFIX": str(compiled)}
    subprocess.run([*CHECK, *arguments], check=True, stdout=subprocess.DEVNULL, env=env)
    clock, after = time.perf_counter() - start, os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system, clock


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as scratch:
        for name, write in (("default run", write_default), ("36,000 coefficient vectors", write_sweep)):
            run = Path(scratch) / name.replace(" ", "_").replace(",", "")
            write(run)
            for what, arguments in checks(run).items():
                taken(arguments, Path(scratch) / "compiled")
                times = [taken(arguments, Path(scratch) / "compiled") for _ in range(repeats)]
                processor, clock = (statistics.median(column) for column in zip(*times, strict=True))
                print(f"{name}, {what:24} {processor:5.2f} s of processor time, {clock:5.2f} s by the clock")


if __name__ == "__main__":
    main()
