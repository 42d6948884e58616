"""A watchdog that notices when the event loop of this process stalls.

While one greenlet computes, no other gets its turn. A timer that should fire every 10 ms fires late then, and its delay is
how long everybody waited.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable

import gevent

log = logging.getLogger(__name__)

INTERVAL_S = 0.01  # between two checks
STALL_S = 0.05  # a longer delay counts as a stall
LOG_INTERVAL_S = 10.0  # at most one line in this time


class Watchdog:
    """Counts the stalls of this process's event loop, and keeps the longest."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self.stalls = 0
        self.longest_s = 0.0
        self._clock = clock
        self._logged_at = -LOG_INTERVAL_S
        self._unlogged: list[float] = []

    def run(self) -> None:
        """Check for ever."""
        while True:
            began = self._clock()
            gevent.sleep(INTERVAL_S)
            self.note(self._clock() - began - INTERVAL_S)

    def note(self, delay_s: float) -> None:
        """Count a delay if it was a stall."""
        if delay_s > STALL_S:
            self.stalls += 1
            self.longest_s = max(self.longest_s, delay_s)
            self._unlogged.append(delay_s)
        if self._unlogged and self._clock() - self._logged_at >= LOG_INTERVAL_S:
            self._log()

    def _log(self) -> None:
        n, longest = len(self._unlogged), max(self._unlogged) * 1000
        log.warning("The event loop stalled %d %s, for up to %.0f ms", n, "time" if n == 1 else "times", longest)
        self._logged_at = self._clock()
        self._unlogged.clear()
