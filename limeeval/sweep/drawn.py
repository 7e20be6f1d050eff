"""What was really drawn around an instance, in a few digits: fits to the same samples have the same."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import numpy as np
from numpy.typing import NDArray

from limeeval.lime.domain import Domain, State

_DIGEST_BYTES = 8


class Drawn:
    """Digests of the first n samples around an instance, for several n, from samples that come in their order.

    Neither what follows them nor the pieces that they come in change a digest.

    Args:
        domain: what the samples are of.
        counts: the n, ascending.

    Attributes:
        domain: as given.
        digests: one a count that was reached, each of 16 hexadecimal digits.
    """

    def __init__(self, domain: Domain, counts: Sequence[int]) -> None:
        self.domain = domain
        self.digests: list[str] = []
        self._counts = counts
        self._hashes: list[blake2b] = []
        self._seen = 0

    def add(self, state: State) -> None:
        """Takes in the samples that come next."""
        parts = [np.ascontiguousarray(part) for part in self.domain.content(state)]
        self._hashes = self._hashes or [blake2b() for _ in parts]
        n, low = len(parts[0]), 0
        for count in self._counts:
            high = count - self._seen
            if 0 < high <= n:
                self._update(parts, slice(low, high))
                self.digests.append(self._digest())
                low = high
        self._update(parts, slice(low, n))
        self._seen += n

    def _update(self, parts: Sequence[NDArray[Any]], samples: slice) -> None:
        for running, part in zip(self._hashes, parts, strict=True):
            running.update(part[samples].data)

    def _digest(self) -> str:
        return blake2b(b"".join(one.digest() for one in self._hashes), digest_size=_DIGEST_BYTES).hexdigest()
