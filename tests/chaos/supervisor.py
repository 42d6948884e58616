"""Keep a server running and kill it repeatedly: from outside at any time, or from inside at the worst moments."""

from __future__ import annotations

import time
from typing import ClassVar

from tests.chaos.trouble import Trouble
from tests.stage import Camp

INSIDE = ("mid", "committed", "acked")  # see tests/chaos/serve.py
WAYS = (*INSIDE, "outside", "waking")
LIFE = 1.2  # most seconds before a server is killed from outside
LONGEST = 4.0  # seconds after which a server that has not reached its point is killed from outside


class Supervisor(Trouble):
    """Starts a server `times` times and ends it with SIGKILL, rotating the ways of killing. The last server stays."""

    typical: ClassVar[float] = LIFE

    def prepare(self) -> None:
        self._live(WAYS[0] if self.times else "")

    def happen(self, n: int, camp: Camp | None) -> str:
        died = self._kill(WAYS[n % len(WAYS)])
        if not self.stopping.is_set():
            self._live(WAYS[(n + 1) % len(WAYS)] if n + 1 < self.times else "")
        return died

    def _live(self, way: str) -> None:
        """Start a server that will die in the given way, or never for ""."""
        self.server.environ["CHAOS_DIE"] = f"{way}:{self.random.randint(1, 6)}" if way in INSIDE else ""
        self.server.spawn()
        if way != "waking":
            self.server.listen()

    def _kill(self, way: str) -> str:
        """Wait until the server dies, or kill it. Return how it died."""
        process = self.server.process
        assert process
        patience = {"outside": self.random.uniform(0.05, LIFE), "waking": self.random.uniform(0.05, 0.9)}
        self._wait_for_its_end(patience.get(way, LONGEST))
        died = process.poll() is not None
        self.server.kill()
        return way if died == (way in INSIDE) else f"{way}, but from {'inside' if died else 'outside'}"

    def _wait_for_its_end(self, seconds: float) -> None:
        process = self.server.process
        end = time.monotonic() + seconds
        while process and process.poll() is None and time.monotonic() < end and not self.stopping.wait(0.01):
            pass
