"""Every run has a hard deadline. What hangs is a failure that tells where it hangs: all stacks, ours and the server's."""

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

LAST_RESORT = 20.0  # seconds past the deadline at which the process is ended, whatever it does


class Hang(AssertionError):
    """Something did not come to its end."""


class Deadline:
    """A run's: `wait` for something, but never past it. As a context, it ends even a run that waits for nothing."""

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
        """Seconds."""
        return max(0.0, self._end - time.monotonic())

    def until(self, look: Callable[[], Any]) -> bool:
        """Wait for something as long as there is time; whether it came."""
        while not (found := look()) and self.left:
            select.select([], [], [], 0.02)
        return bool(found)

    def wait(self, look: Callable[[], Any], what: str) -> None:
        """Until `look` gives something true; `Hang` with all stacks when the time is up."""
        if not self.until(look):
            self._tell(what)

    def _tell(self, what: str) -> None:
        faulthandler.dump_traceback(all_threads=True, file=sys.__stderr__)
        for server in self.servers:
            dump(server)
        logs = "\n".join(f"--- {server.log}\n{server.log.read_text()[-8000:]}" for server in self.servers)
        raise Hang(f"after {self.seconds:.0f} s: {what}\n{logs}")


def dump(server: Server) -> None:
    """Ask a server of `tests.chaos.serve` for its stacks; they stand in its log."""
    if server.process and server.process.poll() is None:
        for sign in (signal.SIGUSR1, signal.SIGUSR2):
            server.process.send_signal(sign)
            select.select([], [], [], 0.5)
