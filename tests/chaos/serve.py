"""`backchannel serve` that kills itself at a chosen point: python -m tests.chaos.serve serve --port 0.

    CHAOS_DIE=mid:7         in the middle of the 7th transaction, after its jobs have written and before the commit
    CHAOS_DIE=committed:7   after the 7th commit is on disk, before anyone is notified
    CHAOS_DIE=acked:7       within 20 ms of the 7th write's response, just before or after it is sent
    CHAOS_STOCK=on          use python-engineio's own websocket and sending path: the control for stalled followers
    CHAOS_CAP=100           queue at most so many frames per follower, so that a short stall reaches the limit

The product contains no hooks for this. Before it is assembled, its parts are replaced by versions that kill the process.
SIGUSR1 writes the stack of every thread to stderr, and SIGUSR2 the stack of every greenlet.

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
from backchannel.live.transport import outbox  # noqa: E402
from backchannel.store import opening  # noqa: E402
from backchannel.store.base import Events, Writer  # noqa: E402
from backchannel.store.group import GroupCommit  # noqa: E402
from backchannel.store.sqlite.store import SqliteStore  # noqa: E402
from tests.chaos.doom import Doom, die  # noqa: E402

SOON = 0.02  # seconds


DOOM = Doom.from_environment()


class MortalStore(SqliteStore):
    def commit(self, jobs: Sequence[Callable[[Writer], Any]], events: Events = None) -> list[tuple[bool, Any]]:
        if DOOM.at("mid"):
            jobs = [*jobs, die]
        outcomes = super().commit(jobs, events)
        if DOOM.at("committed"):
            die()
        return outcomes


class MortalGroup(GroupCommit):
    def write(self, job: Callable[[Writer], Any], event: str | None = None) -> Any:
        done = super().write(job, event)
        if DOOM.at("acked"):
            gevent.spawn_later(random.random() * SOON, die)
        return done


def _take_the_stock_path() -> None:
    import socketio
    from engineio.async_drivers import gevent as driver
    from flask_socketio import SocketIO

    factory.WebSocket = driver._async["websocket"]  # type: ignore[assignment,misc]
    factory.Outbox = driver._async["queue"]  # type: ignore[assignment,misc]
    factory.Fanout = socketio.Manager  # type: ignore[assignment,misc]
    factory.SocketIO = lambda app, **options: SocketIO(app, **options | {"monitor_clients": True})  # type: ignore[assignment,misc]
    factory.lifecycle.watch = lambda server: None  # Engine.IO sends its own pings


if __name__ == "__main__":
    faulthandler.register(signal.SIGUSR1, all_threads=True)
    gevent.signal_handler(signal.SIGUSR2, lambda: print(*format_run_info(), sep="\n", file=sys.stderr, flush=True))
    assert opening.SqliteStore is SqliteStore
    assert factory.GroupCommit is GroupCommit
    opening.SqliteStore = MortalStore  # type: ignore[misc]
    factory.GroupCommit = MortalGroup  # type: ignore[misc]
    if os.environ.get("CHAOS_CAP"):
        outbox.MAX_WAITING = int(os.environ["CHAOS_CAP"])
    if os.environ.get("CHAOS_STOCK"):
        _take_the_stock_path()
    main()
