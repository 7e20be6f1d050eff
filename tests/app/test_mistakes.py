"""Wrong input: one line, exit code 2, nothing left behind."""

from pathlib import Path

import pytest
from filelock import FileLock

EXPERIMENTS = "kernel_width, lime_defaults, quick, recommend, sample_count, seeds"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["lime.kernel_width=-1"], "kernel_width must be a number above 0, got -1"),
        (["lime.kernel_width=1", "lime.kernel_width_factor=1"], "state the same thing: give one, got 1 and 1"),
        (["lime.num_samples=0"], "lime.num_samples must be a whole number of at least 2, got 0"),
        (["lime.num_samples=[]"], "lime.num_samples must have at least one value, got an empty list"),
        (["lime.kernel_widht=1"], "no key lime.kernel_widht; did you mean lime.kernel_width?"),
        (["+lime.kernel_widht=1"], "no key lime.kernel_widht; did you mean lime.kernel_width?"),
        (["seed=1"], "the key is seeds, got seed=1"),
        (["seeds=0"], "seeds must be a whole number of at least 1, got 0"),
        (["seeds=3,3"], "seeds must be a count or a list of different seeds, got [3, 3]"),
        (["instances=0"], "instances must be between 1 and"),
        (["instances=17,100000"], "instances must be row numbers from 0 to 999, got 100000"),
        (["metrics.k=20"], "metrics.k must be between 1 and 10, for 20 features of which 10 are named, got 20"),
        (["metrics.k=0"], "metrics.k must be between 1 and 10"),
        (["metrics.k=3", "lime.num_features=2,5"], "metrics.k must be between 1 and 2"),
        (["metrics=3"], "metrics has keys of its own, as metrics.k=VALUE, got metrics=3"),
        (["lime.labels=good", "lime.top_labels=1"], "lime.labels and lime.top_labels exclude each other"),
        (["lime.labels=ugly"], "labels must be among 0 (bad), 1 (good), got 'ugly'"),
        (["task=diabetes", "lime.labels=good"], "regression has one output"),
        (["batch_rows=100"], "batch_rows must be a whole number of at least 250, got 100"),
        (["n_jobs=0"], "n_jobs must be a number of processes, or -1 for all cores, got 0"),
        (["target.jaccard=2"], "target.jaccard must be between 0 and 1, got 2"),
        (["target.fidelity_at=0"], "target.fidelity_at must be a number above 0, got 0"),
        (["store_limit=0"], "store_limit must be a number of GiB above 0, got 0"),
        (["store=file"], "store must be a folder, or null for none, got file"),
        (["store="], "store must be a folder, or null for none, got nothing"),
        (["dry_run=maybe"], "dry_run must be true or false, got maybe"),
        (["explainer=os:getcwd"], "trust=true must be given to run code that the command line names"),
        (["explainer=nowhere:found", "trust=true"], "module:callable that can be imported, got nowhere:found"),
        (["explainer=found", "trust=true"], "explainer must be lime or a module:callable, got found"),
        (["explainer=os:getcwd", "trust=true"], "explainer must be a function of (X, predict_fn, seed, **settings)"),
        (
            ["task=nope"],
            "task must be one of breast_cancer, diabetes, digits, german_credit, imagenet, iris, mnist_cnn, ",
        ),
        (["model=nope"], "model must be one of boosting, cnn, efficientnet, forest, logistic, mlp, svm, got nope"),
        (["task=digits", "lime.segmentation=slick"], "segmentation must be one of quickshift, slic, felzenszwalb, "),
        (
            ["task=digits", "lime.segmentation=slic(20)"],
            "segmentation must be written as slic(n_segments=20), got slic(20)",
        ),
        (["task=digits", "lime.segmentation=slic,,grid"], "cannot read lime.segmentation=slic,,grid"),
        (["task=digits", "lime.segmentation=slic,slic"], "segmentations must have different names, got slic"),
        (["task=digits", "lime.segmentation={algorithm:slic,cuts:3}"], "parameters of slic must be among n_segments, "),
        (["task=digits", "lime.segmentation=os.path.join"], "segmentation must be inside skimage or limeeval"),
        (["task=digits", "lime.segmentation=lime"], "segmentation must give at least two superpixels, got one from"),
        (["task=digits", "lime.hide_color=300"], "hide_color must be what a uint8 image can hold, 0 to 255, got [300]"),
        (["task=digits", "lime.discretizer=decile"], "lime.segmentation is for images and lime.discretizer for tables"),
        (["task=iris", "lime.segmentation=slic"], "lime.segmentation is for images and lime."),
        (["task=digits", "modality=table"], "modality must be image for task digits, got table"),
        (["task=iris", "model=cnn"], "model"),
        (["task=digits", "explainer=os:getcwd", "trust=true"], "explainer must be lime for tasks of images"),
        (["segmentation=slic"], "the key is lime.segmentation, got segmentation=slic"),
        (["experiment=nope"], f"experiment must be one of {EXPERIMENTS}, got nope"),
        (["task=iris,wine"], "task takes one value; several: -m task=iris,wine"),
        (["model.params.depth=3"], "model.params must be parameters of sklearn.ensemble.RandomForestClassifier"),
        (["model.classification=no.Such"], "model.classification must be a dotted path that can be imported"),
        (["task.data=raising.data"], "'raising.data' raised TypeError"),
        (["out=file/run"], "file/run: Not a directory"),
        (["-m", "model=forest,svm", "out=file/run"], "file/run: Not a directory"),
        (["out=~/run"], "out must not begin with ~, which shells leave as it is after an equals sign, got out="),
        (["-m", "out=a,b"], "out takes one folder, in which -m makes one for each job"),
        (["--config-dir", "nowhere"], "--config-dir must be a folder, got nowhere"),
        (["foo"], "arguments must be key=value or one of the subcommands explain, report, check, rerun, got foo"),
        (["explain", "foo"], "arguments must be key=value, got foo"),
        (["explain", "instances=3,4"], "explain takes one value of each setting, got several of instances"),
        (["report"], "RUN_DIR must be given where outputs holds no run"),
        (["report", "empty"], "empty must be the folder of a finished run, got no run"),
        (
            ["report", "task=iris"],
            "report takes folders of runs, and out=, report.style=, report.values=, got task=iris",
        ),
        (["rerun", "seeds=3"], "RUN_DIR must be given where outputs holds no run"),
        (["rerun", "empty"], "RUN_DIR must hold the provenance.json of a run, got empty: it has none"),
        (["rerun", "nowhere"], "RUN_DIR must be the folder of a run, got nowhere, which is no folder"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_mistake_is_one_message(arguments: list[str], message: str, cli, tmp_path: Path, cache: Path) -> None:
    (tmp_path / "file").write_text("not a folder", encoding="utf-8")
    (tmp_path / "empty").mkdir()
    (tmp_path / "raising.py").write_text("def data():\n    return len(None)\n", encoding="utf-8")
    before = {path for path in tmp_path.iterdir() if path.name != "__pycache__"}
    ran = cli(*arguments)
    assert ran.code == 2
    assert message in ran.message
    assert {path for path in tmp_path.iterdir() if path.name != "__pycache__"} == before
    assert list(cache.iterdir()) == []


def test_a_mistake_in_a_process_of_its_own(process, tmp_path: Path) -> None:
    ran = process("out=run", "lime.num_samples=0")
    assert (ran.code, ran.out) == (2, "")
    assert ran.message == "lime.num_samples must be a whole number of at least 2, got 0"
    assert list(tmp_path.iterdir()) == []


def test_empty_folders_that_the_user_has_made_stay(process, tmp_path: Path) -> None:
    here = tmp_path / "mine" / "here"
    here.mkdir(parents=True)
    assert process("seeds=0", "out=mine/here").code == 2
    assert process("seeds=0", "out=mine/new/one").code == 2
    assert here.is_dir()
    assert list((tmp_path / "mine").iterdir()) == [here]


@pytest.mark.parametrize("several", [[], ["-m", "model=forest,logistic"]], ids=["one job", "several jobs"])
def test_a_folder_that_another_run_uses(several: list[str], cli, tiny, tmp_path: Path) -> None:
    (tmp_path / "run").mkdir()
    with FileLock(tmp_path / "run" / ".lock"):
        ran = cli("task=iris", "out=run", *several, *tiny)
    assert ran.code == 2
    assert "out must be a folder that no other run is using, got" in ran.message
    assert {path.name for path in (tmp_path / "run").iterdir()} <= {".lock", "multirun.yaml"}
    assert cli("task=iris", "out=run", *several, *tiny).code == 0


def test_a_job_with_a_mistake_does_not_keep_the_others(cli, tiny, tmp_path: Path) -> None:
    ran = cli("-m", "task=iris,wine", "lime.labels=setosa", "out=run", *tiny)
    assert ran.code == 2
    assert "labels must be among 0 (class_0)" in ran.message
    assert (tmp_path / "run" / "0" / "scores.parquet").is_file()
    assert not (tmp_path / "run" / "1" / "fits.parquet").exists()
    assert (tmp_path / "run" / "scores.parquet").is_file()
