"""Two units of work at a time in one process: the model answers one of them while the other is drawn or fitted.

The model is called in the caller's thread alone, one batch at a time, as if nothing else went on.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from queue import SimpleQueue
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")
Function = Callable[[Any], Any]
_SWITCH_SECONDS = 1e-3
"""After this, a thread that computes in Python lets others have their turn: Python's own 5 ms keep models waiting."""


def overlapping(
    items: Sequence[Item], work: Callable[[Function, Item], Result], function: Function, *, threads: int = 2
) -> Iterator[tuple[Item, Result]]:
    """Each item with ``work(ask, item)``, in order, where ``ask`` gives what ``function`` gives.

    ``work`` runs in threads of its own, ``function`` in the caller's. Whatever either raises ends everything.
    """
    desk = _Desk(function)
    pool = ThreadPoolExecutor(threads, thread_name_prefix="limeeval")
    usual = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    try:
        coming = deque(pool.submit(work, desk.ask, item) for item in items)
        for future in coming:
            future.add_done_callback(desk.wake)
        for item in items:
            future = coming.popleft()  # A result is not held on to once it is given away.
            while not future.done():
                desk.serve()
            yield item, future.result()
    finally:
        sys.setswitchinterval(usual)
        desk.close()
        pool.shutdown(cancel_futures=True)


class _Desk:
    """Where threads wait for answers that only one thread may give."""

    def __init__(self, function: Function) -> None:
        self._function = function
        self._waiting: SimpleQueue[tuple[Any, Future[Any]] | None] = SimpleQueue()
        self._open: set[Future[Any]] = set()
        self._closed = False

    def ask(self, question: Any) -> Any:
        """The function's answer; called by any thread.

        Raises:
            RuntimeError: nobody answers any more.
        """
        answer: Future[Any] = Future()
        self._open.add(answer)
        if self._closed:
            self.close()
        self._waiting.put((question, answer))
        try:
            return answer.result()
        finally:
            self._open.discard(answer)

    def serve(self) -> None:
        """Answers one question, or returns once it is woken; called by the one thread."""
        waiting = self._waiting.get()
        if waiting is None:
            return
        question, answer = waiting
        try:
            found = self._function(question)
        except Exception as error:
            answer.set_exception(error)
        else:
            del waiting, question  # Whoever asked may write to it again.
            answer.set_result(found)

    def wake(self, _: Future[Any]) -> None:
        """Ends a ``serve`` that finds no question."""
        self._waiting.put(None)

    def close(self) -> None:
        """Lets go of all who wait."""
        self._closed = True
        for answer in list(self._open):
            if not answer.done():
                answer.set_exception(RuntimeError("the sweep was stopped"))
