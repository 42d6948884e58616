"""Downloads that take long to make: built in a child process, one at a time an event, and cached.

    request -> cached since the last change?  yes: send it
                                              no:  wait for the event's turn -> `backchannel export` as a child -> cache, send

A file's key covers everything it is made of: the event's last seq, its grid and the edits to its write-ups. An outdated
file is never served, and concurrent requests share one build (docs/formats.md).
"""

from __future__ import annotations

import hashlib
import logging
import os
import shutil
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import BoundedSemaphore, Lock

from backchannel.config import PostgresAddress
from backchannel.domain.errors import BackchannelError, Busy, Invalid
from backchannel.store.base import Reader

log = logging.getLogger(__name__)

MAX_CACHE_BYTES = 96 * 1024 * 1024  # in the cache
MAX_CONCURRENT = 2  # builds at a time, of all events together
MAX_WAITING = 8  # requests waiting for one event's turn
BUILD_TIMEOUT_S = 300.0  # seconds a build may take


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file to build. With `published`, drafts are left out; with `every`, held and hidden items are included."""

    event: str
    session: str | None  # slug
    format: str
    published: bool
    every: bool = False

    def command(self) -> list[str]:
        """Return the command that builds the file at low priority. It finds the database in its environment."""
        words = [*_NICE, sys.executable, "-m", "backchannel", "export", f"--format={self.format}", "--output=-"]
        words += [f"--session={self.session}"] if self.session else []
        return [*words, *(["--published"] if self.published else []), *(["--all"] if self.every else []), "--", self.event]


_NICE = ("nice", "-n", "10") if shutil.which("nice") else ()


@dataclass
class Exports:
    """Cache of generated export files, with one build at a time per event. A server builds with `made_by_child`."""

    make: Callable[[Wanted], bytes]
    _kept: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    _turns: dict[str, tuple[Lock, list[None]]] = field(default_factory=dict)
    _places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAX_CONCURRENT))

    def file(self, reader: Reader, wanted: Wanted) -> bytes:
        """Return the current file. Raises `Busy` if too many requests wait for this event."""
        key = tag_of(reader, wanted)
        if key not in self._kept:
            with self._build_slot(wanted.event):
                key = tag_of(reader, wanted)  # the event may have changed meanwhile, or another request built the file
                if key not in self._kept:
                    self._keep(key, self.make(wanted))
        self._kept.move_to_end(key)
        return self._kept[key]

    @contextmanager
    def _build_slot(self, event: str) -> Iterator[None]:
        lock, waiting = self._turns.setdefault(event, (Lock(), []))
        if len(waiting) >= MAX_WAITING:
            raise Busy("This file is being prepared for many people. Try again in a minute.")
        waiting.append(None)
        try:
            with lock, self._places:
                yield
        finally:
            waiting.pop()

    def _keep(self, key: str, data: bytes) -> None:
        self._kept[key] = data
        while len(self._kept) > 1 and sum(map(len, self._kept.values())) > MAX_CACHE_BYTES:
            self._kept.popitem(last=False)


def tag_of(reader: Reader, wanted: Wanted) -> str:
    """Return a hash of everything the file is made of."""
    around = reader.record(wanted.event, states=())  # grid, edits and gaps, but no items
    made_of = (reader.epoch(), wanted, around.event.head, around)
    return hashlib.sha256(repr(made_of).encode("utf-8", "replace")).hexdigest()[:32]


def made_by_child(db: Path | PostgresAddress, wanted: Wanted) -> bytes:
    """Build the file with `backchannel export` in a child process, so that the server stays responsive."""
    try:
        done = subprocess.run(
            wanted.command(), env={**os.environ, "BACKCHANNEL_DB": db.url if isinstance(db, PostgresAddress) else str(db)},
            stdin=subprocess.DEVNULL, capture_output=True, timeout=BUILD_TIMEOUT_S, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise Busy("This file takes too long to prepare here. Ask the organisers to export it from the command line.") from None
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode == 1 and "\n" not in said:  # the command refused, with a message for people
        raise Invalid(said, field="format")
    log.error("The export of %s as %s failed: %s", wanted.event, wanted.format, said[-2000:])
    raise BackchannelError("The file couldn't be prepared. Try again later.")
