"""Objects that a yaml names by dotted path."""

import importlib
from typing import Any


def imported(path: str, *, key: str) -> Any:
    """The function or class at ``path``; ``key`` is the setting it came from.

    Raises:
        ValueError: nothing that can be called is there.
    """
    module, _, attribute = str(path).rpartition(".")
    try:
        found = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        raise ValueError(f"{key} must be a dotted path that can be imported, got {path!r}: {error}") from error
    if not callable(found):
        raise ValueError(f"{key} must name a function or a class, got {path!r}, a {type(found).__name__}")
    return found
