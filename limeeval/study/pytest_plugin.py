"""A fixture for a project's own tests: ``limeeval_check`` fails a test with the table of what failed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from limeeval.check.check import Checked


@pytest.fixture(scope="session")
def limeeval_check() -> Callable[..., Checked]:
    """``limeeval_check(study_or_folder, thresholds, baseline=None)`` fails the test if a threshold does.

    A folder is read as the command line reads it, with the scores that were saved. What passes is returned, as
    :meth:`limeeval.Study.check` returns it; what cannot be judged raises a ValueError.
    """
    return _checked


def _checked(study: Any, thresholds: Any, baseline: Any = None, *, unpaired: bool = False) -> Checked:
    __tracebackhide__ = True
    from limeeval.check.check import check
    from limeeval.study.saved import run_at

    run = study if hasattr(study, "scores") else run_at(study)
    found = check(run, thresholds, baseline=baseline, unpaired=unpaired, load=run_at)
    if found.failed:
        pytest.fail(repr(found), pytrace=False)
    return found
