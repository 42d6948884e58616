"""Running parts of the benchmark with time limits, so that one failed part does not stop the others."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from bench.figures import Figures


class TookTooLong(RuntimeError):
    """Error raised when a part of the benchmark exceeds its time limit."""


class Attempts:
    """Runner of parts with a time limit for each and one for all. Failures are recorded in the figures."""

    def __init__(self, figures: Figures, part_limit_s: float, whole_limit_s: float) -> None:
        self._figures = figures
        self._part_limit_s = part_limit_s
        self._ends = [time.monotonic() + whole_limit_s]  # one deadline for each nested part

    def __call__(self, what: str, act: Callable[[], None], limit_s: float | None = None) -> None:
        """Run one part within its limit."""
        self._figures.say(what)
        try:
            with self._limited(self._part_limit_s if limit_s is None else limit_s):
                act()
        except Exception as fault:
            self._figures.fail(what, fault)

    @contextmanager
    def _limited(self, seconds: float) -> Iterator[None]:
        self._ends.append(min(time.monotonic() + seconds, self._ends[-1]))
        outer = signal.signal(signal.SIGALRM, _give_up)
        self._set_alarm()
        try:
            yield
        finally:
            self._ends.pop()
            signal.signal(signal.SIGALRM, outer)
            if len(self._ends) > 1:
                self._set_alarm()
            else:
                signal.setitimer(signal.ITIMER_REAL, 0)

    def _set_alarm(self) -> None:
        signal.setitimer(signal.ITIMER_REAL, max(0.01, self._ends[-1] - time.monotonic()))


def _give_up(_sign: int, _frame: FrameType | None) -> None:
    raise TookTooLong("not done in time")
