"""The project's own gate (experiments/gate), thresholds and baselines: green as it is, and for the same done in another
way; red for faults, which are put in one by one."""

import contextlib
import io
import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from limeeval.app import main
from limeeval.lime import cells, collect, explainers, image_explainer, segmentation
from limeeval.lime.masking import Masking
from limeeval.lime.model import Model
from limeeval.lime.neighborhood import Neighborhood
from limeeval.lime.tabular import TabularDomain

from .scripts import module_of

FOLDER = Path(__file__).parents[1] / "experiments" / "gate"


GATE = module_of(FOLDER / "gate.py")
PROFILES = dict(GATE.PROFILES)


class Judged(NamedTuple):
    """What became of a profile: the gate's exit code, what it printed, and verdicts as ``check --json`` has them."""

    code: int
    said: str
    verdicts: list[dict[str, Any]]

    @property
    def red(self) -> list[dict[str, Any]]:
        return [one for one in self.verdicts if one["fails"]]

    @property
    def compared(self) -> list[dict[str, Any]]:
        """Numbers of what was held against the baseline."""
        return [one["numbers"] for one in self.verdicts if "drop" in one["numbers"]]


@pytest.fixture
def judged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Callable[..., Judged]:
    """``judged(profile, change, ...)``: the very sweep, thresholds and baseline of the gate, in this process."""
    monkeypatch.chdir(GATE.ROOT)
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setenv("HYDRA_FULL_ERROR", "")
    for name in ("GITHUB_ACTIONS", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("write_report", "write_side_by_side"):
        monkeypatch.setattr(f"limeeval.study.report_files.{name}", lambda *_: None)
    results = tmp_path / "checked.json"

    def limeeval(*arguments: str) -> tuple[int, str]:
        more = [f"--json={results}"] if arguments[0] == "check" else []
        monkeypatch.setattr(sys, "argv", ["limeeval", *arguments, *more])
        said = io.StringIO()
        with pytest.raises(SystemExit) as exited, contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
            main()
        return int(exited.value.code or 0), said.getvalue()

    monkeypatch.setattr(GATE, "limeeval", limeeval)

    def run(name: str, *changes: str) -> Judged:
        monkeypatch.setitem(GATE.PROFILES, name, [*PROFILES[name], *changes])
        results.unlink(missing_ok=True)
        code = GATE.gated(name, tmp_path / "run")
        found = json.loads(results.read_text(encoding="utf-8"))["verdicts"] if results.exists() else []
        return Judged(code, capsys.readouterr().out, found)

    return run


def same_seeds(real: Callable, self: Neighborhood, *args: Any) -> Any:
    """Whatever the seed, the same draws."""
    return real(replace(self, seed=0), *args)


def even(real: Callable, *args: Any) -> Any:
    """Bins and categories as often as one another, whatever the data."""
    return np.ones_like(real(*args))


def own_value(real: Callable, self: TabularDomain, *args: Any) -> Any:
    """Another bin is drawn, and no value from it: that of the instance stays."""
    drawn, values = real(self, *args)
    values[:] = self.row[self.columns]
    return drawn, values


def rootless(real: Callable, distances: Any, kernel_width: float) -> Any:
    """exp(-D^2 / nu^2), of which the kernel is the root."""
    return np.square(real(distances, kernel_width))


def without_a_tenth(real: Callable, rows: Any, weights: Any, **known: Any) -> Any:
    """Every tenth sample is as if it had not been."""
    rows = rows.copy()
    rows[9::10] = 0
    return real(rows, weights, **known)


def next_answers(real: Callable, self: Model, *args: Any, **known: Any) -> Any:
    """Each sample but the instance has the answer to the sample after it."""
    found = real(self, *args, **known)
    return np.concatenate([found[:1], np.roll(found[1:], 1, axis=0)])


def next_superpixel(real: Callable, self: Masking, masks: Any, out: Any) -> None:
    """Each superpixel's pixels follow the switch of the one before it."""
    real(self, np.roll(masks, 1, axis=1), out)


def counted_from_one(real: Callable, self: Masking, masks: Any, out: Any) -> None:
    """Each follows the switch of the one after it, the last its own: the first switch hides nothing."""
    real(self, np.concatenate([masks[:, 1:], masks[:, -1:]], axis=1), out)


def last_never_hidden(real: Callable, self: Masking, masks: Any, out: Any) -> None:
    real(self, np.concatenate([masks[:, :-1], masks[:, -1:] | True], axis=1), out)


def first_never_hidden(real: Callable, self: Masking, masks: Any, out: Any) -> None:
    real(self, np.concatenate([masks[:, :1] | True, masks[:, 1:]], axis=1), out)


def one_too_many(real: Callable, *args: Any) -> Any:
    """Labels from 1: a superpixel 0 that no pixel is in."""
    return real(*args) + 1


FAULTS = {
    "seeds ignored": (Neighborhood, "_uniforms", same_seeds, {"sample_count": {"jaccard"}}),
    "bins drawn evenly": (cells, "_counted", even, {"sample_count": {"r2_fresh"}}),
    "values not drawn": (TabularDomain, "draw", own_value, {"sample_count": {"r2_fresh"}}),
    "kernel without its root": (
        explainers,
        "exponential_kernel",
        rootless,
        {"kernel_width": {"ess", "r2_fresh", "jaccard", "log_sd"}},
    ),
    "kernel of images without its root": (image_explainer, "exponential_kernel", rootless, {"segmentation": {"ess"}}),
    "a tenth dropped": (
        collect,
        "group_moments",
        without_a_tenth,
        {"kernel_width": {"ess", "log_sd"}, "sample_count": {"ess"}, "lime_defaults": {"ess"}, "segmentation": {"ess"}},
    ),
    "answers of other samples": (Model, "predict", next_answers, {"lime_defaults": {"r2_fresh", "jaccard"}}),
    "superpixels off by one": (Masking, "compose", next_superpixel, {"segmentation": {"pixel_spearman"}}),
    "superpixels from one on": (Masking, "compose", counted_from_one, {"segmentation": {"pixel_spearman"}}),
    "last superpixel never hidden": (Masking, "compose", last_never_hidden, {"segmentation": {"pixel_spearman"}}),
    "first superpixel never hidden": (Masking, "compose", first_never_hidden, {"segmentation": {"pixel_spearman"}}),
    "a superpixel too many": (
        segmentation,
        "_renumbered",
        one_too_many,
        {"segmentation": {"unknowns_per_effective_sample"}},
    ),
}
"""Where each is put in (owner, function), what is put in, and by profile metrics that must turn red."""


@pytest.fixture
def put(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """``put(owner, name, changed)`` has ``changed`` called in place of a function, which it is given first."""

    def put_in(owner: Any, name: str, changed: Callable) -> list[str]:
        calls: list[str] = []
        real = getattr(owner, name)

        def called(*args: Any, **known: Any) -> Any:
            calls.append(name)
            return changed(real, *args, **known)

        monkeypatch.setattr(owner, name, called)
        return calls

    return put_in


@pytest.mark.parametrize("profile", PROFILES)
def test_it_is_green(profile: str, judged) -> None:
    found = judged(profile)
    assert (found.code, found.red) == (0, []), found.said
    assert {one["status"] for one in found.verdicts} == {"pass"}


@pytest.mark.parametrize(
    ("fault", "profile"), [(fault, profile) for fault, (*_, profiles) in FAULTS.items() for profile in profiles]
)
@pytest.mark.filterwarnings("ignore::RuntimeWarning:limeeval.metrics")  # Without pixels: no coefficient a pixel.
def test_a_fault_turns_it_red(fault: str, profile: str, judged, put) -> None:
    owner, name, changed, metrics = FAULTS[fault]
    calls = put(owner, name, changed)
    found = judged(profile)
    assert calls
    assert found.code == 1, found.said
    assert metrics[profile] <= {one["metric"] for one in found.red}
    failed = [one for one in found.red if one["status"] == "fail"]
    assert "✗ fail" in found.said
    assert failed
    for one in failed:
        assert one["sentence"].startswith(f"{one['metric']} is ")
        assert one["numbers"]["worst"]


@pytest.mark.parametrize(
    ("profile", "changes"),
    [
        ("sample_count", ["n_jobs=2"]),
        ("sample_count", ["batch_rows=750"]),
        ("kernel_width", ["seeds=[20,21,22,23,24,25,26,27,28,29]"]),
        ("sample_count", ["seeds=[20,21,22,23,24,25,26,27,28,29]"]),
        ("segmentation", ["seeds=[20,21,22,23,24,25,26,27]", "batch_rows=100"]),
    ],
)
def test_the_same_in_another_way_is_green(profile: str, changes: list[str], judged) -> None:
    found = judged(profile, *changes)
    assert (found.code, found.red) == (0, []), found.said
    others = changes[0].startswith("seeds=")
    assert [one["same_samples"] != others for one in found.compared] == [True] * len(found.compared)
    assert others or max(abs(one["drop"]) for one in found.compared) < 1e-9


def test_predictions_from_a_store_are_green(judged, put, tmp_path: Path) -> None:
    calls = put(Model, "predict", lambda real, self, *args, **known: real(self, *args, **known))
    for most in (1000, 10):  # Of what is stored, a batch of each segmentation is predicted again.
        calls.clear()
        found = judged("segmentation", "batch_rows=500", f"store={tmp_path / 'kept'}")
        assert (found.code, found.red) == (0, []), found.said
        assert most / 10 <= len(calls) <= most
    assert list((tmp_path / "kept").iterdir())


def in_powers_of_two(real: Callable, distances: Any, kernel_width: float) -> Any:
    """The same kernel, rounded elsewhere."""
    return np.exp2(distances * distances / (kernel_width * kernel_width) * (-0.5 / np.log(2)))


def in_halves(real: Callable, rows: Any, weights: Any, **known: Any) -> Any:
    """The same sums: of the later samples first, then of the earlier ones."""
    there = np.arange(len(rows)) < len(rows) // 2
    later, earlier = (real(np.where(own[:, None], rows, 0), weights, **known) for own in (~there, there))
    return later + earlier


@pytest.mark.parametrize("profile", ["kernel_width", "segmentation"])
@pytest.mark.parametrize(
    ("owners", "name", "changed"),
    [
        ([explainers, image_explainer], "exponential_kernel", in_powers_of_two),
        ([collect], "group_moments", in_halves),
    ],
)
def test_what_rounds_otherwise_is_green(profile: str, owners, name, changed, judged, put) -> None:
    calls = [put(owner, name, changed) for owner in owners]
    found = judged(profile)
    assert any(calls)
    assert (found.code, found.red) == (0, []), found.said
    assert all(one["same_samples"] and abs(one["drop"]) < 1e-9 for one in found.compared)


def test_every_profile_has_its_files_and_its_place_in_the_readme() -> None:
    files = {suffix: {path.stem for path in FOLDER.glob(f"*.{suffix}")} for suffix in ("yaml", "parquet")}
    assert files == {"yaml": set(PROFILES), "parquet": set(PROFILES)}
    readme = (FOLDER / "README.md").read_text(encoding="utf-8")
    assert [name for name in PROFILES if f"| {name} |" not in readme] == []
