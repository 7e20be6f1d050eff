"""Scores of a folder: those that were saved, where they surely are what its rows give; else others are made."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import limeeval
from limeeval.report.evidence import evidence
from limeeval.report.options import Options
from limeeval.report.scores import score as scoring
from limeeval.study.compared import changes
from limeeval.study.folder import summary_of
from limeeval.study.loaded import load_to_draw
from limeeval.study.study import Study


@pytest.fixture
def run(table_study: Study, tmp_path: Path) -> Path:
    table_study.save(tmp_path / "run")
    return tmp_path / "run"


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Has an entry for each time that scores were made."""
    calls, score = [], scoring.score

    def counted(attributions: pd.DataFrame, *rest: Any, **options: Any) -> pd.DataFrame:
        calls.append(len(attributions))
        return score(attributions, *rest, **options)

    monkeypatch.setattr(scoring, "score", counted)
    return calls


@pytest.mark.parametrize("name", ["table_study", "image_study"])
def test_saved_scores_are_those_that_are_made_and_are_not_made_again(name: str, request, tmp_path: Path, made) -> None:
    study: Study = request.getfixturevalue(name)
    own = study.scores
    study.save(tmp_path)
    made.clear()
    pd.testing.assert_frame_equal(limeeval.load(tmp_path).scores, own, check_exact=True)
    compact = load_to_draw(tmp_path).scores
    pd.testing.assert_frame_equal(compact.astype(own.dtypes), own, check_exact=True)
    assert not made


@pytest.mark.parametrize(("name", "values"), [("table_study", True), ("hostile_study", False), ("image_study", True)])
def test_a_page_of_compact_tables_is_the_same_to_the_byte(name: str, values: bool, request, tmp_path: Path) -> None:
    request.getfixturevalue(name).save(tmp_path)
    whole, compact = limeeval.load(tmp_path), load_to_draw(tmp_path)
    assert compact.attributions["task"].dtype == "category"
    assert compact.attributions["seed"].dtype.itemsize < whole.attributions["seed"].dtype.itemsize
    one, other = (evidence({"run": (study, None)}, Options(values=values)) for study in (whole, compact))
    assert one == other
    assert json.dumps(summary_of(compact)) == json.dumps(summary_of(whole))
    assert repr(compact) == repr(whole)


def test_two_runs_of_compact_tables_differ_by_as_much(table_study: Study, tmp_path: Path) -> None:
    halved = replace(table_study, attributions=table_study.attributions.assign(coefficient=lambda rows: _mixed(rows)))
    for name, study in (("one", table_study), ("other", halved)):
        study.save(tmp_path / name)
    found = [
        list(changes({name: load(tmp_path / name) for name in ("one", "other")}))
        for load in (limeeval.load, load_to_draw)
    ]
    assert found[0] == found[1]
    assert "Not compared" not in found[0][0][1]


def _mixed(rows: pd.DataFrame) -> pd.Series:
    """Coefficients of which every second run has another sign and order."""
    return rows["coefficient"].where(rows["seed"] % 2 == 0, 1 / (rows["feature"] + 1))


def _rows_changed(run: Path) -> None:
    fits = pd.read_parquet(run / "fits.parquet")
    fits.assign(ess=2 * fits["ess"]).to_parquet(run / "fits.parquet", index=False)


def _scores_changed(run: Path) -> None:
    scores = pd.read_parquet(run / "scores.parquet")
    scores.assign(estimate=1.0).to_parquet(run / "scores.parquet", index=False)


def _provenance(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], None]:
    def changed(run: Path) -> None:
        path = run / "provenance.json"
        found = json.loads(path.read_text(encoding="utf-8"))
        change(found)
        path.write_text(json.dumps(found), encoding="utf-8")

    return changed


def _other_k(run: Path) -> None:
    path = run / "summary.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    found["runs"][0]["k"] = 2
    path.write_text(json.dumps(found), encoding="utf-8")


@pytest.mark.parametrize(
    "change",
    [
        _rows_changed,
        _scores_changed,
        _other_k,
        lambda run: (run / "scores.parquet").unlink(),
        lambda run: (run / "provenance.json").unlink(),
        _provenance(lambda found: found.update(limeeval="0.0.1")),
        _provenance(lambda found: found["files_sha256"].pop("attributions.parquet")),
        _provenance(lambda found: found["files_sha256"].pop("scores.parquet")),
    ],
)
def test_scores_are_made_where_those_there_may_be_of_other_rows(
    change: Callable[[Path], None], run: Path, table_study: Study, made
) -> None:
    change(run)
    for load in (limeeval.load, load_to_draw):
        made.clear()
        study = load(run)
        scores = study.scores
        assert made == [len(table_study.attributions)]
        pd.testing.assert_series_equal(study.attributions["task"], table_study.attributions["task"])
        if change is not _other_k:
            known = table_study.scores
            ess = known["metric"] == "ess"
            factor = 2 if change is _rows_changed else 1
            assert scores.loc[ess, "estimate"].tolist() == (factor * known.loc[ess, "estimate"]).tolist()
            pd.testing.assert_frame_equal(scores[~ess], known[~ess], check_exact=True)
