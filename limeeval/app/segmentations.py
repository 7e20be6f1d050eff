"""Segmentations as a command line names them: yamls of ``conf/segmentation``, with parameters changed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any


def described(asked: Any, folders: Sequence[Path]) -> list[Any]:
    """The segmentations asked for, with all that yamls say of them.

    Args:
        asked: a name; a call such as ``slic(n_segments=20)``; a mapping with the name under ``algorithm``, of whose
            parameters each may be a list; or a list of these.
        folders: of configurations, the user's first. What has a yaml there has its parameters unless others are given.

    Raises:
        ValueError: text that cannot be read, or a yaml that does not describe a segmentation.
    """
    listed = asked if isinstance(asked, list) else [asked]
    return [one for value in listed for one in _described(value, folders)]


def _described(value: Any, folders: Sequence[Path]) -> Iterator[Any]:
    from limeeval.lime.segmentation_choice import as_mapping

    if isinstance(value, str):
        value = as_mapping(value)
    if not isinstance(value, Mapping) or "algorithm" not in value or "name" in value:
        yield value
        return
    lists = {key: entry if isinstance(entry, list) else [entry] for key, entry in value.items()}
    for combination in product(*lists.values()):
        given = dict(zip(lists, combination, strict=True))
        name = given.pop("algorithm")
        yield {"name": _called(str(name), given), "algorithm": name, **_yaml(str(name), folders), **given}


def _called(name: str, parameters: Mapping[str, Any]) -> str:
    from limeeval.lime.segmentation_algorithm import called

    return called(name, parameters)


def _yaml(name: str, folders: Sequence[Path]) -> dict[str, Any]:
    """What the first yaml of this name says; nothing if there is none."""
    import yaml

    paths = [folder / "segmentation" / f"{name}.yaml" for folder in folders]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        return {}
    found = yaml.safe_load(path.read_text(encoding="utf-8"))
    if not isinstance(found, dict) or "algorithm" not in found:
        raise ValueError(f"{path} must have the key algorithm, got {found}")
    return found
