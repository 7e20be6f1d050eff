"""SHAP values beside LIME: what a background drawn anew, a model fitted anew, and a step aside do to each.

    python experiments/any_explainer/study.py

needs the package shap beside limeeval's own: pip install shap
"""

import sys
import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split

import limeeval
from limeeval.lime import LimeTabularExplainer
from limeeval.study.perturbation import perturbation
from limeeval.study.robustness import robustness

INSTANCES, SEEDS, LABEL, K = 20, 10, 1, 5
BACKGROUND_ROWS, SAMPLES = (10, 100), (1000, 5000)
RADII = (0.3, 0.1, 0.03, 0.01)
SHOWN = ["same_first", "same_set", "jaccard", "sign_agreement", "spearman"]
SIZES = {"background_rows": lambda rows: f"SHAP, background of {rows:.0f}", "num_samples": lambda n: f"LIME, {n:.0f}"}


class Data:
    """Breast cancer, 30 % held out, of which the first rows are explained."""

    def __init__(self) -> None:
        data = load_breast_cancer()
        split = train_test_split(data.data, data.target, test_size=0.3, stratify=data.target, random_state=0)
        self.train, test, self.target, _ = split
        self.rows = test[:INSTANCES]
        self.names = list(data.feature_names)
        self.classes = list(data.target_names)

    def forest(self, seed: int) -> RandomForestClassifier:
        return RandomForestClassifier(100, random_state=seed).fit(self.train, self.target)

    def lime(self) -> LimeTabularExplainer:
        return LimeTabularExplainer(self.train, feature_names=self.names, class_names=self.classes)

    def shap(self, forest: RandomForestClassifier) -> Any:
        """Interventional tree SHAP, exact for its background, which the seed draws from the training rows."""
        import shap

        def shap_values(x: Any, predict_fn: Any, seed: int, *, background_rows: int = 100) -> np.ndarray:
            chosen = np.random.default_rng(seed).choice(len(self.train), background_rows, replace=False)
            explainer = shap.TreeExplainer(forest, self.train[chosen], feature_perturbation="interventional")
            return np.asarray(explainer.shap_values(np.asarray(x), check_additivity=False))[..., LABEL]

        return shap_values


def explained(data: Data, forest: RandomForestClassifier, seeds: Any) -> Iterator[pd.DataFrame]:
    """Attributions of both explainers, with one column more: what they are."""
    common: dict[str, Any] = {"seeds": seeds, "labels": LABEL}
    shap = limeeval.evaluate(data.shap(forest), data.rows, forest, background_rows=list(BACKGROUND_ROWS), **common)
    lime = limeeval.evaluate(data.lime(), data.rows, forest, num_samples=list(SAMPLES), num_features=30, **common)
    for study, size in ((shap, "background_rows"), (lime, "num_samples")):
        columns = [size, "instance", "label", "seed", "feature", "feature_name", "coefficient"]
        table = study.attributions[columns]
        yield table.drop(columns=size).assign(explainer=table[size].map(SIZES[size]))


def three_sources(data: Data) -> pd.DataFrame:
    """Runs that differ in the explainer's seed, in the model's, and in both: ``seed`` is whichever it is."""
    found = []
    for seed in range(SEEDS):
        forest = data.forest(seed)
        for table in explained(data, forest, [0, seed] if seed else SEEDS):
            if not seed:
                found.append(table.assign(varies="explainer"))
            found.append(table[table["seed"] == 0].assign(seed=seed, varies="model"))
            found.append(table[table["seed"] == seed].assign(varies="both"))
    return pd.concat(found, ignore_index=True)


def table_of(scores: pd.DataFrame, index: list[str], *, values: str = "estimate") -> pd.DataFrame:
    """Aggregates as one line a setting and one column a metric."""
    whole = scores[scores["instance"].isna()]
    order = list(dict.fromkeys(whole["metric"]))
    return whole.pivot_table(index=index, columns="metric", values=values, sort=False)[order]


def variance_shares(attributions: pd.DataFrame) -> pd.DataFrame:
    """Variance over runs of all coefficients, of each source, over that of both together."""
    keys = ["explainer", "varies", "instance", "feature"]
    variance = attributions.groupby(keys, sort=False)["coefficient"].var().groupby(keys[:2], sort=False).sum().unstack()
    return variance.div(variance["both"], axis=0)[["explainer", "model"]]


def beside_the_noise(table: pd.DataFrame, name: str, size: str) -> pd.DataFrame:
    whole = table[table["instance"].isna() & table["metric"].isin(["local_lipschitz", "max_sensitivity"])]
    columns = ["metric", "estimate", "low", "high", "noise_floor", "fresh_seeds"]
    return whole[columns].assign(explainer=[f"{name} {value}" for value in whole[size]]).set_index("explainer")


def ladder_of_radii(data: Data, forest: RandomForestClassifier) -> pd.DataFrame:
    """The same metric with equal and with fresh seeds: the smaller the radius, the more the latter is the seed."""
    settings: dict[str, Any] = {"num_samples": 1000, "num_features": 30, "discretize_continuous": [True, False]}
    tables = [
        robustness(data.lime(), data.rows[:10], forest, radius=radius, seeds=5, neighbors=5, labels=LABEL, **settings)
        for radius in RADII
    ]
    rows = pd.concat(tables).query("instance.isna()").set_index(["discretize_continuous", "radius"])
    whole = rows.query("metric == 'local_lipschitz'")[["estimate", "noise_floor", "fresh_seeds"]]
    return whole.assign(
        times=whole["fresh_seeds"] / whole["estimate"],
        instances_with_ros=rows.query("metric == 'relative_output_stability'")["n"],
    ).sort_index(ascending=False)


def show(title: str, table: pd.DataFrame) -> None:
    print(f"\n{title}\n{table.round(4).to_string()}", flush=True)


def main() -> None:
    try:
        import shap  # noqa: F401
    except ImportError:
        sys.exit("this study needs the package shap: pip install shap")
    warnings.filterwarnings("ignore", module="shap")
    data = Data()
    forest = data.forest(0)
    runs = three_sources(data)
    scores = limeeval.score(runs, k=K)
    shown = scores[scores["metric"].isin(SHOWN)]
    show("Agreement of runs (chance: jaccard 0.10)", table_of(shown, ["explainer", "varies"])[SHOWN])
    show("Jaccard, lower limit", table_of(shown, ["explainer", "varies"], values="low")[["jaccard"]])
    show("Variance of coefficients, as a share of that with model and explainer varied", variance_shares(runs))

    own = runs[runs["varies"] == "explainer"].drop(columns="varies")
    for baseline in ("mean", "sample"):
        judged = perturbation(own, data.rows, forest, baseline=baseline, background=data.train, k=K)
        show(f"Perturbation, baseline {baseline}", table_of(judged, ["explainer"]))
        show("... by chance", table_of(judged, ["explainer"], values="chance"))

    common: dict[str, Any] = {"seeds": SEEDS, "neighbors": 5, "labels": LABEL}
    of_shap = robustness(
        data.shap(forest), data.rows, forest, background=data.train, background_rows=list(BACKGROUND_ROWS), **common
    )
    of_lime = robustness(data.lime(), data.rows, forest, num_samples=list(SAMPLES), num_features=30, **common)
    show("Robustness, SHAP", beside_the_noise(of_shap, "SHAP, background of", "background_rows"))
    show("Robustness, LIME", beside_the_noise(of_lime, "LIME,", "num_samples"))
    show("Local Lipschitz of LIME, 10 instances, by radius", ladder_of_radii(data, forest))


if __name__ == "__main__":
    main()
