"""The desk itself: the store to write through, the clock, and the nudge for whoever broadcasts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from backchannel.desk.placer_state import PlacerState
from backchannel.domain.errors import DiskFull
from backchannel.store.base import Reader, Store, Writer

T = TypeVar("T")

ROOM_FOR_NOTES = 20 * 1024 * 1024  # bytes free on the disk, below which nothing is taken
ROOM_FOR_POSTS = 200 * 1024 * 1024  # feeds stop before, so that notes can go on


def _now() -> datetime:
    return datetime.now(UTC)


def _nobody(event: str) -> None:
    """No dispatcher in this process: those of others look at the heads by themselves."""


@dataclass(slots=True)
class Desk:
    """What every act of the desk needs. `nudge` is told the event's slug after each commit that changed it."""

    store: Store
    clock: Callable[[], datetime] = _now
    nudge: Callable[[str], None] = _nobody
    known: dict[str, PlacerState] = field(default_factory=dict)  # for placing, by event uid; used inside write jobs only

    def read(self) -> Reader:
        return self.store.reader()

    def need_room(self, least: int = ROOM_FOR_NOTES) -> None:
        """`DiskFull` before the disk is: half a commit helps nobody."""
        if self.store.free_bytes() < least:
            raise DiskFull

    def write(self, event: str, job: Callable[[Writer], T]) -> T:
        """Run the job in the writing transaction; when it is on disk, nudge."""
        done = self.store.write(job)
        self.nudge(event)
        return done
