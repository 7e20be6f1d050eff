"""The domain protocol: one instance, ready to be perturbed."""

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
State = tuple[NDArray[Any], ...]
"""Drawn samples in the domain's own terms: arrays that share their first axis, one entry a sample."""


class Shown(NamedTuple):
    """A feature in the table of the instance: its number among the user's columns, its name, its value as text."""

    number: int
    name: str
    value: str


class Domain(Protocol):
    """One instance of a table, an image or a text, with everything needed to perturb it.

    n samples, d interpretable features. A new modality is a new domain and nothing else.
    """

    @property
    def feature_names(self) -> Sequence[str]:
        """Names of the d features, as they read on this instance."""

    @property
    def shown(self) -> Sequence[Shown]:
        """The d features as the instance's table shows them."""

    @property
    def width(self) -> int:
        """How many uniforms a sample needs."""

    @property
    def key(self) -> int:
        """Digest of the instance's content: the same instance draws the same samples, whoever asks."""

    @property
    def description(self) -> str:
        """The instance in a few words, for messages."""

    @property
    def instance(self) -> State:
        """State of the instance itself, as one sample."""

    def draw(self, uniforms: Array) -> State:
        """Samples made of uniforms (n, width) in [0, 1), which are the domain's to overwrite."""

    def redraw(self, state: State, uniforms: Array) -> State | None:
        """Other samples of the same representations: the law of ``draw`` given z; None where z leaves nothing open.

        Uniforms (n, width) in [0, 1) are the domain's to overwrite, ``state`` is not.
        """

    def design(self, state: State) -> Array:
        """Interpretable representation z (n, d) of samples."""

    def content(self, state: State) -> tuple[NDArray[Any], ...]:
        """What tells samples from others: z, and what it does not say of the model inputs; one entry a sample each.

        The same whatever other samples there are; numbers to single precision, for last bits are a processor's own.
        """

    def decode(self, state: State) -> Any:
        """The n model inputs of samples."""

    def distance(self, z: Array) -> Array:
        """Distances (n,) of representations z (n, d) to the instance's own."""
