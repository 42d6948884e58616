"""Keeps a server up and kills it, again and again: from outside at any time, or inside at the worst moments."""

from __future__ import annotations

import threading
import time
from collections import Counter
from random import Random

from tests.stage import Server

INSIDE = ("mid", "committed", "acked")  # see tests/chaos/serve.py
WAYS = (*INSIDE, "outside", "waking")
LIFE = 1.2  # seconds, at most, that a server lives which is to be killed from outside
LONGEST = 4.0  # seconds after which one is killed from outside that has not met the moment it was to die at


class Supervisor:
    """`kills` lives that end by SIGKILL, the ways taking turns; then one that stays."""

    def __init__(self, server: Server, kills: int, seed: int) -> None:
        self.deaths: Counter[str] = Counter()
        self.fault: Exception | None = None
        self._server = server
        self._kills = kills
        self._random = Random(f"supervisor {seed}")
        self._began = time.monotonic()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="supervisor", daemon=True)

    def start(self) -> None:
        """The first server is up when this returns."""
        self._live(WAYS[0] if self._kills else "")
        self._thread.start()

    @property
    def done(self) -> bool:
        return self.fault is not None or sum(self.deaths.values()) >= self._kills

    @property
    def progress(self) -> float:
        """0 to 1: how much of the killing is over. Writers keep pace with it, so that every life has something to do."""
        age = min(1.0, (time.monotonic() - self._began) / LIFE)
        return 1.0 if self.done else min(1.0, (sum(self.deaths.values()) + age) / self._kills)

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(20)
        self._server.stop()

    def _run(self) -> None:
        try:
            for n in range(self._kills):
                way = WAYS[n % len(WAYS)]
                self.deaths[self._kill(way)] += 1
                if self._stopping.is_set():
                    return
                self._live(WAYS[(n + 1) % len(WAYS)] if n + 1 < self._kills else "")
        except Exception as fault:  # told by whoever waits for the run
            self.fault = fault

    def _live(self, way: str) -> None:
        """A new life, which is to end in that way ("": not at all)."""
        self._server.environ["CHAOS_DIE"] = f"{way}:{self._random.randint(1, 6)}" if way in INSIDE else ""
        self._began = time.monotonic()
        self._server.spawn()
        if way != "waking":
            self._server.listen()

    def _kill(self, way: str) -> str:
        """Wait for the end of this life, or bring it about; how it came."""
        process = self._server.process
        assert process
        patience = {"outside": self._random.uniform(0.05, LIFE), "waking": self._random.uniform(0.05, 0.9)}
        self._wait_for_its_end(patience.get(way, LONGEST))
        died = process.poll() is not None
        self._server.kill()
        return way if died == (way in INSIDE) else f"{way}, but from {'inside' if died else 'outside'}"

    def _wait_for_its_end(self, seconds: float) -> None:
        process = self._server.process
        end = time.monotonic() + seconds
        while process and process.poll() is None and time.monotonic() < end and not self._stopping.wait(0.01):
            pass
