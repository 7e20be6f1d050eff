"""Loading a run's folder: what is not a whole run of this version is one clear message, and nothing is written."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from shutil import copytree
from typing import Any

import pandas as pd
import pytest

import limeeval
from limeeval.app import main
from limeeval.study.folder import provenance_in, rebuild
from limeeval.study.study import Study
from limeeval.sweep.columns import DRAWN, MEASURED

LIME = {"num_samples": [60, 120], "kernel_width_factor": [0.5, 1]}


@pytest.fixture(scope="module")
def study(notebook) -> Study:
    return limeeval.evaluate(notebook.explainer, notebook.x[:3], notebook.forest, seeds=3, nonlinearity=True, **LIME)


@pytest.fixture(scope="module")
def saved(study: Study, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("runs") / "saved"
    study.save(folder)
    return folder


@pytest.fixture
def run(saved: Path, tmp_path: Path) -> Path:
    """A copy of a run that tests may break."""
    return copytree(saved, tmp_path / "run")


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def changed_table(folder: Path, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> None:
    path = folder / f"{name}.parquet"
    change(pd.read_parquet(path)).to_parquet(path, index=False)


def changed_summary(folder: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    path = folder / "summary.json"
    found = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(change(found) or found), encoding="utf-8")


def changed_run(**fields: Any) -> Callable[[dict[str, Any]], None]:
    return lambda summary: summary["runs"][0].update(fields)


def without(*columns: str) -> Callable[[pd.DataFrame], pd.DataFrame]:
    return lambda table: table.drop(columns=list(columns))


def cut(name: str) -> Callable[[Path], Any]:
    """The first half of a file."""
    return lambda folder: os.truncate(folder / name, (folder / name).stat().st_size // 2)


def table(name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Callable[[Path], Any]:
    return lambda folder: changed_table(folder, name, change)


def summary(change: Callable[[dict[str, Any]], Any]) -> Callable[[Path], Any]:
    return lambda folder: changed_summary(folder, change)


def written(name: str, text: str) -> Callable[[Path], Any]:
    return lambda folder: (folder / name).write_text(text, encoding="utf-8")


UNREADABLE = [
    (cut("attributions.parquet"), r"attributions\.parquet is not Parquet \("),
    (cut("nonlinearity.parquet"), r"nonlinearity\.parquet is not Parquet \("),
    (written("fits.parquet", ""), r"fits\.parquet is not Parquet \("),
    (written("instances.parquet", "PAR1 but no table PAR1"), r"instances\.parquet is not Parquet \("),
    (cut("summary.json"), r"summary\.json is not JSON \("),
    (written("summary.json", ""), r"summary\.json is not JSON \("),
    (written("summary.json", "[]"), r"summary\.json must be a JSON object, got a list"),
    (written("summary.json", "{}"), "summary.json lacks runs, target"),
    (summary(lambda found: {**found, "runs": {}}), "runs in summary.json must be a list of one at least, got {}"),
    (summary(lambda found: {**found, "runs": []}), "runs in summary.json must be a list of one at least"),
    (summary(lambda found: {**found, "runs": ["x"]}), "runs in summary.json must be an object, got 'x'"),
    (summary(lambda found: {**found, "target": 0.9}), "target in summary.json must be an object, got 0.9"),
    (summary(lambda found: {**found, "remarks": "a remark"}), "remarks in summary.json must be a list of text"),
    (summary(changed_run(k="five")), "k of runs in summary.json must be a whole number, got 'five'"),
    (summary(changed_run(seeds=True)), "seeds of runs in summary.json must be a whole number, got True"),
    (summary(changed_run(quality=[])), "quality of runs in summary.json must be a number or null"),
    (summary(changed_run(arguments="x")), "arguments of runs in summary.json must be a list of text or null"),
    (written("provenance.json", "[]"), "provenance.json must be a JSON object, got a list"),
    (written("provenance.json", '{"models": 3}'), "provenance.json must have an object of models, got a int"),
    (table("fits", lambda found: found[:0]), "fits.parquet must have at least one row, got none"),
    (table("instances", lambda found: found[:0]), "instances.parquet must have at least one row, got none"),
    (table("attributions", lambda found: found[:0]), "attributions.parquet must have at least one row, got none"),
    (
        table("attributions", lambda found: found.assign(coefficient="0.1")),
        r"coefficient in attributions.parquet must be numbers, got (str|object)",
    ),
    (table("fits", lambda found: found.assign(ess="many")), "ess in fits.parquet must be numbers, got"),
    (
        table("instances", lambda found: found.assign(instance=0.5)),
        "instance in instances.parquet must be whole numbers, got float64",
    ),
    (table("attributions", lambda found: found.assign(feature_name=3)), "feature_name in .* must be text, got int64"),
]


@pytest.mark.parametrize(("broken", "message"), UNREADABLE, ids=[message[:50] for _, message in UNREADABLE])
def test_files_that_cannot_be_read(broken: Callable[[Path], Any], message: str, run: Path) -> None:
    broken(run)
    before = contents(run)
    with pytest.raises(ValueError, match=f"must be the folder of a run, got files that cannot be read: {message}") as e:
        limeeval.load(run)
    assert "\n" not in str(e.value)
    assert contents(run) == before


MIXED_UP = [
    (
        table("instances", lambda found: found[found["instance"] > 0]),
        "instances.parquet and fits.parquet must be of one run, got task study, model .*, instance 0, label",
    ),
    (
        table("instances", lambda found: found.assign(model_prediction=found["model_prediction"] / 2)),
        "instances.parquet and fits.parquet must be of one run, got model_prediction",
    ),
    (
        table("attributions", lambda found: found[found["seed"] < 2]),
        "attributions.parquet and fits.parquet must be of one run, got .* seed 2 in the latter only",
    ),
    (
        table("attributions", lambda found: found.assign(num_samples=found["num_samples"] + 1)),
        "got num_samples 121 in the latter only",
    ),
    (table("attributions", lambda found: found.assign(penalty=1.0)), "must have the same settings, got penalty in one"),
    (table("fits", without("num_features")), "must have the same settings, got num_features in one"),
    (summary(changed_run(task="another")), "summary.json and attributions.parquet must be of one run, got task study"),
]


@pytest.mark.parametrize(("broken", "message"), MIXED_UP, ids=[message[:50] for _, message in MIXED_UP])
def test_tables_of_two_runs(broken: Callable[[Path], Any], message: str, run: Path) -> None:
    broken(run)
    with pytest.raises(
        ValueError, match=f"must be the folder of a run, got files that are not of one run: .*{message}"
    ):
        limeeval.load(run)


@pytest.mark.parametrize("column", ["standard_error", "feature_name", "explainer"])
def test_attributions_of_another_version(column: str, run: Path) -> None:
    changed_table(run, "attributions", without(column))
    changed_summary(run, lambda found: {**found, "limeeval": "0.0.1"})
    rule = f"must be a run as limeeval {limeeval.__version__} writes it, got one of limeeval 0.0.1: "
    with pytest.raises(ValueError, match=f"{rule}attributions.parquet lacks {column}. Evaluate it again, and save it"):
        limeeval.load(run)


@pytest.mark.parametrize("column", MEASURED)
def test_every_measured_column_of_limes_fits_is_needed(column: str, run: Path) -> None:
    changed_table(run, "fits", without(column))
    with pytest.raises(ValueError, match=f"fits.parquet lacks {column}. "):
        limeeval.load(run)


def test_runs_from_before_digests_of_what_was_drawn(run: Path, study: Study) -> None:
    assert study.fits[DRAWN].nunique() == 3 * 3 * 2
    assert limeeval.load(run).fits[DRAWN].tolist() == study.fits[DRAWN].tolist()
    changed_table(run, "fits", without(DRAWN))
    assert limeeval.load(run).scores.equals(study.scores)
    changed_table(run, "fits", lambda fits: fits.assign(**{DRAWN: None}))
    assert limeeval.load(run).fits[DRAWN].isna().all()
    changed_table(run, "fits", lambda fits: fits.assign(**{DRAWN: 0.5}))
    with pytest.raises(ValueError, match=r"neighborhood in fits\.parquet must be text, got float64"):
        limeeval.load(run)


def test_several_tables_of_another_version_whose_command_is_known(run: Path) -> None:
    changed_table(run, "fits", without("ess", "is_supported"))
    changed_table(run, "terms", without("gain"))
    changed_summary(run, lambda found: {key: value for key, value in found.items() if key != "limeeval"})
    written("provenance.json", "{")(run)
    with pytest.raises(ValueError, match=r"terms\.parquet lacks gain\. Evaluate it again, and save it"):
        limeeval.load(run)
    written("provenance.json", '{"arguments": ["task=iris"]}')(run)
    with pytest.raises(ValueError, match="got one of an unknown version: ") as raised:
        limeeval.load(run)
    assert "fits.parquet lacks ess, is_supported; terms.parquet lacks gain. " in str(raised.value)
    assert str(raised.value).endswith(f"Run it again: python -m limeeval rerun {run}")


def test_summaries_of_another_version(run: Path) -> None:
    changed_summary(run, lambda found: found["runs"][0].update(mood="good", limes=3))
    with pytest.raises(ValueError, match=r"runs in summary\.json has an unknown mood, limes\. Evaluate it again"):
        limeeval.load(run)
    changed_summary(run, lambda found: [found["runs"][0].pop(name) for name in ("mood", "limes", "explained")] and None)
    with pytest.raises(ValueError, match=r"runs in summary\.json lacks explained\. Evaluate it again"):
        limeeval.load(run)


def test_what_a_description_may_leave_out_is_not_needed(run: Path, study: Study) -> None:
    changed_summary(run, lambda found: found["runs"][0].pop("feature_unit") and None)
    assert repr(limeeval.load(run)) == repr(study)


def test_a_folder_that_is_no_run(tmp_path: Path) -> None:
    rule = "must be the folder of a finished run, got no run: "
    with pytest.raises(ValueError, match=rf"{rule}no attributions\.parquet, fits\.parquet, instances\.parquet, sum"):
        limeeval.load(tmp_path)
    with pytest.raises(ValueError, match=f"{rule}there is no such folder"):
        limeeval.load(tmp_path / "nowhere")
    (tmp_path / "file").touch()
    with pytest.raises(ValueError, match=f"{rule}it is a file"):
        limeeval.load(tmp_path / "file")


def test_an_unfinished_run(run: Path) -> None:
    (run / "summary.json").unlink()
    (run / ".hydra").mkdir()
    with pytest.raises(ValueError, match=r"got a run that has not finished: no summary\.json$"):
        limeeval.load(run)
    written("status.json", '{"code": 2, "message": "seeds must be\\n a number"}')(run)
    with pytest.raises(ValueError, match=r"no summary\.json; failed with exit code 2 \(seeds must be a number\)$"):
        limeeval.load(run)
    written("status.json", "{")(run)
    with pytest.raises(ValueError, match=r"no summary\.json; status\.json is not JSON \("):
        limeeval.load(run)


def test_an_unfinished_run_of_several_jobs(saved: Path, tmp_path: Path) -> None:
    copytree(saved, tmp_path / "0")
    for number in (1, 2, 10):
        (tmp_path / str(number) / ".hydra").mkdir(parents=True)
    (tmp_path / "0" / ".hydra").mkdir()
    (tmp_path / "figures").mkdir()
    written("status.json", '{"code": 3, "message": "the model raised"}')(tmp_path / "2")
    jobs = r"its jobs: 0 has finished, 1 has not finished, 2 failed with exit code 3 \(the model raised\), 10 has not f"
    with pytest.raises(ValueError, match=f"a run that has not finished: no attributions.*; {jobs}"):
        limeeval.load(tmp_path)


@pytest.mark.parametrize(
    "broken",
    [
        cut("fits.parquet"),
        written("summary.json", "[]"),
        table("fits", without("r2_fresh")),
        table("instances", lambda found: found[:1]),
        written("provenance.json", "no JSON"),
        lambda folder: (folder / "summary.json").unlink(),
    ],
)
def test_report_answers_with_one_line(
    broken: Callable[[Path], Any], run: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    broken(run)
    before = contents(run)
    monkeypatch.setattr("sys.argv", ["limeeval", "report", str(run)])
    with pytest.raises(SystemExit) as exited:
        main()
    assert exited.value.code == 2
    said = capfd.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert said.err.startswith(f"limeeval: {run} must be ")
    assert contents(run) == before


def test_pictures_that_cannot_be_read(run: Path) -> None:
    written("segments.npz", "PK\x03\x04 no archive")(run)
    with pytest.raises(ValueError, match=r"segments\.npz is no archive of arrays"):
        limeeval.load(run)


def lime(x, predict_fn, seed):
    return x * (1 + seed)


@pytest.mark.parametrize("explain", [lambda x, predict_fn, seed: x * (1 + seed), lime])
def test_functions_need_no_fits_of_lime(explain: Callable[..., Any], notebook, tmp_path: Path) -> None:
    study = limeeval.evaluate(explain, notebook.x[:2], notebook.forest, seeds=2)
    study.save(tmp_path)
    assert repr(limeeval.load(tmp_path)) == repr(study)


def test_a_saved_study_says_where_it_comes_from(study: Study, saved: Path) -> None:
    found = provenance_in(saved)
    assert found is not None
    assert (found["command"], found["arguments"]) == (None, None)
    assert found["limeeval"] == limeeval.__version__
    assert "models" not in found
    assert set(found["files_sha256"]) == {path.name for path in saved.glob("*.parquet")}
    assert limeeval.load(saved).remarks == ()


def test_rows_that_are_saved_again_keep_their_origin(study: Study, run: Path, notebook) -> None:
    known = json.loads((run / "provenance.json").read_text(encoding="utf-8")) | {"command": "a command"}
    written("provenance.json", json.dumps(known))(run)
    limeeval.load(run).save(run)
    assert provenance_in(run) == known
    limeeval.evaluate(notebook.explainer, notebook.x[:1], notebook.forest, seeds=2, num_samples=60).save(run)
    after = provenance_in(run)
    assert after is not None
    assert after["command"] is None
    assert "terms.parquet" not in after["files_sha256"]


def test_files_that_changed_are_remarked_on_once(run: Path) -> None:
    changed_table(run, "terms", lambda found: found.assign(gain=found["gain"] * 2))
    changed = limeeval.load(run)
    remark = "terms.parquet: not as provenance.json describes (SHA-256), changed since"
    assert changed.remarks == (remark,)
    rebuild(changed, run)
    assert limeeval.load(run).remarks == (remark,)


def test_rebuilt_scores_have_their_digest_in_the_record(run: Path) -> None:
    before = provenance_in(run)
    (run / "scores.parquet").unlink()
    rebuild(limeeval.load(run), run)
    assert provenance_in(run) == before


def test_a_study_without_an_answer_leaves_the_folder_as_it_was(run: Path, study: Study) -> None:
    from dataclasses import replace

    before = contents(run)
    unknown = replace(study, descriptions=[replace(study.descriptions[0], model="another")])
    for write in (unknown.save, lambda folder: rebuild(unknown, folder)):
        with pytest.raises(ValueError, match="scores must have rows of"):
            write(run)
        assert contents(run) == before


def test_instances_of_several_models_of_one_name_are_told_apart(notebook, tmp_path: Path) -> None:
    from dataclasses import replace

    low, high = (
        limeeval.evaluate(notebook.explainer, notebook.x[:2], notebook.forest, seeds=2, num_samples=60, labels=[label])
        for label in (0, 1)
    )
    names = ("attributions", "fits", "instances")
    both = {
        name: pd.concat([getattr(one, name).assign(label=1, trees=n) for n, one in enumerate((high, low))])
        for name in names
    }
    both["instances"] = both["instances"][::-1]
    mixed = replace(low, **{name: table.reset_index(drop=True) for name, table in both.items()})
    mixed.save(tmp_path)
    assert limeeval.load(tmp_path).instances["trees"].tolist() == [1, 1, 0, 0]
    changed_table(tmp_path, "instances", lambda found: found.assign(trees=1 - found["trees"]))
    with pytest.raises(ValueError, match=r"got model_prediction .* trees "):
        limeeval.load(tmp_path)
