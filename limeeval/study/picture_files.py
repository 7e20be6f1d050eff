"""Pictures in a run's folder: ``segments.npz`` and thumbnails."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from limeeval.report.whole_file import write_whole
from limeeval.sweep.pictures import Cut, Pictures

SEGMENTS, THUMBNAILS = "segments.npz", "thumbnails"
_NAMES = "cuts"


def write_pictures(pictures: Pictures, folder: Path) -> None:
    """Writes the pictures, each file completely or not at all.

    ``segments.npz`` holds an array for each image and segmentation, ``0``, ``1`` ..., and in ``cuts`` their task,
    instance and segmentation as JSON, in the same order. Thumbnails are PNG files, numbered in the order in which
    images first occur there.
    """
    from PIL import Image

    arrays = {str(number): array for number, array in enumerate(pictures.segments.values())}
    names = json.dumps(list(pictures.segments), ensure_ascii=False)
    write_whole(folder / SEGMENTS, lambda part: _save(part, {_NAMES: np.array(names), **arrays}))
    if pictures.thumbnails:
        (folder / THUMBNAILS).mkdir(exist_ok=True)
    for number, image in enumerate(_images(pictures.segments)):
        if image not in pictures.thumbnails:
            continue
        path, picture = folder / THUMBNAILS / f"{number}.png", pictures.thumbnails[image]
        write_whole(path, lambda part, picture=picture: Image.fromarray(picture).save(part, format="png"))  # type: ignore[misc]


def load_pictures(folder: Path) -> Pictures | None:
    """The pictures of a folder; None where no images were explained.

    Raises:
        ValueError: files that cannot be read.
    """
    from PIL import Image

    path = folder / SEGMENTS
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as kept:
            cuts = [Cut(*cut) for cut in json.loads(str(kept[_NAMES]))]
            segments = {cut: kept[str(number)] for number, cut in enumerate(cuts)}
        thumbnails = {
            image: np.asarray(Image.open(folder / THUMBNAILS / f"{number}.png"))
            for number, image in enumerate(_images(cuts))
            if (folder / THUMBNAILS / f"{number}.png").is_file()
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ValueError(f"{folder} must be the folder of a run, got pictures that cannot be read: {error}") from error
    return Pictures(segments, thumbnails)


def remove_pictures(folder: Path) -> None:
    """Removes those of an earlier run."""
    (folder / SEGMENTS).unlink(missing_ok=True)
    for path in (folder / THUMBNAILS).glob("*.png"):
        path.unlink()


def _images(cuts: Iterable[Cut]) -> list[tuple[str, int]]:
    """Task and instance of every image, each once."""
    return list(dict.fromkeys((cut.task, cut.instance) for cut in cuts))


def _save(path: Path, arrays: dict[str, Any]) -> None:
    with path.open("wb") as file:  # Given a name, numpy would add an ending to it.
        np.savez_compressed(file, **arrays)
