"""Stored predictions: what is found again, what is not, and what is said of files that cannot be believed."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from limeeval.lime import LimeTabularExplainer
from limeeval.lime.labels import Labels
from limeeval.lime.neighborhood import BLOCK, Answers, Batch
from limeeval.sweep.grid import TABLE_DEFAULTS, grid_of
from limeeval.sweep.plan import Names, Plan
from limeeval.sweep.run import run_sweep
from limeeval.sweep.store import Store, key_of, make_room
from limeeval.sweep.tables import Sweep

SETTINGS: dict[str, Any] = TABLE_DEFAULTS | {
    "kernel_width_factor": [0.5, 1],
    "num_samples": [100, 600],
    "num_features": 2,
}
DATA = np.random.default_rng(0).normal(size=(200, 4))
CLASSES = ("no", "maybe", "yes")
ASKED = Labels("classification", CLASSES, (1,))


def probabilities(rows: np.ndarray) -> np.ndarray:
    scores = np.exp(np.column_stack([rows[:, 0], rows[:, 1] * rows[:, 2], -rows[:, 3]]))
    return np.asarray(scores / scores.sum(axis=1, keepdims=True))


def plan_of(predict_fn: Any = probabilities, *, labels: Labels = ASKED, batch_rows: int = 1250, **changed: Any) -> Plan:
    """Three instances, two seeds each: 3600 rows, in batches of two neighborhoods."""
    return Plan(
        names=Names("made up", "softmax"),
        explainer=LimeTabularExplainer(DATA, class_names=CLASSES),
        instances=DATA[:3],
        ids=["a", "b", "c"],
        predict_fn=predict_fn,
        seeds=[0, 7],
        grid=grid_of(SETTINGS | changed),
        labels=labels,
        batch_rows=batch_rows,
    )


class Counting:
    """A model that remembers how many rows it was given in each call."""

    def __init__(self, predict_fn: Callable[[np.ndarray], np.ndarray] = probabilities) -> None:
        self.predict_fn = predict_fn
        self.calls: list[int] = []

    def __call__(self, rows: np.ndarray) -> np.ndarray:
        self.calls.append(len(rows))
        return self.predict_fn(rows)


def assert_equal(one: Sweep, other: Sweep) -> None:
    """The tables of two sweeps are the same bit by bit."""
    for table in ("attributions", "fits", "instances"):
        pd.testing.assert_frame_equal(getattr(one, table), getattr(other, table), check_exact=True)


@pytest.fixture(scope="module")
def unstored() -> Sweep:
    return run_sweep(plan_of())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store in which the plan's predictions lie; nothing of it has been checked yet."""
    run_sweep(plan_of(), store=Store(tmp_path, "softmax"))
    return Store(tmp_path, "softmax")


def files_of(store: Store) -> list[Path]:
    return sorted(store.folder.iterdir())


# --- One batch -------------------------------------------------------------------------------------------------------


def test_a_batch_is_read_back_bit_by_bit(tmp_path: Path) -> None:
    outputs = np.array([[0.1, -0.0], [5e-324, 1e300], [1 / 3, np.nextafter(1, 2)]])
    Store(tmp_path, "m").write("key", Answers(np.array([[0.1, 0.2, 0.7]]), outputs))
    found = Store(tmp_path, "m").read("key")
    assert found is not None
    assert found.outputs.tobytes() == outputs.tobytes()
    assert found.predictions.tobytes() == np.array([[0.1, 0.2, 0.7]]).tobytes()
    assert [path.name for path in tmp_path.rglob("*") if path.is_file()] == ["key.npz"]


def test_nothing_is_found_of_another_model_or_batch(tmp_path: Path) -> None:
    Store(tmp_path, "m").write("key", Answers(np.ones((1, 2)), np.ones((3, 1))))
    assert Store(tmp_path, "other").read("key") is None
    assert Store(tmp_path, "m").read("other") is None
    assert Store(tmp_path, "m", reads=False).read("key") is None


ROWS = np.arange(12.0).reshape(6, 2)
FRAME = pd.DataFrame({"age": [20, 30, 40], "job": ["a", "b", "a"]})


def batch_of(inputs: Any, sizes: tuple[int, ...] = (6,), begun: Any = None) -> Batch:
    return Batch(inputs, sizes, begun, "some instance")


def test_the_same_rows_have_the_same_key() -> None:
    assert key_of(batch_of(ROWS), ASKED) == key_of(batch_of(ROWS.copy()), ASKED)
    assert key_of(batch_of(FRAME, (3,)), ASKED) == key_of(batch_of(FRAME.copy(), (3,)), ASKED)
    assert key_of(batch_of(["a b", "b c"], (2,)), ASKED) == key_of(batch_of(["a b", "b c"], (2,)), ASKED)


