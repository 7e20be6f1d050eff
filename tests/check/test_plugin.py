"""The fixture that a project's own tests use."""

import subprocess
import sys

import pytest

from limeeval.check.plugin import _checked as limeeval_checked


def test_a_test_fails_with_the_table(run_of) -> None:
    run = run_of({"estimate": 0.6, "low": 0.5, "high": 0.7})
    run.check = lambda thresholds, baseline, unpaired: _check(run, thresholds)
    assert limeeval_checked(run, [{"metric": "jaccard", "at_least": 0.4}]).exit_code == 0
    with pytest.raises(pytest.fail.Exception, match=r"✗ fail .*jaccard at least 0.9"):
        limeeval_checked(run, [{"metric": "jaccard", "at_least": 0.9}])
    with pytest.raises(ValueError, match="did you mean jaccard"):
        limeeval_checked(run, [{"metric": "jacard", "at_least": 0.9}])


def _check(run, thresholds):
    from limeeval.check.check import check

    return check(run, thresholds)


def test_pytest_finds_the_fixture(limeeval_check) -> None:
    with pytest.raises(ValueError, match="must be the folder of a finished run"):
        limeeval_check("nowhere", [{"metric": "jaccard", "at_least": 0.9}])


def test_the_plugin_costs_other_projects_nothing() -> None:
    code = "import sys, limeeval.check.plugin; print(*{'numpy', 'pandas', 'sklearn', 'yaml'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""
