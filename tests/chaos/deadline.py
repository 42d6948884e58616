"""Hard deadlines for runs. A hang is a failure that prints the stacks of all threads in the test and the server."""

from __future__ import annotations

import faulthandler
import select
import signal
import sys
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any

from tests.stage import Server

LAST_RESORT = 20.0  # seconds after the deadline until the process is killed


class Hang(AssertionError):
    """Raised when a run does not finish in time."""


class Deadline:
    """The deadline of a run. As a context manager, it also ends a run that never calls `wait`."""

    def __init__(self, seconds: float, *servers: Server) -> None:
        self.seconds = seconds
        self.servers = list(servers)
        self._end = time.monotonic() + seconds

    def __enter__(self) -> Deadline:
        faulthandler.dump_traceback_later(self.seconds + LAST_RESORT, exit=True, file=sys.__stderr__)
        return self

    def __exit__(self, kind: type[BaseException] | None, fault: BaseException | None, tb: TracebackType | None) -> None:
        faulthandler.cancel_dump_traceback_later()

    @property
    def left(self) -> float:
        """Return the remaining seconds."""
        return max(0.0, self._end - time.monotonic())

    def until(self, look: Callable[[], Any]) -> bool:
        """Wait for an event until the deadline. Return whether it was set."""
        while not (found := look()) and self.left:
            select.select([], [], [], 0.02)
        return bool(found)

    def wait(self, look: Callable[[], Any], what: str) -> None:
        """Poll `look` until it returns something true. Raise `Hang` with all stacks at the deadline."""
        if not self.until(look):
            self._tell(what)

    def _tell(self, what: str) -> None:
        faulthandler.dump_traceback(all_threads=True, file=sys.__stderr__)
        for server in self.servers:
            dump(server)
        logs = "\n".join(f"--- {server.log}\n{server.log.read_text()[-8000:]}" for server in self.servers)
        raise Hang(f"after {self.seconds:.0f} s: {what}\n{logs}")


def dump(server: Server) -> None:
    """Ask a server of `tests.chaos.serve` to write its stacks to its log."""
    if server.process and server.process.poll() is None:
        for sign in (signal.SIGUSR1, signal.SIGUSR2):
            server.process.send_signal(sign)
            select.select([], [], [], 0.5)
