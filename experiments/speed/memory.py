"""Peak memory of one explanation above the imports: data, model and samples together.

    python experiments/speed/memory.py [--samples 1000000]

Breast cancer (d = 30), RandomForest(100, n_jobs=1); a picture of 512 x 512 x 3 in 196 superpixels, a model of 1000
classes that takes no memory of its own, images in batches of 32. Each sample count runs in a process of its own,
because a peak never falls. (POSIX only: it reads the peak from ``resource``.)
"""

import argparse
import multiprocessing
import resource
import sys
import time
from typing import Any

import numpy as np
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier

from limeeval.lime import LimeImageExplainer, LimeTabularExplainer, SegmentationAlgorithm

IMAGES = (500, 5_000, 20_000)
SUPERPIXELS = SegmentationAlgorithm("grid", n_segments=200)
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


def thousand_classes(images: Any) -> Any:
    """Probabilities of 1000 classes, from the pixels of a row."""
    some = images[:, 256, :, :2].reshape(len(images), -1)[:, :1000].astype(float) + 1
    return some / some.sum(axis=1, keepdims=True)


def explain_image(num_samples: int) -> tuple[float, float]:
    """Peak in MiB above the imports, and seconds of the explanation."""
    import skimage.segmentation  # noqa: F401 (among the imports)

    picture = np.random.default_rng(0).integers(0, 256, (512, 512, 3), dtype=np.uint8)
    LimeImageExplainer().explain_instance(picture[:8, :8], lambda x: np.full((len(x), 2), 0.5), segmentation_fn="grid")
    before = peak_mib()
    start = time.perf_counter()
    LimeImageExplainer(random_state=0).explain_instance(
        picture, thousand_classes, num_samples=num_samples, batch_size=32, segmentation_fn=SUPERPIXELS
    )
    return peak_mib() - before, time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--samples", type=int, default=1_000_000)
    most = parser.parse_args().samples
    for what, function, counts in (("table", explain, (5_000, 50_000, most)), ("image", explain_image, IMAGES)):
        for count in counts:
            with multiprocessing.get_context("spawn").Pool(1) as pool:
                ((mib, seconds),) = pool.map(function, [count])
            print(f"{what}, {count:>9,} samples: peak {mib:6.1f} MiB above the imports, {seconds:.1f} s")


if __name__ == "__main__":
    main()
