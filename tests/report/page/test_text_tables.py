"""Numbers as people read them: nothing lost that counts, nothing that is no number."""

import numpy as np
import pandas as pd
import pytest

from limeeval.report.page.text_tables import said, text_table


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, "–"),
        (True, "yes"),
        (False, "no"),
        (5000, "5,000"),
        (0.8765, "0.876"),
        (1.0, "1.000"),
        (0.0, "0.000"),
        (-0.05, "-0.050"),
        (0.000123, "0.00012"),
        (12345.6, "12,346"),
        (float("inf"), "inf"),
        ("<b>", "<b>"),
    ],
)
def test_a_value_in_words(value: object, expected: str) -> None:
    assert said(value) == expected


def test_a_table_keeps_its_columns_and_says_what_it_leaves_out() -> None:
    table = pd.DataFrame({"name": ["a", "b", None], "n": [1, 2000, 3], "share": [0.5, np.nan, 1.0]})
    found = text_table(table, most=2)
    assert found.header == ["name", "n", "share"]
    assert found.is_number == [False, True, True]
    assert found.rows == [["a", "1", "0.500"], ["b", "2,000", "–"]]
    assert found.left_out == 1


def test_missing_whole_numbers_are_dashes() -> None:
    table = pd.DataFrame({"k": pd.array([4, None], dtype="Int64")})
    assert text_table(table).rows == [["4"], ["–"]]
