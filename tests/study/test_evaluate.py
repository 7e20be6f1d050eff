import pickle
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LinearRegression

import limeeval
from limeeval.lime import LimeTabularExplainer
from limeeval.lime.discretize import QuartileDiscretizer
from limeeval.report.description import Target

SMALL: dict[str, Any] = {"seeds": 3, "num_samples": 300}


def test_each_explanation_is_the_explainers_own(notebook) -> None:
    """With the seed in place of the explainer's, and nothing else changed."""
    study = limeeval.evaluate(notebook.explainer, notebook.x[:2], notebook.forest, **SMALL, num_features=4)
    own = notebook.explainer.remade(random_state=2)
    label = int(study.instances["label"][1])
    expected = own.explain_instance(
        notebook.x[1], notebook.forest.predict_proba, labels=[label], num_features=4, num_samples=300
    ).local_exp[label]
    rows = study.attributions.query("instance == 1 and seed == 2")
    found = {int(row.feature): row.coefficient for row in rows.itertuples() if row.coefficient}
    assert found == pytest.approx(dict(expected))
    assert len(rows) == 6


def test_frames_arrays_functions_and_estimators_say_the_same(notebook) -> None:
    frame = pd.DataFrame(notebook.x, columns=list("abcdef"), index=[f"row {i}" for i in range(200)])
    array = limeeval.evaluate(notebook.explainer, notebook.x[:2], notebook.forest, **SMALL)
    function = limeeval.evaluate(notebook.explainer, notebook.x[:2], notebook.forest.predict_proba, **SMALL)
    lists = limeeval.evaluate(notebook.explainer, notebook.x[:2].tolist(), notebook.forest, **SMALL)
    pd.testing.assert_frame_equal(array.attributions, function.attributions)
    pd.testing.assert_frame_equal(array.attributions, lists.attributions)
    named = limeeval.evaluate(
        LimeTabularExplainer(frame),
        frame.iloc[:2],
        lambda rows: notebook.forest.predict_proba(np.asarray(rows)),
        **SMALL,
    )
    assert named.instances["row"].tolist() == ["row 0", "row 1"]
    assert set(named.attributions["feature_name"].str.extract(r"\b([a-f])\b")[0]) == set("abcdef")
    assert set(array.attributions["model"]) == {"RandomForestClassifier"}
    assert set(named.attributions["model"]) == {"<lambda>"}


def test_the_same_twice_and_with_processes(notebook) -> None:
    one, again, processes = (
        limeeval.evaluate(notebook.explainer, notebook.x[:3], notebook.forest, **SMALL, n_jobs=jobs)
        for jobs in (1, 1, 2)
    )
    for study in (again, processes):
        pd.testing.assert_frame_equal(one.attributions, study.attributions, check_exact=True)
        pd.testing.assert_frame_equal(one.scores, study.scores, check_exact=True)


def test_what_is_given_is_not_changed(notebook) -> None:
    rows = notebook.x[:2].copy()
    rows.flags.writeable = False
    before = pickle.dumps(notebook.explainer)
    limeeval.evaluate(notebook.explainer, rows, notebook.forest, kernel_width=[1.0, 2.0], discretizer="decile", **SMALL)
    assert pickle.dumps(notebook.explainer) == before


def test_several_settings(notebook) -> None:
    study = limeeval.evaluate(
        notebook.explainer,
        notebook.x[:2],
        notebook.forest,
        seeds=[4, 7],
        kernel_width_factor=[0.5, 1],
        num_samples=[100, 300],
        discretize_continuous=[True, False],
    )
    assert len(study.fits) == 2 * 2 * 2 * 2 * 2
    assert sorted(study.fits["seed"].unique()) == [4, 7]
    assert sorted(study.fits["kernel_width_factor"].unique()) == [0.5, 1.0]
    assert study.fits["num_samples"].max() == 300
    assert study.descriptions[0].rows_predicted == 2 * 2 * 2 * 300


