"""A data set, a task and a model whose names are all that a page has to bear, as files of a user's."""

from pathlib import Path

import yaml

OVERRIDE = "\u202e"
"""A sign that turns round what follows; pages may leave it out."""
FEATURES = (
    "<script>alert(1)</script>",
    "a & b \"quoted\" 'single'",
    "line\nbreak\ttab",
    f"שלום {OVERRIDE}right-to-left",
    "🦊 emoji {{ 7 * 7 }} {% raw %}",
    "x" * 300,
    "many words " * 27,
    "$math_{x}$",
)
CATEGORIES = ("<u>underlined</u>", "<img src=x onerror=alert(1)>", "y" * 300)
CLASSES = ("</style><script>alert(2)</script>", f"<s>struck</s> {OVERRIDE}" + "z" * 300)
TASK, MODEL, UNIT = "<u>task</u> & 'co'", "<s>model</s> {{ 7 * 7 }}", "<s>things</s>"
NAMES = (*FEATURES, *CLASSES, TASK, MODEL)
"""What every page is to name."""
_DATA = f"""
import numpy as np
import pandas as pd

from limeeval.tasks.datasets import Dataset


def cases():
    rng = np.random.default_rng(0)
    data = pd.DataFrame(rng.normal(size=(200, {len(FEATURES)})), columns={list(FEATURES)!r})
    data["category"] = rng.choice({list(CATEGORIES)!r}, size=200)
    target = np.where(data.iloc[:, :6].sum(axis=1) > 0, *{list(CLASSES)!r})
    return Dataset(data, pd.Series(target), "made up")
"""
_TASK = {"name": TASK, "data": "hostile_cases.cases", "k": 3, "labels": [], "unit": UNIT}
_MODEL = {"name": MODEL, "classification": "sklearn.linear_model.LogisticRegression", "params": {}}
ARGUMENTS = ("--config-dir", "hostile_conf", "task=hostile", "model=hostile", "trust=true")


def write_hostile(folder: Path) -> None:
    """Writes the files that ``ARGUMENTS`` name into a folder, from which the command is then to be run."""
    (folder / "hostile_cases.py").write_text(_DATA, encoding="utf-8")
    for group, own in {"task": {**_TASK, "test_size": 0.3, "split_seed": 0}, "model": _MODEL}.items():
        (folder / "hostile_conf" / group).mkdir(parents=True, exist_ok=True)
        path = folder / "hostile_conf" / group / "hostile.yaml"
        path.write_text(yaml.safe_dump(own, allow_unicode=True), encoding="utf-8")
