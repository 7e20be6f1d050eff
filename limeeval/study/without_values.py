"""A study that says nothing of what its instances are: no values, no names of bins, no pictures."""

from __future__ import annotations

from dataclasses import replace

from limeeval.report.feature_names import VALUE, column_names
from limeeval.report.run import own_rows
from limeeval.study.study import Study
from limeeval.sweep.pictures import Pictures


def without_values(study: Study) -> Study:
    """The same rows, with features named by their columns, and without values and thumbnails.

    Ids of rows, predictions, and where superpixels lie stay: scores cannot be made without these. So does what a model
    says when it fails.
    """
    names = study.attributions["feature_name"].copy()
    for description in study.descriptions:
        rows = own_rows(study.attributions, description)
        known = column_names(rows, own_rows(study.instances, description), description, values=False)
        names.loc[rows.index] = rows["feature"].map(known).astype(names.dtype)
    instances = study.instances[[name for name in study.instances if not str(name).startswith(VALUE)]]
    pictures = None if study.pictures is None else Pictures(study.pictures.segments, {})
    return replace(
        study, attributions=study.attributions.assign(feature_name=names), instances=instances, pictures=pictures
    )


def is_without_values(study: Study) -> bool:
    """Whether the rows of a study say nothing of what its instances are, so that all of them may show."""
    conditions = study.attributions["feature_name"].drop_duplicates().astype(str).str.contains("[<>=]")
    has_values = any(str(name).startswith(VALUE) for name in study.instances)
    has_pictures = study.pictures is not None and bool(study.pictures.thumbnails)
    return not (has_values or has_pictures or conditions.any())
