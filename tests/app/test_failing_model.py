"""A model that fails, now and then or always."""

from pathlib import Path

import pytest

BRITTLE = '''
from pathlib import Path

from sklearn.ensemble import RandomForestClassifier


class Brittle(RandomForestClassifier):
    """Raises at the n-th batch of more than one neighborhood, as long as a file says n."""

    def predict_proba(self, rows):
        if len(rows) > 130 and Path("raises_at").exists():
            Path("calls").touch()
            with Path("calls").open("a+") as calls:
                calls.write(".")
            if len(Path("calls").read_text()) == int(Path("raises_at").read_text()):
                raise RuntimeError("out of memory,\\nsaid twice")
        return super().predict_proba(rows)
'''
WORK = [
    "task=iris",
    "instances=2",
    "seeds=4",
    "lime.num_samples=[60,120]",
    "batch_rows=250",
    "lime.kernel_width_factor=1",
]


@pytest.fixture
def model(tmp_path: Path) -> list[str]:
    """Settings of a model that raises where the file ``raises_at`` says."""
    (tmp_path / "brittle.py").write_text(BRITTLE, encoding="utf-8")
    return ["model.classification=brittle.Brittle", "model.params={n_estimators: 10, random_state: 0}"]


def test_one_batch_that_fails_is_all_that_is_repeated(cli, model, assert_equal_runs, tmp_path: Path) -> None:
    (tmp_path / "raises_at").write_text("2", encoding="utf-8")
    failed = cli(*WORK, *model, "out=run")
    assert failed.code == 3
    assert failed.message.startswith("the model raised RuntimeError on 240 rows perturbed around")
    assert failed.message.endswith("out of memory, said twice")
    assert "Cost    720 model rows predicted" in failed.out
    (tmp_path / "raises_at").unlink()
    again = cli(*WORK, *model, "out=run")
    assert (again.code, again.err) == (0, "")
    assert "Cost    480 model rows predicted and 720 from the store" in again.out
    assert cli(*WORK, *model, "out=clean", "store=null").code == 0
    assert_equal_runs(tmp_path / "run", tmp_path / "clean")


def test_a_model_that_always_fails_gives_no_rows(cli, tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text(
        "from sklearn.ensemble import RandomForestClassifier\n"
        "class Broken(RandomForestClassifier):\n"
        "    def predict_proba(self, rows):\n"
        "        if len(rows) > 100: raise RuntimeError('no licence')\n"
        "        return super().predict_proba(rows)\n",
        encoding="utf-8",
    )
    model = ["model.classification=broken.Broken", "model.params={random_state: 0}"]
    ran = cli("-m", *WORK, *model, "seeds=2,3", "out=run")
    assert ran.code == 3
    assert "Traceback" not in ran.err
    assert [line.endswith("no licence") for line in ran.err.splitlines()] == [True, True]
    assert list(tmp_path.rglob("*.parquet")) == []
