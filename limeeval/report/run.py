"""What a report is made of: a finished run, scored and judged. A study is one."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import pandas as pd

    from limeeval.report.answer.answer import Answer
    from limeeval.report.description import Description, Target
    from limeeval.sweep.pictures import Pictures


class Run(Protocol):
    """The rows of a run, their scores and the answers; see :class:`limeeval.Study` for what each of them is."""

    @property
    def attributions(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def fits(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def instances(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def scores(self) -> pd.DataFrame: ...  # noqa: D102
    @property
    def answers(self) -> Sequence[Answer]: ...  # noqa: D102
    @property
    def target(self) -> Target: ...  # noqa: D102
    @property
    def failures(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def remarks(self) -> Sequence[str]: ...  # noqa: D102
    @property
    def pictures(self) -> Pictures | None: ...  # noqa: D102
    @property
    def nonlinearity(self) -> pd.DataFrame | None: ...  # noqa: D102
    @property
    def terms(self) -> pd.DataFrame | None: ...  # noqa: D102


def own_rows(table: pd.DataFrame, description: Description) -> pd.DataFrame:
    """The rows of a table that are of a task, model and explainer, as far as it has these columns."""
    from limeeval.report.answer.cells import IDENTITY

    for name in IDENTITY:
        if name in table.columns:
            is_own = table[name] == getattr(description, name)
            table = table if is_own.all() else table[is_own]
    return table
