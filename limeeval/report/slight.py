"""For how many instances there is next to nothing to explain: no reason moves the model's output."""

from __future__ import annotations

from limeeval.report.answer.answer import Answer
from limeeval.report.answer.steadiness import rows_of_cell
from limeeval.report.run import Run, own_rows

SLIGHT = 0.01
"""Change of a probability that hardly matters to anybody."""


def slight_effects(run: Run, answer: Answer) -> int:
    """Instances whose largest mean coefficient is below 0.01 in the reference cell; none where outputs have no classes.

    A line that follows such a model well follows next to nothing.
    """
    names = own_rows(run.instances, answer.description)
    if "label_name" not in names or names["label_name"].isna().any():
        return 0
    rows = rows_of_cell(own_rows(run.attributions, answer.description), answer.reference)
    means = rows.groupby(["instance", "label", "feature"])["coefficient"].mean().abs()
    largest = means.groupby(level="instance").max()
    return int((largest < SLIGHT).sum())
