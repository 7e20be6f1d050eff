"""What is kept for the next run: made once, whole or not at all, and never believed when damaged."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from time import sleep

import pytest

from limeeval.tasks.kept import kept


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return tmp_path / "limeeval" / "models"


def never():
    raise AssertionError("must not be made again")


def files(folder, suffix=".bin"):
    return sorted(path for path in folder.iterdir() if path.suffix == suffix)


def test_it_is_made_once_and_read_afterwards(cache):
    assert kept("net", ".bin", lambda: b"weights") == b"weights"
    assert kept("net", ".bin", never) == b"weights"
    assert [path.read_bytes() for path in files(cache)] == [b"weights"]


def test_names_and_suffixes_are_told_apart():
    kept("net", ".bin", lambda: b"one")
    assert kept("network", ".bin", lambda: b"two") == b"two"
    assert kept("net", ".json", lambda: b"three") == b"three"
    assert kept("net", ".bin", never) == b"one"


@pytest.mark.parametrize("damage", [b"", b"weight", b"weightz", b"weights and more"])
def test_a_damaged_file_is_made_again_with_a_warning(cache, damage):
    kept("net", ".bin", lambda: b"weights")
    (path,) = files(cache)
    path.write_bytes(damage)
    with pytest.warns(UserWarning, match=f"{path.name} is damaged; what was in it is made again"):
        assert kept("net", ".bin", lambda: b"other") == b"other"
    assert [file.read_bytes() for file in files(cache)] == [b"other"]
    assert kept("net", ".bin", never) == b"other"


def test_what_fails_is_not_kept_and_can_be_tried_again(cache):
    with pytest.raises(KeyboardInterrupt):
        kept("net", ".bin", lambda: (_ for _ in ()).throw(KeyboardInterrupt))
    assert files(cache) == []
    assert kept("net", ".bin", lambda: b"weights") == b"weights"


@pytest.mark.parametrize("moment", ["os.kill(os.getpid(), 9)", "Path.replace = lambda *_: os.kill(os.getpid(), 9)"])
def test_a_killed_process_leaves_nothing_that_counts(cache, moment):
    code = (
        "import os\nfrom pathlib import Path\nfrom limeeval.tasks.kept import kept\n"
        f"def make():\n    {moment}\n    return b'half'\n"
        "kept('net', '.bin', make)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], check=False, env=os.environ.copy())
    assert done.returncode == -9
    assert files(cache) == []
    assert kept("net", ".bin", lambda: b"whole") == b"whole"
    assert [path.suffix for path in cache.iterdir() if path.suffix != ".lock"] == [".bin"]


def test_one_makes_it_while_others_wait():
    made = []

    def make():
        made.append(1)
        sleep(0.2)
        return b"weights"

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda _: kept("net", ".bin", make), range(4)))
    assert found == [b"weights"] * 4
    assert len(made) == 1


def test_a_folder_that_cannot_be_is_said_and_the_thing_made_all_the_same(tmp_path):
    (tmp_path / "limeeval").write_text("a file")
    with pytest.warns(UserWarning, match="net cannot be kept and is made in every run: "):
        assert kept("net", ".bin", lambda: b"weights") == b"weights"


def test_a_full_disk_is_said_and_leaves_nothing_half_written(cache, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.warns(UserWarning, match="net cannot be kept and is made in every run: .*No space left"):
        assert kept("net", ".bin", lambda: b"weights") == b"weights"
    assert [path.suffix for path in cache.iterdir()] == [".lock"]
