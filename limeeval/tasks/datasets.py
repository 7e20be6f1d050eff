"""Data sets: one function of no arguments each, named by the ``data`` key of a task's yaml.

A function of your own works as well: it returns a ``Dataset`` and its dotted path can be imported.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

_FILES = Path(__file__).parent / "data"


@dataclass(frozen=True, eq=False)
class Dataset:
    """Features (n, d), one row per case, their target (n,) in the same order, and where they come from.

    Columns of numbers are numeric features, all others categories; both may have gaps.
    """

    data: pd.DataFrame
    target: pd.Series[Any]
    description: str


def german_credit() -> Dataset:
    """1000 loans, 13 columns of categories and 7 of whole numbers; target ``good`` (700) or ``bad`` (300).

    Hofmann (1994), Statlog (German Credit Data), UCI Machine Learning Repository, doi 10.24432/C5NC77, CC BY 4.0.
    ``personal_status_and_sex``, ``foreign_worker`` and ``age_in_years`` describe persons: the data are here for
    studying explanations, not for building a lending model; ``data/README.md`` says more.
    """
    return _shipped(
        "german_credit.csv.gz",
        target="creditability",
        description="Loans of a South German bank and whether they turned out good or bad (Hofmann 1994, CC BY 4.0). "
        "Columns describe persons; for studying explanations, not for building a lending model.",
    )


def penguins() -> Dataset:
    """344 penguins, 5 numeric and 2 category columns, 11 rows with missing values (NaN); target: one of 3 species.

    Horst, Hill and Gorman (2020), Palmer Archipelago penguins, from Palmer Station LTER; CC0.
    """
    return _shipped(
        "penguins.csv",
        target="species",
        description="Penguins of the Palmer Archipelago and their species (Horst, Hill and Gorman 2020, CC0).",
    )


def iris() -> Dataset:
    """150 flowers, 4 measurements in cm; target: one of 3 species, 50 each.

    Fisher (1936), as shipped with scikit-learn; UCI Machine Learning Repository, doi 10.24432/C56C76, CC BY 4.0.
    """
    from sklearn.datasets import load_iris

    return _classes(load_iris(as_frame=True), "Iris flowers and their species (Fisher 1936; scikit-learn).")


def breast_cancer() -> Dataset:
    """569 tumours, 30 measurements of cell nuclei; target ``malignant`` (212) or ``benign`` (357).

    Wolberg, Street and Mangasarian (1995), Breast Cancer Wisconsin (Diagnostic), as shipped with scikit-learn;
    UCI Machine Learning Repository, doi 10.24432/C5DW2B, CC BY 4.0.
    """
    from sklearn.datasets import load_breast_cancer

    return _classes(
        load_breast_cancer(as_frame=True),
        "Breast tumours, malignant or benign, by their cell nuclei (Wolberg et al. 1995; scikit-learn).",
    )


def wine() -> Dataset:
    """178 wines, 13 chemical measurements; target: one of 3 cultivars, ``class_0``, ``class_1`` or ``class_2``.

    Aeberhard and Forina (1992), Wine, as shipped with scikit-learn; UCI Machine Learning Repository,
    doi 10.24432/C5PC7J, CC BY 4.0.
    """
    from sklearn.datasets import load_wine

    return _classes(load_wine(as_frame=True), "Wines and their cultivar (Aeberhard and Forina 1992; scikit-learn).")


def diabetes() -> Dataset:
    """442 patients, 10 measurements in their own units; target: progression of the disease after a year.

    Efron, Hastie, Johnstone and Tibshirani (2004), Least Angle Regression, as shipped with scikit-learn. ``age`` and
    ``sex`` (coded 1 or 2) describe persons.
    """
    from sklearn.datasets import load_diabetes

    bunch = load_diabetes(as_frame=True, scaled=False)
    return Dataset(
        bunch.data,
        bunch.target.astype(float),
        "Diabetes patients and the progression of the disease after a year (Efron et al. 2004; scikit-learn).",
    )


def _shipped(file: str, *, target: str, description: str) -> Dataset:
    import pandas as pd

    table = pd.read_csv(_FILES / file)
    return Dataset(table.drop(columns=target), table[target], description)


def _classes(bunch: Any, description: str) -> Dataset:
    """The data set of a scikit-learn bunch, with the names of the classes instead of their numbers."""
    return Dataset(bunch.data, bunch.target.map(dict(enumerate(bunch.target_names.tolist()))), description)
