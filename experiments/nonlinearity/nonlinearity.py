"""How much of a model does LIME's line miss, and what carries it?

    python experiments/nonlinearity/nonlinearity.py

Writes ``theory.csv`` and ``tasks.csv`` beside this file.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from hydra import compose, initialize_config_dir
from omegaconf import OmegaConf

from limeeval.lime import LimeTabularExplainer
from limeeval.lime.labels import Labels
from limeeval.report.scores.nonlinearity import nonlinearity_scores
from limeeval.sweep.grid import TABLE_DEFAULTS, Grid, grid_of
from limeeval.sweep.plan import Names, Plan, plan_of_task
from limeeval.sweep.run import run_sweep
from limeeval.tasks import load_task, select_instances

FOLDER = Path(__file__).parent
WIDTHS = [0.25, 0.5, 1.0, 2.0]
TASKS = ("german_credit", "penguins", "iris", "breast_cancer", "wine", "diabetes")
WITH_GAPS = ("penguins",)
"""Missing values need bins."""
INSTANCES = 10
N = 5000
AT = np.array([[0.8, -0.6, 0.4]])
FUNCTIONS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "quadratic form": lambda x: x[:, 0] ** 2 - x[:, 0] * x[:, 1] + 0.5 * x[:, 2] ** 2,
    "x sin x": lambda x: x[:, 0] * np.sin(3 * x[:, 0]),
    "box": lambda x: ((np.abs(x[:, 0] - 0.5) < 0.8) & (x[:, 1] < 0)).astype(float),
    "xor": lambda x: np.sign(x[:, 0] * x[:, 1]),
}


def grid(*, bins: bool) -> Grid:
    changed = {"kernel_width_factor": WIDTHS, "num_samples": N, "discretize_continuous": bins}
    return grid_of(TABLE_DEFAULTS | changed)


def scores_of(plan: Plan) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Scores over all instances, and what terms gain, added up over them."""
    sweep = run_sweep(plan)
    assert sweep.nonlinearity is not None
    assert sweep.terms is not None
    scores = nonlinearity_scores(sweep.nonlinearity)
    whole = scores[scores["instance"].isna()].set_index(["kernel_width_factor", "metric"])
    counted = sweep.nonlinearity.groupby("kernel_width_factor")[["instance"]].nunique()["instance"]
    terms = sweep.terms.groupby(["kernel_width_factor", "term"])["gain"].sum().reset_index()
    terms["gain"] /= terms["kernel_width_factor"].map(counted)
    return whole, terms


def best_line(f: Callable[[np.ndarray], np.ndarray], mean: np.ndarray, sd: np.ndarray, width: float) -> float:
    """R2 of the best line under the weighted law, which is normal, by plain Monte Carlo: none of limeeval's code."""
    at, variance = (AT[0] - mean) / sd, width**2 / (1 + width**2)
    z = np.random.default_rng(0).normal(size=(1_000_000, 3)) * np.sqrt(variance) + at * (1 - variance)
    y = f(z * sd + mean)
    rows = np.column_stack([np.ones(len(z)), z])
    line = np.linalg.lstsq(rows, y, rcond=None)[0]
    return 1 - float(np.square(y - rows @ line).sum() / np.square(y - y.mean()).sum())


def theory() -> pd.DataFrame:
    """Functions of which the best line is known."""
    data = np.random.default_rng(0).normal(size=(500, 3))
    rows = []
    for name, function in FUNCTIONS.items():
        explainer = LimeTabularExplainer(data, mode="regression")
        labels = Labels("regression", None)
        plan = Plan(
            Names(name, name), explainer, AT, [0], function, [0, 1], grid(bins=False), labels, nonlinearity=True
        )
        scores, terms = scores_of(plan)
        for width in WIDTHS:
            known = best_line(function, data.mean(axis=0), data.std(axis=0), width * explainer.default_kernel_width)
            rows.append(
                {"function": name, "width": width, "lack_of_fit_in_theory": 1 - known, **shown(scores, terms, width)}
            )
    return pd.DataFrame(rows)


def shown(scores: pd.DataFrame, terms: pd.DataFrame, width: float) -> dict[str, Any]:
    own = scores.loc[width]
    line, gain = own.loc["r2_line"], own.loc["nonlinear_gain"]
    strongest = terms[terms["kernel_width_factor"] == width].nlargest(3, "gain")
    return {
        "lack_of_fit": 1 - line["estimate"],
        "lack_of_fit_low": 1 - line["high"],
        "lack_of_fit_high": 1 - line["low"],
        "pure_error": own.loc["pure_error", "estimate"],
        "nonlinearity_in_z": own.loc["nonlinearity_in_z", "estimate"],
        "nonlinear_gain": gain["estimate"],
        "nonlinear_gain_low": gain["low"],
        "nonlinear_gain_high": gain["high"],
        "misfit_explained": own.loc["misfit_explained", "estimate"],
        "r2_quadratic": own.loc["r2_quadratic", "estimate"],
        "r2_trees": own.loc["r2_trees", "estimate"],
        "instances": line["n"],
        "terms": "; ".join(
            f"{term} {gain:.3f}" for term, gain in zip(strongest["term"], strongest["gain"], strict=True)
        ),
    }


def plan_of(name: str, *, bins: bool) -> Plan:
    with initialize_config_dir(str(FOLDER.parents[1] / "conf"), version_base="1.3"):
        overrides = [f"task={name}", "model=forest"]
        settings: Any = OmegaConf.to_container(compose("config", overrides=overrides))
    task = load_task(**settings["task"], model=settings["model"])
    rows = [int(row) for row in select_instances(task, INSTANCES)]
    return plan_of_task(task, rows, seeds=[0, 1], grid=grid(bins=bins), nonlinearity=True)


def tasks() -> pd.DataFrame:
    """Forests on real data, with bins and without."""
    rows = []
    for name in TASKS:
        for bins in (True,) if name in WITH_GAPS else (True, False):
            scores, terms = scores_of(plan_of(name, bins=bins))
            rows += [{"task": name, "bins": bins, "width": width, **shown(scores, terms, width)} for width in WIDTHS]
    return pd.DataFrame(rows)


def main() -> None:
    for name, made in (("theory", theory), ("tasks", tasks)):
        table = made()
        table.round(4).to_csv(FOLDER / f"{name}.csv", index=False)
        print(table.drop(columns=["terms"]).round(3).to_string(index=False), flush=True)


if __name__ == "__main__":
    main()
