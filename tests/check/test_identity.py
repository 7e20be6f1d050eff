"""Digests of instances: of their own values, whatever else is in the table."""

import numpy as np
import pandas as pd

from limeeval.check.identity import named

PENGUINS = pd.DataFrame({"task": "penguins", "model": "forest", "instance": range(3), "row": [3, 40, 75]})
PENGUINS = PENGUINS.assign(label=1, value_bill=[39.1, np.nan, 41.5], value_island=["Torgersen", "Biscoe", None])
WINE = pd.DataFrame({"task": "wine", "model": "forest", "instance": range(3), "row": [3, 40, 75]})
WINE = WINE.assign(label=1, value_alcohol=[13.2, 14.1, 12.0], value_ash=[2.1, 2.5, np.nan])


def values(table: pd.DataFrame, task: str) -> list[str]:
    keys = pd.DataFrame({"task": task, "model": "forest", "instance": range(3)})
    return named(keys, table)["values"].tolist()


def test_values_of_other_tasks_are_not_of_an_instance() -> None:
    both = pd.concat([PENGUINS, WINE], ignore_index=True)
    for table, task in ((PENGUINS, "penguins"), (WINE, "wine")):
        assert values(both, task) == values(table, task)
        assert len(set(values(both, task))) == 3


def test_a_value_that_is_missing_is_not_the_one_that_was_there() -> None:
    before = values(PENGUINS, "penguins")
    for column, there in (("value_bill", 0), ("value_island", 1)):
        changed = PENGUINS.copy()
        changed.loc[there, column] = None
        assert [now == then for now, then in zip(values(changed, "penguins"), before, strict=True)] == [
            at != there for at in range(3)
        ]


def test_the_same_value_of_another_column_is_another_one() -> None:
    swapped = WINE.rename(columns={"value_alcohol": "value_ash", "value_ash": "value_alcohol"})
    assert not set(values(swapped, "wine")) & set(values(WINE, "wine"))
    assert values(WINE[WINE.columns[::-1]], "wine") == values(WINE, "wine")
