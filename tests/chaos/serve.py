"""`backchannel serve` that dies where it was told to: python -m tests.chaos.serve serve --port 0.

    CHAOS_DIE=mid:7         in the middle of the 7th transaction, when its jobs have written and nothing is committed
    CHAOS_DIE=committed:7   when the 7th commit is on disk, before anybody is told
    CHAOS_DIE=acked:7       within 20 ms of the 7th write's answer: just before or after it is on the wire
    CHAOS_STOCK=on          python-engineio's own websocket and sending path in place of ours: the control of the stalls

    CHAOS_CAP=100           at most so many frames wait for one follower, so that a short stall is enough to reach the cap

The product knows nothing of this: its parts are replaced by mortal ones before it is put together. On SIGUSR1 every thread's
stack is written to stderr, on SIGUSR2 every greenlet's.
"""

from gevent import monkey

monkey.patch_all()

import faulthandler  # noqa: E402
import os  # noqa: E402
import random  # noqa: E402
import signal  # noqa: E402
import sys  # noqa: E402
from collections.abc import Callable, Sequence  # noqa: E402
from typing import Any  # noqa: E402

import gevent  # noqa: E402
from gevent.util import format_run_info  # noqa: E402

from backchannel import factory  # noqa: E402
from backchannel.cli.main import main  # noqa: E402
from backchannel.live.transport import fanout  # noqa: E402
from backchannel.store.base import Writer  # noqa: E402
from backchannel.store.group import GroupCommit  # noqa: E402
from backchannel.store.sqlite.store import SqliteStore  # noqa: E402
from tests.chaos.doom import Doom, die  # noqa: E402

SOON = 0.02  # seconds


DOOM = Doom.from_environment()


class MortalStore(SqliteStore):
    def commit(self, jobs: Sequence[Callable[[Writer], Any]]) -> list[tuple[bool, Any]]:
        if DOOM.at("mid"):
            jobs = [*jobs, die]
        outcomes = super().commit(jobs)
        if DOOM.at("committed"):
            die()
        return outcomes


class MortalGroup(GroupCommit):
    def write(self, job: Callable[[Writer], Any]) -> Any:
        done = super().write(job)
        if DOOM.at("acked"):
            gevent.spawn_later(random.random() * SOON, die)
        return done


def _take_the_stock_path() -> None:
    import socketio
    from engineio.async_drivers import gevent as driver

    factory.WebSocket = driver._async["websocket"]  # type: ignore[assignment,misc]
    factory.Fanout = socketio.Manager  # type: ignore[assignment,misc]


if __name__ == "__main__":
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    gevent.signal_handler(signal.SIGUSR2, lambda: print(*format_run_info(), sep="\n", file=sys.stderr, flush=True))
    assert factory.SqliteStore is SqliteStore
    assert factory.GroupCommit is GroupCommit
    factory.SqliteStore = MortalStore  # type: ignore[misc]
    factory.GroupCommit = MortalGroup  # type: ignore[misc]
    if os.environ.get("CHAOS_CAP"):
        fanout.MAX_QUEUED_FRAMES = int(os.environ["CHAOS_CAP"])
    if os.environ.get("CHAOS_STOCK"):
        _take_the_stock_path()
    main()
