"""Every figure there is, found rather than registered."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

import limeeval.report.figures
from limeeval.report.drawing.figure import Figure


@cache
def figures() -> dict[str, Callable[..., Figure]]:
    """Functions of a run and an answer that give a figure, by name, in alphabetical order.

    >>> "same_reasons" in figures()
    True
    """
    names = sorted(found.name for found in iter_modules(limeeval.report.figures.__path__))
    modules = {name: import_module(f"limeeval.report.figures.{name}") for name in names}
    return {name: getattr(module, name) for name, module in modules.items() if hasattr(module, name)}