def test_the_explainers_own_settings_are_the_defaults(notebook) -> None:
    wide = LimeTabularExplainer(notebook.x, kernel_width=5.0, discretizer="decile", feature_selection="none")
    fits = limeeval.evaluate(wide, notebook.x[:1], notebook.forest, **SMALL).fits
    assert fits[["kernel_width", "discretizer", "feature_selection"]].drop_duplicates().values.tolist() == [
        [5.0, "decile", "none"]
    ]
    factors = limeeval.evaluate(wide, notebook.x[:1], notebook.forest, kernel_width_factor=2, **SMALL).fits
    assert factors["kernel_width"].unique() == pytest.approx([2 * 0.75 * 6**0.5])


def test_a_discretizer_of_ones_own(notebook) -> None:
    own = QuartileDiscretizer(notebook.x, [], [str(i) for i in range(6)], labels=None)
    explainer = LimeTabularExplainer(notebook.x, discretizer=own)
    study = limeeval.evaluate(explainer, notebook.x[:2], notebook.forest, **SMALL)
    assert set(study.fits["discretizer"]) == {"QuartileDiscretizer"}
    usual = limeeval.evaluate(LimeTabularExplainer(notebook.x), notebook.x[:2], notebook.forest, **SMALL)
    np.testing.assert_allclose(study.attributions["coefficient"], usual.attributions["coefficient"])


def test_numbers_that_are_predicted(notebook) -> None:
    line = LinearRegression().fit(notebook.x, notebook.x[:, 0] * 3)
    explainer = LimeTabularExplainer(notebook.x, mode="regression", discretize_continuous=False)
    study = limeeval.evaluate(explainer, notebook.x[:2], line, **SMALL, k=1)
    assert set(study.attributions["label"]) == {1}
    assert study.descriptions[0].explained == "predicted value"
    assert study.scores.query("metric == 'same_set' and instance.isna()")["estimate"].tolist() == [1.0]
    by_function = limeeval.evaluate(explainer, notebook.x[:2], line.predict, **SMALL, k=1)
    pd.testing.assert_frame_equal(study.scores, by_function.scores)


def test_labels_by_name_or_number(notebook) -> None:
    named, numbered, both = (
        limeeval.evaluate(notebook.explainer, notebook.x[:2], notebook.forest, labels=labels, **SMALL)
        for labels in ("yes", 1, ["no", "yes"])
    )
    pd.testing.assert_frame_equal(named.attributions, numbered.attributions)
    assert set(both.attributions["label"]) == {0, 1}
    top = limeeval.evaluate(notebook.explainer, notebook.x[:2], notebook.forest, top_labels=2, **SMALL)
    assert len(top.attributions) == len(both.attributions)


def test_a_function_that_explains(notebook) -> None:
    """As one that computes SHAP values: background rows drawn by the seed, coefficients for the explained label."""
    seen = []

    def shapley(rows, predict_fn, seed, *, background=10, label=None):
        seen.append((background, seed, label.tolist()))
        drawn = np.random.default_rng(seed).choice(notebook.x, background)
        outputs = predict_fn(rows)[np.arange(len(rows)), label]
        predict_fn(drawn)
        return (rows - drawn.mean(axis=0)) * outputs[:, None]

    study = limeeval.evaluate(shapley, notebook.x[:2], notebook.forest, seeds=[3, 5], background=[10, 50])
    predicted = notebook.forest.predict(notebook.x[:2]).tolist()
    assert seen == [(10, 3, predicted), (10, 5, predicted), (50, 3, predicted), (50, 5, predicted)]
    assert study.descriptions[0].explainer == "shapley"
    assert set(study.attributions["explainer"]) == {"shapley"}
    assert sorted(study.scores["background"].unique()) == [10, 50]
    assert study.descriptions[0].rows_predicted == 2 + 2 * (2 + 10) + 2 * (2 + 50)
    assert "two runs of shapley" in repr(study)


