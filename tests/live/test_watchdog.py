"""The watchdog: a blocked event loop is counted, measured and logged, but not every time."""

from __future__ import annotations

import time

import gevent
import pytest

from backchannel.live.watchdog import LOG_INTERVAL_S, Watchdog


class Clock:
    """A clock that stands still until it is moved."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_only_delays_of_over_50_ms_count() -> None:
    watchdog = Watchdog(Clock())
    for delay_s in (0.0, 0.05, 0.2, 0.06):
        watchdog.note(delay_s)
    assert (watchdog.stalls, watchdog.longest_s) == (2, 0.2)


def test_a_row_of_stalls_takes_one_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    watchdog = Watchdog(clock)
    for delay_s in (0.06, 0.07, 0.09):
        watchdog.note(delay_s)
    clock.now += LOG_INTERVAL_S
    watchdog.note(0.0)
    watchdog.note(0.0)
    assert caplog.messages == [
        "The event loop stalled 1 time, for up to 60 ms",
        "The event loop stalled 2 times, for up to 90 ms",
    ]


def test_a_greenlet_that_blocks_the_loop_is_noticed() -> None:
    watchdog = Watchdog()
    running = gevent.spawn(watchdog.run)
    gevent.sleep(0.001)
    end = time.monotonic() + 0.1
    while time.monotonic() < end:
        pass  # computes something
    with gevent.Timeout(5):
        while not watchdog.stalls:
            gevent.sleep(0.01)
    running.kill()
    assert watchdog.longest_s > 0.08
