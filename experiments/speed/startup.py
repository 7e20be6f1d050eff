"""How long a user waits before anything happens: medians over fresh processes.

python experiments/speed/startup.py [--repeats 9]
"""

import argparse
import statistics
import subprocess
import sys
import tempfile
import time

COMMANDS = {
    "import limeeval": ["-c", "import limeeval"],
    "import limeeval.lime": ["-c", "import limeeval.lime"],
    "python -m limeeval --help": ["-m", "limeeval", "--help"],
    "python -m limeeval": ["-m", "limeeval", "store=null"],
}


def seconds(arguments: list[str], folder: str) -> float:
    start = time.perf_counter()
    subprocess.run([sys.executable, *arguments], cwd=folder, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=9)
    repeats = parser.parse_args().repeats
    with tempfile.TemporaryDirectory() as folder:
        for name, arguments in COMMANDS.items():
            several = repeats if name != "python -m limeeval" else 3
            taken = [seconds(arguments, folder) for _ in range(several)]
            print(f"{name:28} {statistics.median(taken):6.2f} s (median of {several})")


if __name__ == "__main__":
    main()
