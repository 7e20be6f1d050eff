"""One photograph, one network, three segmentations: the picture of this experiment.

    pip install -e ".[imagenet]"
    python experiments/segmentation/picture.py

Writes ``coffee.jpg`` beside this file: for each segmentation, every pixel's coefficient per unit of area.
"""

from pathlib import Path
from typing import Any

import numpy as np
from hydra import compose, initialize_config_dir
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from omegaconf import OmegaConf

from limeeval.lime import ImageExplanation, LimeImageExplainer
from limeeval.lime.picture import boundaries
from limeeval.lime.plot import LOWERS, RAISES
from limeeval.tasks import ImageTask, load_task

FOLDER = Path(__file__).parent
SEGMENTATIONS: dict[str, Any] = {
    "quickshift, as LIME does": None,
    "slic": {"algorithm": "slic", "n_segments": 50},
    "grid": {"algorithm": "grid", "n_segments": 50},
}


def coffee() -> ImageTask:
    with initialize_config_dir(str(FOLDER.parents[1] / "conf"), version_base="1.3"):
        settings: Any = OmegaConf.to_container(compose("config", overrides=["task=imagenet"]))
    task = load_task(**settings["task"], model=settings["model"])
    assert isinstance(task, ImageTask)
    return task


def figure(explanations: dict[str, ImageExplanation]) -> Figure:
    """Above the photograph with its superpixels, below the map of coefficients, each on a scale of its own."""
    drawn = Figure(figsize=(9.5, 6.7), layout="constrained")
    axes = drawn.subplots(2, len(explanations))
    colors = LinearSegmentedColormap.from_list("against and for", [LOWERS, "white", RAISES])
    for (above, below), (name, explanation) in zip(axes.T, explanations.items(), strict=True):
        density = explanation.pixel_map(per_area=True)
        reach = np.abs(density).max()
        above.imshow(boundaries(explanation.image, explanation.segments))
        above.set_title(name)
        below.imshow(explanation.image.mean(axis=2), cmap="gray", alpha=0.35)
        below.imshow(density, cmap=colors, vmin=-reach, vmax=reach, alpha=0.75)
    for one in axes.flat:
        one.set_axis_off()
    label = explanations[next(iter(explanations))].available_labels()[0]
    name = explanation.class_names[label]
    drawn.suptitle(f"Why {name}? Blue speaks for it, orange against: the same photograph, network, kernel and seed")
    return drawn


def main() -> None:
    task = coffee()
    image = task.images[task.ids.index("coffee")]
    explainer = LimeImageExplainer(random_state=0, class_names=task.class_names)
    explanations = {
        name: explainer.explain_instance(image, task.predict_fn, top_labels=1, segmentation_fn=segmentation)
        for name, segmentation in SEGMENTATIONS.items()
    }
    figure(explanations).savefig(FOLDER / "coffee.jpg", dpi=80, pil_kwargs={"quality": 88})


if __name__ == "__main__":
    main()