def test_predictions_are_kept_under_a_name(notebook, tmp_path: Path) -> None:
    kept = {"store": tmp_path, "model_id": "forest of 2026"}
    first = limeeval.evaluate(notebook.explainer, notebook.x[:2], notebook.forest, **SMALL, **kept)
    again = limeeval.evaluate(notebook.explainer, notebook.x[:2], notebook.forest, **SMALL, **kept)
    assert (first.descriptions[0].rows_stored, again.descriptions[0].rows_stored) == (0, 1800)
    pd.testing.assert_frame_equal(first.fits, again.fits)


def test_the_target_is_ones_own(notebook) -> None:
    easy = limeeval.evaluate(notebook.explainer, notebook.x[:2], notebook.forest, **SMALL, target=Target(jaccard=0.0))
    assert easy.answers[0].reference.stable
    hard = limeeval.evaluate(notebook.explainer, notebook.x[:2], notebook.forest, **SMALL, target=Target(jaccard=1.0))
    assert not hard.answers[0].reference.stable


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"instances": np.zeros(6)}, r"instances must be rows \(n, d\), at least one, got shape \(6,\)"),
        ({"instances": np.zeros((0, 6))}, r"instances must be rows \(n, d\), at least one, got shape \(0, 6\)"),
        ({"instances": []}, r"instances must be rows \(n, d\), at least one, got shape \(0,\)"),
        ({"kernel_widht": 3}, "keys for tables must be among kernel_width, .*, got kernel_widht"),
        ({"kernel_width": 1, "kernel_width_factor": 1}, "state the same thing: give one"),
        ({"num_samples": 0}, "num_samples must be a whole number of at least 2, got 0"),
        ({"store": "somewhere"}, "store needs model_id, .* got None"),
        ({"labels": 1, "top_labels": 1}, "labels and top_labels exclude each other, got 1 and 1"),
        ({"labels": "maybe"}, r"labels must be among 0 \(no\), 1 \(yes\), got 'maybe'"),
        ({"seeds": 0}, "seeds must be a whole number of at least 1, got 0"),
        ({"seeds": []}, "seeds must be a count or a list of different seeds"),
        ({"k": 6}, "k must be between 1 and 5"),
        (
            {"explainer": "lime"},
            "a LimeTabularExplainer, a LimeImageExplainer or a function .*, got str",
        ),
        ({"explainer": lambda x: x}, r"explainer must be a function of \(X, predict_fn, seed, \*\*settings\)"),
        ({"explainer": lambda x, f, s: x, "width": 3}, "settings must be parameters of <lambda>, got width"),
    ],
    ids=lambda value: ", ".join(value) if isinstance(value, dict) else "",
)
def test_mistakes_are_one_message(changed: dict[str, Any], message: str, notebook) -> None:
    given = {"explainer": notebook.explainer, "instances": notebook.x[:2], "predict_fn": notebook.forest, **changed}
    with pytest.raises(ValueError, match=message) as caught:
        limeeval.evaluate(given.pop("explainer"), given.pop("instances"), given.pop("predict_fn"), **given)
    assert "\n" not in str(caught.value)


def test_what_python_users_call_is_there() -> None:
    assert {"evaluate", "load", "score", "Study", "Target"} <= set(dir(limeeval))
    assert limeeval.Target is Target
    with pytest.raises(AttributeError, match="module 'limeeval' has no attribute 'evaluat'"):
        limeeval.evaluat  # noqa: B018


def test_processes_started_elsewhere_find_the_store(notebook, tmp_path, monkeypatch) -> None:
    """Workers are kept for the next run, which may come from another folder."""
    asked = {"num_samples": 5000, "seeds": 12, "n_jobs": 2, "store": "kept", "model_id": "forest"}
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        limeeval.evaluate(notebook.explainer, notebook.x[:3], notebook.forest, **asked)
        assert list((tmp_path / name / "kept").rglob("*.npz"))