def one_bit_off(rows: np.ndarray) -> np.ndarray:
    changed = rows.copy()
    changed[4, 1] = np.nextafter(changed[4, 1], 100)
    return changed


@pytest.mark.parametrize(
    "other",
    [
        batch_of(one_bit_off(ROWS)),
        batch_of(ROWS.astype(np.float32)),
        batch_of(ROWS[::-1]),
        batch_of(pd.DataFrame(ROWS)),
        batch_of(ROWS, (3, 3)),
        batch_of(ROWS, begun=np.array([0.5, 0.5])),
    ],
    ids=["one bit", "dtype", "order", "container", "pieces", "begun before"],
)
def test_other_rows_have_another_key(other: Batch) -> None:
    assert key_of(other, ASKED) != key_of(batch_of(ROWS), ASKED)


@pytest.mark.parametrize(
    "other",
    [
        FRAME.rename(columns={"age": "years"}),
        FRAME.astype({"age": float}),
        FRAME.astype({"job": "category"}),
        FRAME[["job", "age"]],
        FRAME.assign(job=["a", "b", "b"]),
        FRAME.iloc[[1, 0, 2]],
    ],
    ids=["column name", "dtype", "category", "column order", "value", "row order"],
)
def test_another_frame_has_another_key(other: pd.DataFrame) -> None:
    assert key_of(batch_of(other, (3,)), ASKED) != key_of(batch_of(FRAME, (3,)), ASKED)


@pytest.mark.parametrize(
    "asked",
    [
        Labels("classification", CLASSES, (2,)),
        Labels("classification", CLASSES, (1, 2)),
        Labels("classification", CLASSES, (), 1),
        Labels("classification", ("yes", "no", "maybe"), ("yes",)),
    ],
)
def test_other_labels_asked_have_another_key(asked: Labels) -> None:
    assert key_of(batch_of(ROWS), asked) != key_of(batch_of(ROWS), ASKED)


# --- A run again -----------------------------------------------------------------------------------------------------


def test_a_second_run_recalls_every_row_and_checks_one_block(store: Store, unstored: Sweep) -> None:
    model = Counting()
    again = run_sweep(plan_of(model), store=store)
    assert_equal(again, unstored)
    assert again.rows_stored == 3600
    assert again.rows_predicted == sum(model.calls)
    assert len(model.calls) == 1
    assert 0 < sum(model.calls) < 2 * BLOCK
    assert not again.remarks


