"""Images: time outside the model of one explanation beside the lime package, and of a sweep beside its model.

    python experiments/speed/image.py [--repeats 5]

Needs the extra ``test`` (for the lime package). Both packages get the same picture and superpixels and take turns in
one process; medians.
"""

import argparse
import os
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from explain import Stopwatch
from lime.lime_image import LimeImageExplainer as TheirExplainer
from rich.console import Console
from rich.table import Table
from skimage.data import astronaut
from skimage.segmentation import quickshift, slic

import limeeval
from limeeval.lime import LimeImageExplainer

THEIR_SAMPLES, OUR_SAMPLES = 100, 1000
NETWORK_SECONDS = 0.010
"""Of one image, in the network that the sweep's model stands for."""


def cheap(images: Any) -> Any:
    """Probabilities of two classes, from the color of a pixel in the middle."""
    share = images[:, 256, 256, :2].astype(float) + 1
    return share / share.sum(axis=1, keepdims=True)


def a_sample(explain: Callable[[Callable[[Any], Any]], Any], samples: int) -> float:
    """Milliseconds outside the model."""
    watch = Stopwatch(cheap)
    start = time.perf_counter()
    explain(watch)
    return 1e3 * (time.perf_counter() - start - watch.seconds) / samples


def compare(image: Any, segments: Any, repeats: int) -> tuple[float, float]:
    """Median milliseconds a sample outside the model, theirs and ours."""

    def theirs(model: Any) -> Any:
        options = {"segmentation_fn": lambda _: segments, "num_samples": THEIR_SAMPLES}
        return TheirExplainer(random_state=0).explain_instance(image, model, **options)

    def ours(model: Any) -> Any:
        options = {"segmentation_fn": segments, "num_samples": OUR_SAMPLES, "progress_bar": False}
        return LimeImageExplainer(random_state=0).explain_instance(image, model, **options)

    taken = []
    for turn in range(repeats):
        sides = [(0, theirs, THEIR_SAMPLES), (1, ours, OUR_SAMPLES)]
        found = {side: a_sample(explain, samples) for side, explain, samples in (sides if turn % 2 else sides[::-1])}
        taken.append((found[0], found[1]))
    their, our = np.median(taken, axis=0)
    return float(their), float(our)


class Network:
    """A model that takes its time over each image, and counts them."""

    def __init__(self) -> None:
        self.images, self.seconds = 0, 0.0

    def __call__(self, images: Any) -> Any:
        start = time.perf_counter()
        answer = cheap(images)
        time.sleep(max(NETWORK_SECONDS * len(images) - (time.perf_counter() - start), 0.0))
        self.images += len(images)
        self.seconds += time.perf_counter() - start
        return answer


def sweep(image: Any, segmentation: Any) -> tuple[float, Network, float]:
    """Seconds of a sweep of 4 widths x 3 counts x 10 seeds on one image, scores included; its model; segmentation."""
    network, cutting = Network(), Stopwatch(segmentation)
    start = time.perf_counter()
    study = limeeval.evaluate(
        LimeImageExplainer(),
        [image],
        network,
        segmentation=cutting,
        kernel_width_factor=[0.5, 1, 2, 4],
        num_samples=[100, 250, 1000],
        seeds=10,
    )
    repr(study)
    return time.perf_counter() - start, network, cutting.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=5)
    repeats = parser.parse_args().repeats
    os.environ["TQDM_DISABLE"] = "1"  # The lime package draws a bar for every explanation.
    picture = astronaut()
    cuts = {
        "slic 50": slic(picture, n_segments=50, start_label=0),
        "quickshift": quickshift(picture, kernel_size=4, max_dist=200, ratio=0.2),
    }
    table = Table(
        "picture", "superpixels", "lime", "limeeval", "ratio", title="Milliseconds a sample outside the model"
    )
    for dtype, name in (("uint8", "slic 50"), ("uint8", "quickshift"), ("float64", "slic 50")):
        image = picture if dtype == "uint8" else picture / 255
        theirs, ours = compare(image, cuts[name], repeats)
        what = f"{name}: {cuts[name].max() + 1}"
        table.add_row(f"512 x 512 {dtype}", what, f"{theirs:.2f}", f"{ours:.3f}", f"{theirs / ours:.1f}")
    console = Console()
    console.print(table)
    for name, cut in (
        ("slic 50", lambda image: slic(image, n_segments=50)),
        ("quickshift", lambda image: quickshift(image, kernel_size=4, max_dist=200, ratio=0.2)),
    ):
        total, network, cutting = sweep(picture, cut)
        console.print(
            f"sweep, {name}: {network.images:,} images given to the model (120 runs of lime: 54,000), {total:.1f} s in "
            f"all, {network.seconds:.1f} s in the model and {cutting:.1f} s in the segmentation: "
            f"{total / (network.seconds + cutting):.2f} times these"
        )


if __name__ == "__main__":
    main()
