"""Rate limits by pass, and a cap on open connections by address.

A venue shares one address, so passes are limited first and addresses only loosely.
"""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable
from ipaddress import ip_address

from backchannel.domain.errors import SlowDown
from backchannel.domain.wire import MAX_BATCH_OPS
from backchannel.passes import Pass

OPS_A_MINUTE = 500  # a phone back online sends its outbox in batches of 50
JOINS_A_MINUTE = 120  # by address
REPORTS_A_MINUTE = 20  # by pass, or by address without one
WRONG_CODES_A_MINUTE = 5  # by address; right ones do not count, because a venue shares one address
CREATIONS_AN_HOUR = 20  # of events, by address
MAX_BUCKETS = 1000  # full buckets are dropped beyond this number


class Bucket:
    """A token bucket of `size` that refills at `size` a `period`, in seconds."""

    __slots__ = ("at", "level", "period", "size")

    def __init__(self, size: int, now: float, period: float = 60.0) -> None:
        self.size = size
        self.period = period
        self.level = float(size)
        self.at = now

    def take(self, n: int, now: float) -> float:
        """Take `n` tokens. Returns the seconds to wait, or 0 if they were available."""
        self.level = min(self.size, self.level + (now - self.at) * self.size / self.period)
        self.at = now
        if self.level >= n or self.level >= self.size:
            self.level -= n
            return 0.0
        return (n - self.level) * self.period / self.size

    def give_back(self) -> None:
        """Return one token."""
        self.level = min(self.size, self.level + 1)


class Limits:
    """The limits of this process, in memory."""

    def __init__(self, on: bool, sockets: int = 200, clock: Callable[[], float] = time.monotonic) -> None:
        self._on = on
        self._most_sockets = sockets
        self._clock = clock
        self._sockets: Counter[str] = Counter()  # open connections by address
        self._buckets: dict[tuple[str, str], Bucket] = {}

    def ops(self, viewer: Pass, n: int) -> None:
        """Count `n` ops of one writer. An oversized batch is refused later, so it counts as a full one."""
        self._take("ops", f"{viewer.event} {viewer.author_key}", min(n, MAX_BATCH_OPS), OPS_A_MINUTE)

    def joins(self, address: str) -> None:
        """Count a join from an address."""
        self._take("joins", address, 1, JOINS_A_MINUTE)

    def reports(self, reporter: str) -> None:
        """Count a report by one person, or by the people behind one address."""
        self._take("reports", reporter, 1, REPORTS_A_MINUTE)

    def code(self, address: str) -> None:
        """Count a try of a code. `code_was_right` takes it back."""
        self._take("codes", address, 1, WRONG_CODES_A_MINUTE)

    def code_was_right(self, address: str) -> None:
        """Take back a try of a code."""
        self._buckets.get(("codes", address), Bucket(1, 0)).give_back()

    def creations(self, address: str) -> None:
        """Count the creation of an event."""
        self._take("creations", address, 1, CREATIONS_AN_HOUR, 3600.0)

    def socket(self, address: str) -> None:
        """Count an open connection. A client over the limit falls back to plain HTTP."""
        if self._on and self._sockets[address] >= self._most_sockets and not _is_this_machine(address):
            raise SlowDown("Too many connections are open from your network. This page continues without one.")
        self._sockets[address] += 1

    def socket_closed(self, address: str) -> None:
        """Count a connection as closed."""
        self._sockets[address] -= 1
        if not self._sockets[address]:
            del self._sockets[address]

    def _take(self, what: str, who: str, n: int, size: int, period: float = 60.0) -> None:
        if not self._on:
            return
        now = self._clock()
        if len(self._buckets) > MAX_BUCKETS:
            self._buckets = {key: kept for key, kept in self._buckets.items() if now - kept.at < kept.period}
        bucket = self._buckets.setdefault((what, who), Bucket(size, now, period))
        seconds = bucket.take(n, now)
        if seconds > 0:
            wait = math.ceil(seconds)
            raise SlowDown(f"Too many requests. Try again in {wait} s; nothing was lost.", retry_after=wait)


def _is_this_machine(address: str) -> bool:
    """Return whether the address is this machine's: a local proxy stands for everybody behind it."""
    try:
        return ip_address(address).is_loopback
    except ValueError:
        return False
