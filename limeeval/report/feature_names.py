"""What features are called: as explained, which may give values of an instance away, or by their column alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from limeeval.report.answer.answer import Answer
from limeeval.report.answer.names import shortened
from limeeval.report.answer.steadiness import rows_of_cell
from limeeval.report.description import Description
from limeeval.report.run import Run, own_rows

if TYPE_CHECKING:
    import pandas as pd

VALUE = "value_"
"""What columns of instances that hold their values begin with."""
_CATEGORY = re.compile("(?<![<>=! ])=")
_LIMIT = re.compile(" [<>]=? (?!.* [<>]=? )")
_CONDITION = 0.6
"""Share of a shortened name that a condition has at most, if the column's name wants the rest."""


def feature_names(run: Run, answer: Answer, *, instance: int | None = None, values: bool = True) -> dict[int, str]:
    """The names of the features by number, ascending, in the answer's reference cell; not yet shortened.

    Names of features of tables are conditions, such as "age > 41" or "purpose=car", which tell what an instance is. Of
    one instance they are its own, if values may show; else see :func:`column_names`.

    Args:
        run: whose rows these are.
        answer: whose task, model and explainer count.
        instance: of which the names are wanted, by position; None: names that hold for all instances.
        values: whether names may give values of instances away.
    """
    rows = rows_of_cell(own_rows(run.attributions, answer.description), answer.reference)
    if instance is None:
        return column_names(rows, own_rows(run.instances, answer.description), answer.description, values=values)
    rows = rows[rows["instance"] == instance]
    if values:
        return own_names(rows, answer)
    return column_names(rows, own_rows(run.instances, answer.description), answer.description, values=False)


def own_names(rows: pd.DataFrame, answer: Answer) -> dict[int, str]:
    """The names of the features of one instance, as explained, from its rows of attributions."""
    return {
        feature: names[0] if names else _numbered(feature, answer.description)
        for feature, names in _names_of(rows).items()
    }


def column_names(
    rows: pd.DataFrame, instances: pd.DataFrame, description: Description, *, values: bool
) -> dict[int, str]:
    """The names of the features of some rows of attributions, the same for all of their ``instances``.

    They are those of the columns of values of ``instances``, where these are as many as features and each is part of
    its feature's names. Else a feature is called by its number ("feature 3", "superpixel 3"), or, if values may show,
    by its name, if that is the same for all instances.
    """
    known = _names_of(rows)
    columns = [name.removeprefix(VALUE) for name in value_columns(instances)]
    if list(known) == list(range(len(columns))) and all(map(_is_named_by, columns, known.values())):
        return dict(enumerate(columns))
    return {
        feature: names[0] if values and len(names) == 1 else _numbered(feature, description)
        for feature, names in known.items()
    }


def short_name(name: str, length: int) -> str:
    """The name of a feature on one line, cut to a length in columns of the terminal, its condition last of all.

    >>> short_name("status_of_existing_checking_account=none", 24)
    'status_of_existing…=none'
    """
    found = _CATEGORY.search(name) or _LIMIT.search(name)
    if found is None or len(name) <= length:
        return shortened(name, length)
    column, condition = shortened(name[: found.start()], len(name)), shortened(name[found.start() :], len(name))
    space = " " if name[found.start()] == " " else ""
    own = min(len(condition) + len(space), max(length - len(column), round(_CONDITION * length)))
    return shortened(f"{shortened(column, max(length - own, 1))}{space}{condition}", length)


def short_names(names: Sequence[str], length: int) -> list[str]:
    """The names of all features as :func:`short_name` cuts them; those that would be equal, or empty, numbered from 0.

    >>> short_names(["age", "purpose=car, as stated", "purpose=car, as found"], 10)
    ['age', '1 purpo…=…', '2 purpo…=…']
    """
    short = [short_name(name, length) for name in names]
    times = Counter(short)
    return [
        own if own and times[own] == 1 else short_name(f"{number} {name}", length)
        for number, (name, own) in enumerate(zip(names, short, strict=True))
    ]


def value_columns(instances: pd.DataFrame) -> list[str]:
    """The columns of the values of some instances; those that hold none, being of other tasks, are left out."""
    return [str(name) for name in instances if str(name).startswith(VALUE) and instances[name].notna().any()]


def _names_of(rows: pd.DataFrame) -> dict[int, list[str]]:
    """Every name of each feature, by number, ascending."""
    found: dict[int, list[str]] = {int(feature): [] for feature in sorted(rows["feature"].unique())}
    if "feature_name" in rows:
        named = rows[["feature", "feature_name"]].drop_duplicates()
        for feature, name in named.itertuples(index=False, name=None):
            found[int(feature)].append(str(name))
    return found


def _is_named_by(column: str, names: list[str]) -> bool:
    """Whether it is the column of a feature with these names: no mere number, and part of each."""
    return not column.isdigit() and all(column in name for name in names)


def _numbered(feature: int, description: Description) -> str:
    return f"{description.feature_unit.removesuffix('s')} {feature}"
