import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from filelock import FileLock

import limeeval
from limeeval.lime import LimeTabularExplainer
from limeeval.report.description import Target
from limeeval.study.study import Study


def steady(rows):
    """A model that only two features move, and far apart."""
    z = 3 * rows[:, 0] + rows[:, 1]
    return np.column_stack([1 / (1 + np.exp(z)), 1 / (1 + np.exp(-z))])


@pytest.fixture(scope="module")
def stable(notebook) -> Study:
    explainer = LimeTabularExplainer(notebook.x, discretize_continuous=False)
    settings = {"kernel_width": [1.0, 3.0], "num_samples": [500, 2000]}
    return limeeval.evaluate(explainer, notebook.x[:4], steady, seeds=60, k=2, labels=[1], **settings)


@pytest.fixture(scope="module")
def unstable(notebook) -> Study:
    return limeeval.evaluate(notebook.explainer, notebook.x[:3], notebook.forest, seeds=4, num_samples=100)


def test_a_stable_setting_is_recommended(stable: Study) -> None:
    found = stable.recommend()
    assert found.settings is not None
    assert found.settings["num_samples"] == 500
    assert found.settings["kernel_width"] in (1.0, 3.0)
    assert found.reason in " ".join(repr(stable).split())
    made = found.explainer()
    assert made.kernel_width == found.settings["kernel_width"]
    assert made.explain_instance(np.zeros(6), steady, num_samples=500).as_list()
    assert stable.explainer.kernel_width == stable.explainer.default_kernel_width


def test_no_setting_is_recommended_where_none_is_stable(unstable: Study) -> None:
    found = unstable.recommend()
    assert found.settings is None
    assert found.reason.startswith("x1 with 100 samples does not surely reach Jaccard 0.90: ")
    with pytest.raises(ValueError, match="explainer needs a recommended setting, and there is none: x1 with 100"):
        found.explainer()


def test_a_functions_recommendation_is_no_lime_explainer(notebook) -> None:
    ones = limeeval.evaluate(lambda x, f, s: np.arange(6.0) + 0 * x, notebook.x[:4], steady, seeds=60, labels=[1], k=2)
    assert ones.answers[0].reference.jaccard.estimate == 1
    assert ones.recommend().settings == {}
    with pytest.raises(ValueError, match="explainer needs a study that evaluate made of a LIME explainer"):
        ones.recommend().explainer()


def test_the_answer_is_the_repr(stable: Study) -> None:
    lines = repr(stable).splitlines()
    assert lines[0] == "study · steady"
    assert lines[1].startswith("4 rows · 60 seeds · label: 1 · top 2 of 6 features")
    assert {"Stable?", "Faithful?", "Set", "Cost"} <= {line.split(" ")[0] for line in lines}
    assert len(lines) <= 30
    assert max(len(line) for line in lines if "python -m" not in line) <= 80
    assert "\x1b" not in repr(stable)


def test_a_notebook_shows_escaped_text(notebook) -> None:
    study = limeeval.evaluate(
        notebook.explainer, notebook.x[:2], lambda rows: steady(rows), seeds=2, task="<b>&", num_samples=100
    )
    html = study._repr_html_()
    assert html.startswith("<pre>")
    assert re.findall(r"<(/?\w+)", html) == ["pre", "/pre", "img"]
    assert "&lt;b&gt;&amp; · &lt;lambda&gt;" in html


def test_saved_and_loaded_it_is_the_same(unstable: Study, tmp_path: Path) -> None:
    unstable.save(tmp_path / "a" / "study")
    again = limeeval.load(str(tmp_path / "a" / "study"))
    assert repr(again) == repr(unstable)
    for name in ("attributions", "fits", "instances", "scores"):
        pd.testing.assert_frame_equal(getattr(again, name), getattr(unstable, name))
        assert (tmp_path / "a" / "study" / f"{name}.parquet").is_file()
    assert again.recommend().reason == unstable.recommend().reason
    again.save(tmp_path / "a" / "study")
    assert repr(limeeval.load(tmp_path / "a" / "study")) == repr(unstable)


def test_a_loaded_study_has_no_explainer(stable: Study, tmp_path: Path) -> None:
    stable.save(tmp_path)
    found = limeeval.load(tmp_path).recommend()
    assert found.settings == stable.recommend().settings
    with pytest.raises(ValueError, match="explainer needs a study that evaluate made of a LIME explainer"):
        found.explainer()


def test_rows_of_any_name_are_saved(notebook, tmp_path: Path) -> None:
    frame = pd.DataFrame(notebook.x, columns=list("abcdef"), index=pd.date_range("2026-01-01", periods=200))
    study = limeeval.evaluate(
        LimeTabularExplainer(frame), frame.iloc[:2], lambda rows: steady(np.asarray(rows)), seeds=2, num_samples=100
    )
    study.save(tmp_path)
    assert repr(limeeval.load(tmp_path)) == repr(study)


def test_folders_that_cannot_be_loaded(unstable: Study, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="of a finished run, got no run: no attributions"):
        limeeval.load(tmp_path)
    unstable.save(tmp_path)
    (tmp_path / "fits.parquet").write_bytes(b"PAR1")
    with pytest.raises(ValueError, match="got files that cannot be read"):
        limeeval.load(tmp_path)
    (tmp_path / "summary.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="got files that cannot be read"):
        limeeval.load(tmp_path)


def test_folders_that_cannot_be_saved_to(unstable: Study, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "inside"):
        with pytest.raises(ValueError, match="out must be a folder that can be written to"):
            unstable.save(folder)
    (tmp_path / "used").mkdir()
    with FileLock(tmp_path / "used" / ".lock"), pytest.raises(ValueError, match="no other run is using"):
        unstable.save(tmp_path / "used")


def test_targets_travel_with_the_study(notebook, tmp_path: Path) -> None:
    target = Target(jaccard=0.3, r2_margin=0.5, fidelity_at=2)
    study = limeeval.evaluate(
        notebook.explainer, notebook.x[:2], notebook.forest, seeds=2, num_samples=100, target=target
    )
    study.save(tmp_path)
    assert limeeval.load(tmp_path).target == target
