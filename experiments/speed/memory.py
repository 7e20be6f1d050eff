"""Peak memory of one explanation above the imports: data, forest and samples together.

    python experiments/speed/memory.py [--samples 1000000]

Breast cancer (d = 30), RandomForest(100, n_jobs=1). Each sample count runs in a process of its own, because a peak
never falls. (POSIX only: it reads the peak from ``resource``.)
"""

import argparse
import multiprocessing
import resource
import sys
import time

from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier

from limeeval.lime import LimeTabularExplainer

PEAK_UNIT = 1 if sys.platform == "darwin" else 1024


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * PEAK_UNIT / 2**20


def explain(num_samples: int) -> tuple[float, float]:
    """Peak in MiB above the imports, and seconds of the explanation."""
    before = peak_mib()
    data = load_breast_cancer()
    forest = RandomForestClassifier(100, n_jobs=1, random_state=0).fit(data.data, data.target)
    explainer = LimeTabularExplainer(data.data, random_state=0)
    start = time.perf_counter()
    explainer.explain_instance(data.data[0], forest.predict_proba, num_samples=num_samples)
    return peak_mib() - before, time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=1_000_000)
    counts = [5_000, 50_000, parser.parse_args().samples]
    for count in counts:
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            ((mib, seconds),) = pool.map(explain, [count])
        print(f"{count:>9,} samples: peak {mib:6.1f} MiB above the imports, {seconds:.1f} s")


if __name__ == "__main__":
    main()
