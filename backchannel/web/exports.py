"""Write-ups to take away that take long to make: in a process of their own, one at a time an event, each made once.

    asked -> kept since the last change?  yes: that file
                                          no:  wait for the event's turn -> `backchannel export` as a child -> kept, sent

A file is known by all that it is made of: the event's last seq, its grid, how its write-ups were edited. So an old one is
never served again, and a flood of requests costs one making (docs/formats.md).
"""

from __future__ import annotations

import hashlib
import logging
import shutil
import subprocess
import sys
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import BoundedSemaphore, Lock

from backchannel.domain.errors import BackchannelError, Busy, Invalid
from backchannel.store.base import Reader

log = logging.getLogger(__name__)

MOST_BYTES = 96 * 1024 * 1024  # of all files kept
MAX_CONCURRENT = 2  # makings, of all events together
PATIENT = 8  # may wait for an event's turn
LONGEST = 300.0  # seconds of one making


@dataclass(frozen=True, slots=True)
class Wanted:
    """A file: of which event, and session if of one; in which format; what is published only, or drafts too."""

    event: str
    session: str | None  # its slug
    format: str
    published: bool

    def command(self, db: Path) -> list[str]:
        """The export that makes it, polite to what else the machine does."""
        words = [*_NICE, sys.executable, "-m", "backchannel", "export", f"--db={db}", f"--format={self.format}", "--output=-"]
        words += [f"--session={self.session}"] if self.session else []
        return [*words, *(["--published"] if self.published else []), "--", self.event]


_NICE = ("nice", "-n", "10") if shutil.which("nice") else ()


@dataclass
class Exports:
    """The files made so far, and the turns of those to be made. `make` makes one: in a server, `made_by_child`."""

    make: Callable[[Wanted], bytes]
    _kept: OrderedDict[str, bytes] = field(default_factory=OrderedDict)
    _turns: dict[str, tuple[Lock, list[None]]] = field(default_factory=dict)
    _places: BoundedSemaphore = field(default_factory=lambda: BoundedSemaphore(MAX_CONCURRENT))

    def file(self, reader: Reader, wanted: Wanted) -> bytes:
        """The file as of now; `Busy` where too many ask for files of this event."""
        key = tag_of(reader, wanted)
        if key not in self._kept:
            with self._turn(wanted.event):
                key = tag_of(reader, wanted)  # what it is made of may have changed meanwhile; or somebody made it
                if key not in self._kept:
                    self._keep(key, self.make(wanted))
        self._kept.move_to_end(key)
        return self._kept[key]

    @contextmanager
    def _turn(self, event: str) -> Iterator[None]:
        lock, waiting = self._turns.setdefault(event, (Lock(), []))
        if len(waiting) >= PATIENT:
            raise Busy("Many ask for this at once; the file is being made. Try again in a minute.")
        waiting.append(None)
        try:
            with lock, self._places:
                yield
        finally:
            waiting.pop()

    def _keep(self, key: str, data: bytes) -> None:
        self._kept[key] = data
        while len(self._kept) > 1 and sum(map(len, self._kept.values())) > MOST_BYTES:
            self._kept.popitem(last=False)


def tag_of(reader: Reader, wanted: Wanted) -> str:
    """What the file is made of, in a word: equal where the file would be."""
    around = reader.record(wanted.event, states=())  # the grid, the editions, the gaps: all but the items
    made_of = (reader.epoch(), wanted, around.event.head, around)
    return hashlib.sha256(repr(made_of).encode("utf-8", "replace")).hexdigest()[:32]


def made_by_child(db: Path, wanted: Wanted) -> bytes:
    """The file, made by `backchannel export` in a process of its own: the one that serves goes on serving."""
    try:
        done = subprocess.run(
            wanted.command(db), stdin=subprocess.DEVNULL, capture_output=True, timeout=LONGEST, check=False
        )
    except subprocess.TimeoutExpired:
        raise Busy("This takes too long to make here; the event's organisers can make it with a command.") from None
    if done.returncode == 0:
        return done.stdout
    said = done.stderr.decode(errors="replace").strip()
    if done.returncode == 1 and "\n" not in said:  # a refusal, in words fit to be shown
        raise Invalid(said, field="format")
    log.error("the export of %s as %s failed: %s", wanted.event, wanted.format, said[-2000:])
    raise BackchannelError("The file could not be made; it was noted.")
