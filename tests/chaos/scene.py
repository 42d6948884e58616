"""One run: a server with faults, a bad network, writers, followers, and the audit at the end."""

from __future__ import annotations

import contextlib
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from backchannel.client import Client, View
from tests.chaos.audit import Findings, Kept, Seen, audit, lateness, read_kept
from tests.chaos.deadline import Deadline
from tests.chaos.proxy import Proxy
from tests.chaos.supervisor import Supervisor
from tests.chaos.trouble import Trouble
from tests.chaos.weather import FAIR, ROUGH, Weather
from tests.chaos.writers import QUICK, Writer
from tests.stage import Camp, Server

SETTLE = 40.0  # seconds for followers to catch up after the last write: two heads and a fetch
OFFLINE = (0.3, 0.6)  # shares of the run at which one phone goes offline for an hour, and returns

Tell = Callable[[float, str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    writers: int
    notes: int  # by all writers together
    times: int  # faults
    followers: int
    seconds: float  # until the deadline
    weather: Weather = ROUGH
    seed: int = 1


@dataclass(slots=True, kw_only=True)
class Outcome:
    findings: Findings
    figures: dict[str, Any] = field(default_factory=dict)


def quiet(progress: float, words: str) -> None:
    """Show no progress bar."""


class Scene:
    """A run that is set up, executed once, audited and torn down."""

    def __init__(self, folder: Path, size: Size, trouble: type[Trouble] = Supervisor) -> None:
        self.size = size
        self._server = Server(folder / "camp.db", port=free_port(), entry="tests.chaos.serve")
        self._trouble = trouble(self._server, size.times, size.seed)
        self._trouble.prepare()
        self._camp = Camp.make(self._server)
        self._line = Proxy(self._server.port, size.seed, size.weather)
        self._last_mile = Proxy(self._line.port, size.seed)  # for the one phone that goes offline
        self._writers = [self._writer(n, folder) for n in range(size.writers)]
        self._followers = [self._follower(n) for n in range(size.followers)]

    def _writer(self, n: int, folder: Path) -> Writer:
        per = self.size.notes // self.size.writers
        return Writer(
            n, per, lambda: self._trouble.progress, server=(self._line if n else self._last_mile).url,
            event=self._camp.slug, pass_=self._camp.passes["organiser" if n == 1 else "scribe"], seed=self.size.seed,
            outbox=folder / f"outbox-{n}", sockets=n % 2 == 0,
        )  # fmt: skip

    def _follower(self, n: int) -> tuple[Client, View]:
        client = Client(self._line.url, self._camp.slug, sockets=n % 2 == 0, waits=QUICK)
        return client, client.follow("event")

    def run(self, tell: Tell = quiet) -> Outcome:
        """Execute the run and return its result. Raise `Hang` if it does not finish."""
        began = time.monotonic()
        with Deadline(self.size.seconds, self._server) as deadline:
            try:
                self._act(deadline, tell)
            finally:
                self._strike()
        return self._count(time.monotonic() - began)

    def _act(self, deadline: Deadline, tell: Tell) -> None:
        self._trouble.start(self._camp)
        for client, _ in self._followers:
            client.start()
        for writer in self._writers:
            writer.start()
        deadline.wait(lambda: self._look(tell) >= OFFLINE[0], "the first third of the trouble")
        self._go_offline()
        deadline.wait(lambda: self._look(tell) >= OFFLINE[1], "the second third of the trouble")
        self._come_back()
        deadline.wait(lambda: self._look(tell) >= 1.0, "the rest of the trouble")
        self._trouble.calm()
        epoch = self._kept().epoch
        deadline.wait(
            lambda: all(one.done and one.epoch == epoch for one in self._writers), "writers with full outboxes"
        )
        self._line.weather(FAIR)
        kept = self._kept()
        Deadline(min(SETTLE, deadline.left)).until(
            lambda: all(view.cursor == kept.head and view.digest() == kept.digest for _, view in self._followers)
        )

    def _kept(self) -> Kept:
        return read_kept(self._server.db, self._camp.slug)

    def _look(self, tell: Tell) -> float:
        """Return the progress. Raise any error from the background threads."""
        for actor in (self._trouble, *self._writers):
            if actor.fault:
                raise actor.fault
        progress = self._trouble.progress
        waiting = sum(writer.waiting for writer in self._writers)
        tell(progress, f"{self._trouble.happened.total()} of {self._trouble.times} times; {waiting} ops wait")
        return progress

    def _go_offline(self) -> None:
        """Take the first phone offline while an hour passes on its clock."""
        self._last_mile.weather(Weather(offline=True))
        self._writers[0].go_back_an_hour()

    def _come_back(self) -> None:
        self._writers[0].catch_up()
        self._last_mile.weather(FAIR)

    def _strike(self) -> None:
        for writer in self._writers:
            writer.close()
        for client, _ in self._followers:
            client.close()
        self._line_stats = self._line.stats()
        for proxy in (self._last_mile, self._line):
            proxy.close()
        self._trouble.stop()

    # --- results

    def _count(self, seconds: float) -> Outcome:
        kept = self._kept()
        written = [note for writer in self._writers for note in writer.written]
        written += self._trouble.written
        seen = [Seen.of(f"follower {n}", view) for n, (_, view) in enumerate(self._followers)]
        findings = audit(kept, written, seen, by_time=self._trouble.by_time)
        findings.unsound += [refused for writer in self._writers for refused in writer.refused]
        waits = sorted(wait for writer in self._writers for wait in writer.waits)
        return Outcome(findings=findings, figures={
            "seconds": round(seconds),
            "ops": kept.head,
            **self._trouble.figures(),
            "line": {name: n for name, n in self._line_stats.items() if n and name not in ("port", "open")},
            "ack ms": {f"p{share}": round(1000 * at_share(waits, share)) for share in (50, 95, 100)},
            "resets": sum(view.resets for _, view in self._followers),
            "at is off by at most, s": round(max(lateness(kept, written), default=0.0), 1),
        })  # fmt: skip


def free_port() -> int:
    """Return a port below the kernel's range for outgoing connections, so that nobody takes it while the server is down."""
    for port in Random().sample(range(20_000, 32_000), 100):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise OSError("no port is free")


def at_share(waits: Sequence[float], percent: float) -> float:
    """Return a percentile of sorted values."""
    return waits[min(len(waits) - 1, int(len(waits) * percent / 100))] if waits else 0.0
