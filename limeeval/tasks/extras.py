"""Optional libraries: what an import of one says where it is not installed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class MissingExtra(ValueError):
    """An optional part of limeeval is not installed; the message says how to install it."""


@contextmanager
def extra(name: str) -> Iterator[None]:
    """For imports of what the extra ``name`` brings.

    Raises:
        MissingExtra: one of them failed.
    """
    try:
        yield
    except ImportError as error:
        raise MissingExtra(f'needs the extra {name}: pip install "limeeval[{name}]" ({error})') from error
