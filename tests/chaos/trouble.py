"""Repeated faults of a run: the server dies, its disk is full, or an older backup replaces its database."""

from __future__ import annotations

import threading
import time
from collections import Counter
from random import Random
from typing import Any, ClassVar

from tests.chaos.audit import Written
from tests.stage import Camp, Server


class Trouble:
    """A thread that causes a fault `times` times. Subclasses implement `prepare` and `happen`."""

    typical: ClassVar[float] = 1.0  # seconds per fault
    by_time: ClassVar[bool] = False  # whether the audit judges writers' order by the time of their notes

    def __init__(self, server: Server, times: int, seed: int) -> None:
        self.happened: Counter[str] = Counter()
        self.fault: Exception | None = None
        self.written: list[Written] = []  # notes this thread wrote and had acked
        self.server = server
        self.times = times
        self.random = Random(f"{type(self).__name__} {seed}")
        self.stopping = threading.Event()
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._run, name="trouble", daemon=True)

    def prepare(self) -> None:
        """Start the server."""
        self.server.start()

    def happen(self, n: int, camp: Camp | None) -> str:
        """Cause the n-th fault. Return the name to count it under."""
        raise NotImplementedError

    def figures(self) -> dict[str, Any]:
        return {"happened": dict(sorted(self.happened.items()))}

    def start(self, camp: Camp | None = None) -> None:
        self._camp = camp
        self._began = time.monotonic()
        self._thread.start()

    @property
    def done(self) -> bool:
        return self.fault is not None or self.happened.total() >= self.times

    @property
    def progress(self) -> float:
        """Return how much is over, from 0 to 1. Writers keep pace with it, so that every fault interrupts writes."""
        age = min(1.0, (time.monotonic() - self._began) / self.typical)
        return 1.0 if self.done else min(1.0, (self.happened.total() + age) / self.times)

    def calm(self) -> None:
        """Stop causing faults; the server stays up."""
        self.stopping.set()
        if self._thread.is_alive():
            self._thread.join(20)

    def stop(self) -> None:
        self.calm()
        self.server.stop()

    def _run(self) -> None:
        try:
            for n in range(self.times):
                self._began = time.monotonic()
                self.happened[self.happen(n, self._camp)] += 1
                if self.stopping.is_set():
                    return
        except Exception as fault:  # reported by the thread that waits for the run
            self.fault = fault
