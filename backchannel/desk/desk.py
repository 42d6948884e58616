"""The desk: the store to write to, the clock, and the nudge for the dispatcher."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from backchannel.desk.placer_state import PlacerState
from backchannel.domain.errors import DiskFull
from backchannel.store.base import Reader, Store, Writer

T = TypeVar("T")

MIN_FREE_FOR_NOTES = 20 * 1024 * 1024  # bytes of free disk space below which nothing is accepted
MIN_FREE_FOR_POSTS = 200 * 1024 * 1024  # feeds stop earlier, so that notes can go on


def _now() -> datetime:
    return datetime.now(UTC)


def _no_nudge(event: str) -> None:
    """Do nothing: without a dispatcher in this process, those of other processes find the change in the log."""


@dataclass(slots=True)
class Desk:
    """What every change needs. `nudge` is called with the event's slug after each commit that changed it."""

    store: Store
    clock: Callable[[], datetime] = _now
    nudge: Callable[[str], None] = _no_nudge
    placers: dict[str, PlacerState] = field(default_factory=dict)  # placers by event uid, used only inside write jobs

    def read(self) -> Reader:
        """Return a reader of the store."""
        return self.store.reader()

    def require_space(self, least: int = MIN_FREE_FOR_NOTES) -> None:
        """Raise `DiskFull` before the disk fills up in the middle of a commit."""
        if self.store.free_bytes() < least:
            raise DiskFull

    def write(self, event: str, job: Callable[[Writer], T]) -> T:
        """Run the job in the writing transaction, then nudge the dispatcher."""
        done = self.store.write(job, event)
        self.nudge(event)
        return done
