"""Which segmentation is meant: names, mappings, functions and labels become callables with a name."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.named_function import IMPORTED, checked_parameters, imported
from limeeval.lime.segmentation_algorithm import ALGORITHMS, SegmentationAlgorithm, called, digest

_LIME_DEFAULT = {"kernel_size": 4, "max_dist": 200, "ratio": 0.2}


@dataclass(frozen=True)
class NamedSegmentation:
    """A segmentation, a function image (H, W, C) -> labels (H, W), and what tables call it."""

    name: str
    function: Callable[[NDArray[Any]], Any] = field(hash=False)

    def __call__(self, image: NDArray[Any]) -> Any:
        """Labels (H, W) as the function numbers them."""
        return self.function(image)


Segmentation = SegmentationAlgorithm | NamedSegmentation


LIME_SEGMENTATION = "lime"
"""The lime package's default segmentation, by a short name."""
RESERVED = ("others",)
"""Names that tables of scores use themselves."""
_CALL = re.compile(r"([\w.]+)\((.*)\)", flags=re.DOTALL)


def lime_segmentation() -> NamedSegmentation:
    """The lime package's default, under its short name."""
    return NamedSegmentation(LIME_SEGMENTATION, segmentation_of(None))


def as_mapping(text: str) -> dict[str, Any]:
    """``slic``, or ``slic(n_segments=20)``, as a mapping: the name under ``algorithm``, and its parameters.

    Raises:
        ValueError: text that cannot be read so.
    """
    call = _CALL.fullmatch(text.strip())
    if call is None:
        return {"algorithm": text}
    try:
        parsed = ast.parse(f"_({call[2]})", mode="eval").body
        if not isinstance(parsed, ast.Call) or parsed.args:
            raise ValueError("parameters have names")
        given = {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in parsed.keywords}
    except (SyntaxError, ValueError) as error:
        raise ValueError(f"segmentation must be written as slic(n_segments=20), got {text}") from error
    return {"algorithm": call[1], **given}


def segmentation_of(value: Any, *, trust: bool = False) -> Segmentation:
    """The segmentation that ``value`` stands for: callable, with a ``name``, comparable and picklable if it is.

    Args:
        value: None for lime's default quickshift; ``lime`` for the same under this name; a name of ``ALGORITHMS`` or
            the dotted name of a scikit-image function, if need be with parameters as in ``slic(n_segments=20)``; a
            mapping with such a name under ``algorithm``, if need be under ``name`` what tables call it,
            and otherwise its parameters; a function image (H, W, C) -> labels (H, W), which is given the image as
            it is; or labels (H, W) themselves.
        trust: import dotted names from any package; without it, from scikit-image and limeeval only.

    Raises:
        ValueError: an unknown name or parameter, or a mapping that stands for several segmentations.
        TypeError: anything else.
    """
    if value is None:
        return SegmentationAlgorithm("quickshift", **_LIME_DEFAULT)
    if isinstance(value, (SegmentationAlgorithm, NamedSegmentation)):
        return value
    if isinstance(value, str) and value == LIME_SEGMENTATION:
        return lime_segmentation()
    if isinstance(value, str):
        value = as_mapping(value)
    if isinstance(value, Mapping):
        single, *others = _singles(value)
        if others:
            raise ValueError(f"segmentation must be a single one, got {1 + len(others)} in {dict(value)}")
        parameters = {key: entry for key, entry in single.items() if key not in ("algorithm", "name")}
        found = _by_name(single["algorithm"], parameters, trust)
        return NamedSegmentation(single["name"], found) if "name" in single else found
    if callable(value):
        return NamedSegmentation(_function_name(value), value)
    if hasattr(value, "__array__"):
        return _fixed(np.array(value))
    raise TypeError(
        "segmentation must be None, a name, a mapping with algorithm and parameters, a function of an image, or an "
        f"array of labels, got {value!r}"
    )


def segmentations_of(values: Any, *, trust: bool = False) -> list[Segmentation]:
    """The segmentations of a sweep: those of a list, or of one value.

    A list among a mapping's parameters means one segmentation for each of its entries, or for each combination of
    several such lists, the last changing fastest; a tuple is one value. A ``name`` is followed by what is swept.

    Raises:
        ValueError: none at all, two of one name, or as :func:`segmentation_of`.
        TypeError: as :func:`segmentation_of`.
    """
    listed = values if isinstance(values, (list, tuple)) else [values]
    found = [segmentation_of(single, trust=trust) for value in listed for single in _singles(value)]
    if not found:
        raise ValueError("segmentation must have at least one value, got an empty list")
    names = [segmentation.name for segmentation in found]
    reserved = [name for name in names if name in RESERVED]
    if reserved:
        raise ValueError(f"segmentations must not be called {', '.join(RESERVED)}, got {', '.join(reserved)}")
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise ValueError(f"segmentations must have different names, got {', '.join(twice)} more than once")
    return found


def segmentation_name(value: Any, *, trust: bool = False) -> str:
    """What tables call the segmentation that ``value`` stands for; errors as of :func:`segmentation_of`."""
    return segmentation_of(value, trust=trust).name


def _singles(value: Any) -> Iterator[Any]:
    """The mappings, one for each combination, that a mapping with lists stands for; any other value alone."""
    if not isinstance(value, Mapping):
        yield value
        return
    if not isinstance(value.get("algorithm"), (str, list)):
        raise ValueError(f"segmentation must name its algorithm, one of {', '.join(ALGORITHMS)}, got {dict(value)}")
    if "name" in value and not (isinstance(value["name"], str) and value["name"]):
        raise ValueError(f"segmentation must have a name that is text, got {value['name']!r}")
    lists = {key: entry if isinstance(entry, list) else [entry] for key, entry in value.items()}
    empty = [key for key, entries in lists.items() if not entries]
    if empty:
        raise ValueError(f"segmentation parameters must have at least one value, got none for {', '.join(empty)}")
    for combination in product(*lists.values()):
        single = dict(zip(lists, combination, strict=True))
        swept = {key: entry for key, entry in single.items() if len(lists[key]) > 1}
        yield single | ({"name": called(value["name"], swept)} if "name" in value else {})


def _by_name(name: str, parameters: Mapping[str, Any], trust: bool) -> Segmentation:
    foreign = isinstance(name, str) and "." in name and name.partition(".")[0] not in IMPORTED
    if not trust or not foreign:
        return SegmentationAlgorithm(name, **parameters)
    function = imported(name, trust=True)
    given = checked_parameters(function, parameters, name=name)
    return NamedSegmentation(called(name, given), partial(function, **given))


def _function_name(function: Callable[..., Any]) -> str:
    if isinstance(function, partial):
        return called(_function_name(function.func), function.keywords)
    name = getattr(function, "__qualname__", type(function).__qualname__)
    return str(name).rpartition("<locals>.")[2]


def _fixed(labels: NDArray[Any]) -> NamedSegmentation:
    shape = " x ".join(map(str, labels.shape))
    return NamedSegmentation(f"labels({shape}, {digest(labels)})", partial(_given, labels))


def _given(labels: NDArray[Any], image: NDArray[Any]) -> NDArray[Any]:
    return labels
