"""How much one pass may do in a minute, and how many connections one address may hold open. By pass where there is one: a
venue is one address to the server."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from ipaddress import ip_address

from backchannel.domain.errors import SlowDown
from backchannel.domain.wire import MOST_OPS
from backchannel.passes import Pass

OPS_A_MINUTE = 500  # a phone back from a dead spot brings its outbox in batches of 50
JOINS_A_MINUTE = 120  # by address
FORGET = 1000  # full buckets are dropped past that many


class Bucket:
    """Holds `size`, fills at `size` a minute."""

    def __init__(self, size: int, now: float) -> None:
        self.size = size
        self.level = float(size)
        self.at = now

    def take(self, n: int, now: float) -> float:
        """Seconds to wait; 0 where `n` could be taken."""
        self.level = min(self.size, self.level + (now - self.at) * self.size / 60)
        self.at = now
        if self.level >= n or self.level >= self.size:
            self.level -= n
            return 0.0
        return (n - self.level) * 60 / self.size


class Limits:
    """Counts in this process's memory."""

    def __init__(self, on: bool, sockets: int = 200, clock: Callable[[], float] = time.monotonic) -> None:
        self._on = on
        self._most_sockets = sockets
        self._clock = clock
        self._sockets: Counter[str] = Counter()  # open, by address
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def ops(self, viewer: Pass, n: int) -> None:
        """`n` ops of one writer of one event; a batch that is too long is refused anyway and counts as a full one."""
        self._take("ops", f"{viewer.event} {viewer.author_key}", min(n, MOST_OPS), OPS_A_MINUTE)

    def joins(self, address: str) -> None:
        self._take("joins", address, 1, JOINS_A_MINUTE)

    def socket(self, address: str) -> None:
        """One more connection is open from there; who has too many goes on over plain HTTP."""
        if self._on and self._sockets[address] >= self._most_sockets and not _is_this_machine(address):
            raise SlowDown("Your network has many connections open here; this page goes on without one.")
        self._sockets[address] += 1

    def socket_closed(self, address: str) -> None:
        self._sockets[address] -= 1
        if not self._sockets[address]:
            del self._sockets[address]

    def _take(self, what: str, who: str, n: int, a_minute: int) -> None:
        if not self._on:
            return
        now = self._clock()
        if len(self._buckets) > FORGET:
            self._buckets = {key: kept for key, kept in self._buckets.items() if now - kept.at < 60}
        bucket = self._buckets.setdefault((what, who), Bucket(a_minute, now))
        seconds = bucket.take(n, now)
        if seconds > 0:
            raise SlowDown(f"That was a lot at once; try again in {math.ceil(seconds)} s. Nothing was lost.")


def _is_this_machine(address: str) -> bool:
    """Nobody attacks from there; a proxy there stands for everybody."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
