"""Fill the disk and lock the database of a running event, while a client keeps reading and writing.

The kernel simulates a full disk without privileges: prlimit lowers RLIMIT_FSIZE of the running server to a point within
its write-ahead log. A write then succeeds in part and the next one fails. For a lock, another connection holds
`BEGIN IMMEDIATE`, as another process would.

"""

from __future__ import annotations

import resource
import sqlite3
import threading
import time
from collections import Counter
from contextlib import closing
from typing import Any, ClassVar

import httpx2 as httpx

from tests.chaos.audit import Written
from tests.chaos.trouble import Trouble
from tests.stage import Camp, put

NO_LIMIT = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
ASKING = 0.05  # seconds between two requests


class Faults(Trouble):
    """Two in three faults are a full disk and one in three is a lock. One lock in `seldom` is long."""

    typical: ClassVar[float] = 1.2
    seldom: ClassVar[int] = 20
    long_lock: ClassVar[float] = 7.0  # seconds: more than the 5 after which the server answers `busy`

    def start(self, camp: Camp | None = None) -> None:
        assert camp
        self._asker = Asker(camp, self.written)
        self._asker.start()
        super().start(camp)

    def calm(self) -> None:
        super().calm()
        self._asker.stop()

    def figures(self) -> dict[str, Any]:
        return super().figures() | self._asker.figures()

    def happen(self, n: int, camp: Camp | None) -> str:
        self.stopping.wait(self.random.uniform(0.1, 0.6))
        if n % self.seldom == self.seldom // 2:
            return self._lock(self.long_lock)
        if n % 3 == 2:
            return self._lock(self.random.uniform(0.2, 1.5))
        return self._fill(self.random.uniform(0.2, 1.0))

    def _fill(self, seconds: float) -> str:
        assert self.server.process
        log = self.server.db.with_name(self.server.db.name + "-wal")
        point = self.random.randint(0, log.stat().st_size + 100_000)
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, (point, resource.RLIM_INFINITY))
        self.stopping.wait(seconds)
        resource.prlimit(self.server.process.pid, resource.RLIMIT_FSIZE, NO_LIMIT)
        return "full"

    def _lock(self, seconds: float) -> str:
        with closing(sqlite3.connect(self.server.db, timeout=30, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            self.stopping.wait(seconds)
            other.execute("ROLLBACK")
        return "locked for long" if seconds == self.long_lock else "locked"


class LongFaults(Faults):
    """Faults whose long locks last half a minute."""

    seldom: ClassVar[int] = 50
    long_lock: ClassVar[float] = 30.0


class Asker:
    """A client that reads without a pause, and writes one note after another without retrying."""

    def __init__(self, camp: Camp, written: list[Written]) -> None:
        self.reads: Counter[str] = Counter()
        self.writes: Counter[str] = Counter()
        self.slowest = 0.0  # seconds a read took
        self._camp, self._written = camp, written
        self._headers = {"Authorization": f"Bearer {camp.passes['organiser']}"}
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=act, daemon=True) for act in (self._read, self._write)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join(20)

    def figures(self) -> dict[str, Any]:
        return {
            "reads": dict(self.reads), "writes": dict(sorted(self.writes.items())),
            "slowest read, s": round(self.slowest, 2),
        }  # fmt: skip

    def _read(self) -> None:
        with httpx.Client(timeout=20) as client:
            while not self._stopping.wait(ASKING):
                began = time.monotonic()
                answer = client.get(f"{self._camp.api}/changes", params={"limit": 50})
                self.slowest = max(self.slowest, time.monotonic() - began)
                self.reads[str(answer.status_code)] += 1

    def _write(self) -> None:
        number = 0
        with httpx.Client(timeout=20, headers=self._headers) as client:
            while not self._stopping.wait(ASKING):
                number += 1
                op = put(f"asked once: {number}")
                answer = client.post(f"{self._camp.api}/ops", json={"ops": [op]})
                self.writes[_summary(answer)] += 1
                if answer.status_code == 200:
                    (result,) = answer.json()["results"]
                    self._written.append(Written(writer=-1, text=op["text"], acked=result["seq"]))


def _summary(answer: httpx.Response) -> str:
    """Return a response as `200` or `503 busy, again in 5 s`."""
    if answer.status_code == 200:
        return "200"
    again = answer.headers.get("Retry-After")
    return f"{answer.status_code} {answer.json()['error']['code']}" + (f", again in {again} s" if again else "")
