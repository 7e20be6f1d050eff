"""Runs units of work in this process or in several; the results are the same, in the same order."""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable, Generator, Iterator, Sequence
from concurrent.futures import BrokenExecutor
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple, cast

from threadpoolctl import threadpool_limits

from limeeval.lime.model import ModelError, prediction_function
from limeeval.sweep.overlap import overlapping
from limeeval.sweep.work import Done, Unit, Work


class NotReceived(Exception):
    """What was sent to a process could not be read there; the message says why."""


class Failed(NamedTuple):
    """A unit that did not finish: what was raised, and whether it was the model."""

    message: str
    by_model: bool


Outcome = Done | Failed


def outcomes(
    work: Work, units: Sequence[Unit], *, n_jobs: int, on_rows: Callable[[int], None]
) -> Iterator[tuple[Unit, Outcome]]:
    """Each unit with what came of it, in order. BLAS runs in one thread each: sums do not depend on how many there are.

    In one process, the model is called in this thread, and others draw and fit meanwhile: two of them, or ``n_jobs``
    where the work must stay in one process.

    Raises:
        ValueError: the model cannot be sent to another process.
        ModelChanged: the model does not say again what is stored.
    """
    if n_jobs == 1 or len(units) == 1 or work.one_process:
        yield from _here(work, units, on_rows, threads=max(_counted(n_jobs), 2))
        return
    with tempfile.TemporaryDirectory(prefix="limeeval-") as folder:
        path = Path(folder) / "work"
        path.write_bytes(sent(work, of=work.predict_fn))
        try:
            for unit, (outcome, said) in zip(units, _in_processes(str(path), units, n_jobs), strict=True):
                _warn_once(said)
                on_rows(work.rows(unit))
                yield unit, outcome
        except NotReceived as error:
            raise ValueError(_cannot_be_sent(work.predict_fn, str(error))) from error
        except BrokenExecutor as error:
            raise ModelError(
                "a process was killed from outside, most often for want of memory: fewer n_jobs or batch_rows need less"
            ) from error


def _counted(n_jobs: int) -> int:
    from joblib import effective_n_jobs

    return int(effective_n_jobs(n_jobs))


def _here(
    work: Work, units: Sequence[Unit], on_rows: Callable[[int], None], *, threads: int
) -> Iterator[tuple[Unit, Outcome]]:
    def attempt(ask: Callable[[Any], Any], unit: Unit) -> Outcome:
        return _attempt(replace(work, predict_fn=ask), unit, on_rows)

    with threadpool_limits(limits=1, user_api="blas"):
        if len(units) == 1:
            yield units[0], _attempt(work, units[0], on_rows)
        else:
            function = prediction_function(work.predict_fn, work.labels.mode)
            yield from overlapping(units, attempt, function, threads=threads)


def _in_processes(path: str, units: Sequence[Unit], n_jobs: int) -> Iterator[tuple[Outcome, list[str]]]:
    from joblib import Parallel, delayed

    jobs = (delayed(_attempt_there)(path, unit) for unit in units)
    found = cast(Generator[Any, None, None], Parallel(n_jobs=n_jobs, return_as="generator", batch_size=1)(jobs))
    try:
        for outcome in found:  # noqa: UP028 ("yield from" would close it before warnings are turned off)
            yield outcome
    finally:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # A run that is given up leaves results behind: no news.
            found.close()


def _attempt(work: Work, unit: Unit, on_rows: Callable[[int], None] | None = None) -> Outcome:
    try:
        return work.run(unit, on_rows)
    except ModelError as error:
        return Failed(str(error), by_model=True)
    except ValueError as error:
        return Failed(str(error), by_model=False)


def _attempt_there(path: str, unit: Unit) -> tuple[Outcome, list[str]]:
    """In another process: the outcome, and the warnings given on the way."""
    with warnings.catch_warnings(record=True) as given, threadpool_limits(limits=1, user_api="blas"):
        outcome = _attempt(_received(path), unit)
    return outcome, [str(warning.message) for warning in given]


def _warn_once(messages: Sequence[str]) -> None:
    for message in dict.fromkeys(messages):
        warnings.warn(message, UserWarning, stacklevel=4)


def sent(work: Any, *, of: Any) -> bytes:
    """Work as bytes, for another process; ``of`` is the user's model or function that it is about.

    Raises:
        ValueError: something in it cannot be sent; the message names the model or function.
    """
    import cloudpickle

    try:
        found: bytes = cloudpickle.dumps(work)
    except Exception as error:
        raise ValueError(_cannot_be_sent(of, f"{type(error).__name__}: {error}")) from error
    return found


def _cannot_be_sent(function: Any, reason: str) -> str:
    name = getattr(function, "__qualname__", type(function).__name__)
    return f"n_jobs must be 1 for a model or function that cannot be sent to another process, got {name} ({reason})"


@lru_cache(maxsize=1)
def _received(path: str) -> Work:
    import pickle

    try:
        work: Work = pickle.loads(Path(path).read_bytes())
    except Exception as error:
        raise NotReceived(f"{type(error).__name__}: {error}") from error
    return work