@pytest.mark.parametrize(
    "changed",
    [
        {"kernel_width_factor": [0.3, 2, 5]},
        {"num_features": [1, 4]},
        {"feature_selection": ["none", "highest_weights"]},
        {"num_samples": [50, 250, 600]},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_other_fits_to_the_same_samples_need_no_model(store: Store, changed: dict[str, Any]) -> None:
    recalled = run_sweep(plan_of(**changed), store=store)
    assert recalled.rows_stored == 3600
    assert recalled.rows_predicted < 2 * BLOCK
    assert_equal(recalled, run_sweep(plan_of(**changed)))


@pytest.mark.parametrize(
    "other",
    [
        plan_of(num_samples=[100, 500]),  # Rows that were predicted once, but in other company.
        plan_of(batch_rows=600),
        plan_of(sampling_method="lhs"),
        plan_of(labels=Labels("classification", CLASSES, (0,))),
    ],
    ids=["another largest count", "other batches", "other samples", "other labels"],
)
def test_batches_of_other_rows_are_predicted(store: Store, other: Plan) -> None:
    sweep = run_sweep(other, store=store)
    assert sweep.rows_stored == 0
    assert sweep.rows_predicted == other.rows_to_predict


def test_another_model_finds_nothing(store: Store) -> None:
    assert run_sweep(plan_of(), store=Store(store.root, "another")).rows_stored == 0


def test_data_frames_are_recalled_too(tmp_path: Path) -> None:
    frame = pd.DataFrame(DATA, columns=list("abcd"))

    def predict_fn(rows: pd.DataFrame) -> np.ndarray:
        return probabilities(rows[list("abcd")].to_numpy())

    plan = replace(plan_of(predict_fn), explainer=LimeTabularExplainer(frame), instances=frame.iloc[:3])
    plan = replace(plan, labels=Labels("classification", None, (1,)))
    first = run_sweep(plan, store=Store(tmp_path, "m"))
    again = run_sweep(plan, store=Store(tmp_path, "m"))
    assert again.rows_stored == 3600
    assert_equal(first, again)


# --- What cannot be believed -----------------------------------------------------------------------------------------


def truncated(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-200])


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def emptied(path: Path) -> None:
    path.write_bytes(b"")


def of_other_things(path: Path) -> None:
    np.savez(path, something=np.ones(3))


def of_one_array(path: Path) -> None:
    with path.open("wb") as file:
        np.save(file, np.ones((1200, 1)))


def of_fewer_rows(path: Path) -> None:
    np.savez(path, predictions=np.ones((2, 3)), outputs=np.ones((7, 1)))


def of_fewer_instances(path: Path) -> None:
    np.savez(path, predictions=np.ones((1, 3)), outputs=np.ones((1200, 1)))


def of_more_labels(path: Path) -> None:
    np.savez(path, predictions=np.ones((2, 3)), outputs=np.ones((1200, 2)))


def of_words(path: Path) -> None:
    np.savez(path, predictions=np.full((2, 3), "a"), outputs=np.full((1200, 1), "b"))


@pytest.mark.parametrize(
    "damage",
    [
        truncated,
        flipped,
        emptied,
        of_other_things,
        of_one_array,
        of_fewer_rows,
        of_fewer_instances,
        of_more_labels,
        of_words,
    ],
)
@pytest.mark.parametrize("files", [1, 3])
def test_damaged_files_are_dropped_and_said_once(
    store: Store, unstored: Sweep, damage: Callable[[Path], None], files: int
) -> None:
    for path in files_of(store)[:files]:
        damage(path)
    sweep = run_sweep(plan_of(), store=store)
    assert_equal(sweep, unstored)
    assert sweep.rows_stored == 3600 - 1200 * files
    assert len(sweep.remarks) == 1
    assert "could not be read" in sweep.remarks[0]
    assert run_sweep(plan_of(), store=Store(store.root, "softmax")).rows_stored == 3600


def test_folders_in_the_place_of_files_are_said_once(store: Store, unstored: Sweep) -> None:
    for path in files_of(store):
        path.unlink()
        path.mkdir()
    sweep = run_sweep(plan_of(), store=store)
    assert_equal(sweep, unstored)
    assert sweep.rows_stored == 0
    assert len(sweep.remarks) == 1


def test_every_byte_of_a_file_may_be_wrong(tmp_path: Path) -> None:
    """Flipped anywhere, a file is refused, or is still what was written."""
    plan = replace(plan_of(num_samples=10), ids=["a"], seeds=[0])
    expected = run_sweep(plan, store=Store(tmp_path, "m")).attributions
    (path,) = files_of(Store(tmp_path, "m"))
    sound = path.read_bytes()
    for position in range(0, len(sound), 7):
        content = bytearray(sound)
        content[position] ^= 0xFF
        path.write_bytes(content)
        found = run_sweep(plan, store=Store(tmp_path, "m")).attributions
        pd.testing.assert_frame_equal(found, expected, check_exact=True)


def test_a_changed_model_is_predicted_anew(store: Store) -> None:
    def changed(rows: np.ndarray) -> np.ndarray:
        return probabilities(rows * 1.01)

    sweep = run_sweep(plan_of(changed), store=store)
    assert_equal(sweep, run_sweep(plan_of(changed)))
    assert (sweep.rows_predicted, sweep.rows_stored) == (3600, 0)
    assert len(sweep.remarks) == 1
    assert "changed" in sweep.remarks[0]
    again = run_sweep(plan_of(changed), store=Store(store.root, "softmax"))
    assert again.rows_stored == 3600
    assert not again.remarks


def test_a_model_of_other_classes_is_predicted_anew(store: Store) -> None:
    """What is stored names a class that the model no longer has."""
    labels = Labels("classification", None, (), 1)
    three = plan_of(lambda rows: np.tile([0.2, 0.3, 0.5], (len(rows), 1)), labels=labels)
    two = plan_of(lambda rows: np.tile([0.2, 0.8], (len(rows), 1)), labels=labels)
    run_sweep(three, store=store)
    sweep = run_sweep(two, store=Store(store.root, "softmax"))
    assert sweep.rows_stored == 0
    assert "changed" in sweep.remarks[0]


def test_a_model_that_never_says_the_same_is_said_and_does_not_loop(tmp_path: Path) -> None:
    noise = np.random.default_rng(0)

    def unsure(rows: np.ndarray) -> np.ndarray:
        return probabilities(rows + noise.normal(size=rows.shape) / 100)

    run_sweep(plan_of(unsure), store=Store(tmp_path, "m"))
    for _ in range(2):
        model = Counting(unsure)
        sweep = run_sweep(plan_of(model), store=Store(tmp_path, "m"))
        assert sweep.rows_stored == 0
        assert sum(model.calls) < 3600 + 2 * 2 * BLOCK  # Two threads may check what they found.
        assert "not deterministic" in sweep.remarks[0]


def test_a_store_used_twice_is_checked_twice(store: Store) -> None:
    run_sweep(plan_of(), store=store)
    sweep = run_sweep(plan_of(lambda rows: probabilities(2 * rows)), store=store)
    assert sweep.rows_stored == 0


# --- Room ------------------------------------------------------------------------------------------------------------


def filled(root: Path) -> list[Path]:
    """Files of 100 bytes of two models, the one used longest ago first."""
    files = [root / model / name for model, name in [("m", "1"), ("n", "2"), ("m", "3"), ("n", ".4.77")]]
    for age, path in enumerate(files):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(bytes(100))
        os.utime(path, (age, age))
    return files


@pytest.mark.parametrize(("needed", "left"), [(0, 4), (100, 4), (101, 3), (300, 2), (500, 0)])
def test_the_files_used_longest_ago_make_room(tmp_path: Path, needed: int, left: int) -> None:
    files = filled(tmp_path)
    assert make_room(tmp_path, needed, 500)
    assert [path for path in files if path.exists()] == files[len(files) - left :]


def test_what_can_never_fit_drops_nothing(tmp_path: Path) -> None:
    files = filled(tmp_path)
    assert not make_room(tmp_path, 501, 500)
    assert all(path.exists() for path in files)


def test_a_missing_folder_has_room(tmp_path: Path) -> None:
    assert make_room(tmp_path / "nowhere", 10, 10)


def test_what_is_read_counts_as_used(tmp_path: Path) -> None:
    store = Store(tmp_path, "m")
    for age, key in enumerate(("first", "second")):
        store.write(key, Answers(np.ones((1, 2)), np.ones((3, 1))))
        os.utime(store.folder / f"{key}.npz", (age, age))
    store.read("first")
    size = (store.folder / "first.npz").stat().st_size
    make_room(tmp_path, size, 2 * size)
    assert [path.stem for path in files_of(store)] == ["first"]


# --- Folders and other processes -------------------------------------------------------------------------------------


def test_a_folder_that_cannot_be_written_to_is_said_once(tmp_path: Path, unstored: Sweep) -> None:
    (tmp_path / "taken").write_text("a file where the folder should be")
    sweep = run_sweep(plan_of(), store=Store(tmp_path / "taken", "m"))
    assert_equal(sweep, unstored)
    assert len(sweep.remarks) == 1
    assert "could not be stored" in sweep.remarks[0]


def test_a_full_disk_is_said_once_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(file: Any, **arrays: Any) -> None:
        file.write(b"the beginning")
        raise OSError(28, "No space left on device", file.name)

    monkeypatch.setattr(np, "savez", full)
    sweep = run_sweep(plan_of(), store=Store(tmp_path, "m"))
    assert len(sweep.fits) == 3 * 2 * 4
    assert len(sweep.remarks) == 1
    assert not files_of(Store(tmp_path, "m"))


@pytest.mark.parametrize("model_id", ["", ".", "..", "../other", "a/b", "/{root}"])
def test_a_model_s_folder_is_its_own(tmp_path: Path, model_id: str) -> None:
    """Nothing but this model's predictions may go when they are dropped."""
    root = tmp_path / "root"
    for kept in (tmp_path / "other" / "file", root / "other" / "file"):
        kept.parent.mkdir(parents=True)
        kept.write_text("precious")
    store = Store(root, model_id.format(root=tmp_path / "other"))
    store.write("key", Answers(np.ones((1, 2)), np.ones((3, 1))))
    store.anew()
    assert (tmp_path / "other" / "file").exists()
    assert (root / "other" / "file").exists()


WRITER = """
import sys
from pathlib import Path
import numpy as np
from limeeval.lime.neighborhood import Answers
from limeeval.sweep.store import Store

store = Store(Path(sys.argv[1]), "m")
answers = Answers(np.ones((2, 3)), np.arange(60000.0).reshape(-1, 3))
for _ in range(60):
    store.write("key", answers)
"""


def test_processes_may_write_the_same_batch_at_once(tmp_path: Path) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)]) for _ in range(2)]
    store, found = Store(tmp_path, "m"), 0
    while any(writer.poll() is None for writer in writers):
        answers = store.read("key")
        if answers is not None:
            assert answers.outputs[-1, -1] == 59999.0
            found += 1
    assert [writer.returncode for writer in writers] == [0, 0]
    assert found
    assert [path.name for path in files_of(store)] == ["key.npz"]
