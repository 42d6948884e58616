from __future__ import annotations

import signal

from bench.attempts import Attempts
from bench.figures import Figures


def fall() -> None:
    raise ValueError("no such page")


def test_a_part_that_fails_is_kept_and_the_next_one_runs() -> None:
    figures, done = Figures(), []
    attempt = Attempts(figures, 60, 60)
    attempt("first", fall)
    attempt("second", lambda: done.append("second"))
    assert (done, figures.failures) == (["second"], ["first: ValueError: no such page"])


def test_a_part_that_hangs_is_given_up() -> None:
    figures = Figures()
    Attempts(figures, 0.05, 60)("first", signal.pause)
    assert figures.failures == ["first: TookTooLong: not done in time"]


def test_a_part_inside_another_does_not_outlast_it() -> None:
    figures = Figures()
    attempt = Attempts(figures, 60, 60)

    def outer() -> None:
        attempt("inner", signal.pause)
        signal.pause()

    attempt("outer", outer, 0.05)
    assert figures.failures[0] == "inner: TookTooLong: not done in time"
    assert figures.failures[-1] == "outer: TookTooLong: not done in time"


def test_nothing_is_begun_after_the_time_of_all() -> None:
    figures = Figures()
    attempt = Attempts(figures, 60, 0)
    attempt("late", signal.pause)
    assert figures.failures == ["late: TookTooLong: not done in time"]
    assert signal.getitimer(signal.ITIMER_REAL) == (0.0, 0.0)
