"""The project's own gate: quick sweeps, each held against thresholds and a baseline that lie beside this script.

    python experiments/gate/gate.py [PROFILE ...] [--update] [--out FOLDER]

Exit code 0: nothing became worse; 1: something did; 2 or 3: a sweep or its check could not be done.
"""

import argparse
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
PROFILES = {
    "kernel_width": [
        "experiment=kernel_width",
        "task=diabetes",
        "model=logistic",
        "instances=[14,61,129,190,236,305,351,420]",
        "lime.discretize_continuous=false",
        "lime.kernel_width_factor=[0.5,1]",
        "lime.num_samples=1000",
    ],
    "sample_count": [
        "experiment=sample_count",
        "task=german_credit",
        "model=logistic",
        "instances=[0,130,383,417,451,895,915,967]",
        "lime.num_samples=[100,1000]",
        "lime.num_features=20",
    ],
    "lime_defaults": [
        "-m",
        "experiment=lime_defaults",
        "task=penguins,wine",
        "model=logistic",
        "instances=[3,40,75,120,150,170]",
        "seeds=8",
    ],
    "segmentation": [
        "--config-dir=experiments/gate/conf",
        "task=speckles",
        "seeds=8",
        "lime.segmentation=grid(n_segments=9),grid(n_segments=36)",
        "lime.kernel_width_factor=1",
        "lime.num_samples=300",
        "lime.hide_color=0",
        "metrics.k=4",
    ],
}
"""What is swept, by name: NAME.yaml has the thresholds, NAME.parquet the baseline. Rows are named, not drawn."""


def main() -> int:
    asked = _asked()
    with tempfile.TemporaryDirectory() as temporary:
        runs = (asked.out or Path(temporary)).resolve()
        codes = {name: gated(name, runs / name, update=asked.update) for name in asked.profiles or PROFILES}
    red = [name for name, code in codes.items() if code]
    done = "updated" if asked.update else "passed"
    print(f"\nGate: {len(codes) - len(red)} of {len(codes)} profiles {done}{'; red: ' if red else ''}{', '.join(red)}.")
    if red:
        print(f"With the page of each run: python experiments/gate/gate.py {' '.join(red)} --out FOLDER")
        print("Where that is meant to be so: experiments/gate/README.md says how to make a baseline anew.")
    return max(codes.values())


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("profiles", nargs="*", metavar="PROFILE", help=f"some of {', '.join(PROFILES)}; all if none")
    parser.add_argument("--update", action="store_true", help="makes baselines anew, in place of judging")
    parser.add_argument("--out", type=Path, help="folder to keep the runs in")
    asked = parser.parse_args()
    if unknown := [name for name in asked.profiles if name not in PROFILES]:
        parser.error(f"PROFILE must be one of {', '.join(PROFILES)}, got {', '.join(unknown)}")
    return asked


def gated(name: str, run: Path, *, update: bool = False) -> int:
    """Sweeps a profile and checks it, or makes its baseline anew; the exit code of what went wrong, else 0."""
    begun = time.perf_counter()
    code, said = limeeval("store=null", f"out={run}", *PROFILES[name])
    print(f"\n== {name}: python -m limeeval {shlex.join(PROFILES[name])} ({time.perf_counter() - begun:.0f} s)\n")
    if code == 0:
        held = "--update-baseline" if update else "--baseline"
        files = f"--thresholds={FOLDER / name}.yaml", f"{held}={FOLDER / name}.parquet"
        code, said = limeeval("check", str(run), *files)
    print(said, flush=True)
    return code


def limeeval(*arguments: str) -> tuple[int, str]:
    """``python -m limeeval ARGUMENTS``, from the root of the checkout: its exit code, and what it said."""
    command = [sys.executable, "-m", "limeeval", *arguments]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    return done.returncode, done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())
