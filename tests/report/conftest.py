"""Small runs that reports are made of: a table, images, two tasks, and one whose names are hostile."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.ensemble import RandomForestClassifier

import limeeval
from limeeval.lime import LimeTabularExplainer
from limeeval.report.description import Description, Target
from limeeval.study.study import Study

HOSTILE = (
    "<script>alert(1)</script>",
    "\"quotes\" & 'single'",
    "line\nbreak\ttab",
    "שלום עולם مرحبا",
    "\N{GRINNING FACE} emoji \N{PILE OF POO}",
    "x" * 300,
    "$x^2$ \\frac {{ page }} {% if %}",
)
"""Names of seven features."""


def _study(names: tuple[str, ...], classes: tuple[str, str], *, unit: str) -> Study:
    rng = np.random.default_rng(0)
    x = pd.DataFrame(rng.normal(size=(200, len(names))), columns=list(names))
    y = (x.to_numpy()[:, :3] @ [2.0, -1.0, 0.5] + rng.normal(size=200) > 0).astype(int)
    forest = RandomForestClassifier(20, random_state=0).fit(x.to_numpy(), y)
    explainer = LimeTabularExplainer(x, class_names=list(classes), random_state=3)
    study = limeeval.evaluate(
        explainer,
        x.iloc[:5],
        lambda rows: forest.predict_proba(np.asarray(rows)),
        kernel_width=[1.0, 2.0],
        num_samples=[100, 400],
        seeds=4,
        labels=(1,),
    )
    return replace(study, descriptions=[replace(one, unit=unit) for one in study.descriptions])


@pytest.fixture(scope="session")
def table_study() -> Study:
    """Five rows of seven features, four seeds, two widths and two counts."""
    return _study(tuple("abcdefg"), ("no", "yes"), unit="loans")


@pytest.fixture(scope="session")
def hostile_study() -> Study:
    """The same with names that would like to be markup, mathematics or layout."""
    return _study(HOSTILE, ("<b>no</b>", 'yes" onclick="alert(1)'), unit="<i>rows</i>")


@pytest.fixture(scope="session")
def image_study() -> Study:
    """Three small images on two segmentations, three seeds."""
    from limeeval.lime import LimeImageExplainer

    rng = np.random.default_rng(0)
    images = rng.uniform(size=(3, 16, 16, 3))

    def predict(batch: np.ndarray) -> np.ndarray:
        bright = batch[:, 4:10, 4:10].mean(axis=(1, 2, 3))
        return np.column_stack([1 - bright, bright])

    return limeeval.evaluate(
        LimeImageExplainer(random_state=0),
        images,
        predict,
        segmentation=["grid(n_segments=16)", "grid(n_segments=9)"],
        num_samples=[60],
        seeds=3,
        labels=(1,),
    )


SETTINGS = {
    "discretize_continuous": True,
    "discretizer": "quartile",
    "sample_around_instance": False,
    "sampling_method": "gaussian",
    "distance_metric": "euclidean",
    "kernel_width": 1.5,
    "kernel_width_factor": 1.0,
    "num_samples": 5000,
    "num_features": 10,
    "feature_selection": "auto",
}
IDENTITY = {"task": "loans", "model": "forest", "explainer": "lime"}


@pytest.fixture
def study_of() -> Callable[..., Study]:
    """Makes a study of known coefficients, at LIME's defaults."""
    return _study_of


def _study_of(
    units: Sequence[Any],
    *,
    names: Sequence[Any] | None = None,
    values: Mapping[str, Sequence[Any]] | None = None,
    rows: Sequence[Any] | None = None,
    labels: Sequence[int] | None = None,
    label_name: str | None = "bad",
    explained: str = "label: bad",
    unit: str = "applicants",
    errors: float = np.nan,
    k: int = 2,
    r2: float = 0.8,
    supported: bool = True,
    target: float = 0.9,
) -> Study:
    """A study of one setting.

    Args:
        units: of each instance, or of each label of a single one, its runs' coefficients (R, d).
        names: of features, the same for all instances or those of each.
        values: of the instances, by column.
        rows: ids; default: 100 and upwards.
        labels: of the one instance that all units then are about.
        label_name: in words.
        explained: as in a description.
        unit: likewise.
        errors: standard error of every coefficient.
        k: of top-k scores.
        r2: of every fit on fresh samples.
        supported: whether fits rest on enough samples.
        target: Jaccard to reach.
    """
    attributions, fits, instances = [], [], []
    for number, runs in enumerate(units):
        instance, label = (number, 0) if labels is None else (0, labels[number])
        unit_of = {**IDENTITY, "instance": instance, **SETTINGS, "label": label}
        own = names[number] if names is not None and not isinstance(names[0], str) else names
        for seed, run in enumerate(np.asarray(runs, dtype=float)):
            for j, coefficient in enumerate(run):
                feature = {"feature": j, "feature_name": f"feature {j}" if own is None else own[j]}
                attributions.append(
                    {**unit_of, "seed": seed, **feature, "coefficient": coefficient, "standard_error": errors}
                )
            measured = {"r2": r2, "output_spread": 1.0, "r2_fresh": r2, "fresh_spread": 1.0}
            measured |= {"r2_reference": r2, "reference_spread": 1.0, "ess": 1000.0}
            fits.append({**unit_of, "seed": seed, **measured, "is_fit": True, "is_supported": supported})
        known = {"row": rows[instance] if rows else 100 + instance, "label": label, "label_name": label_name}
        shown = {f"value_{name}": column[instance] for name, column in (values or {}).items()}
        instances.append(
            {"task": "loans", "model": "forest", "instance": instance, **known, "model_prediction": 0.25, **shown}
        )
    description = Description(
        **IDENTITY,
        instances=len(units) if labels is None else 1,
        seeds=max(len(runs) for runs in units),
        explained=explained,
        features=len(np.asarray(units[0])[0]),
        k=k,
        rows_predicted=1000,
        rows_stored=0,
        rows_of_a_loop=1000,
        seconds=1.0,
        unit=unit,
    )
    tables = (pd.DataFrame(table) for table in (attributions, fits, instances))
    return Study(*tables, descriptions=[description], target=Target(jaccard=target))
