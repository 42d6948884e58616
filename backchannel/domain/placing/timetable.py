"""What the time of a post says of each session: the timetable, asked at a moment."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ..model import Session, When
from .weights import NO_END


def seconds(when: When) -> float | None:
    """Seconds since 1970; None where only the day is known, or nothing."""
    return when.timestamp() if isinstance(when, datetime) else None


@dataclass(frozen=True, slots=True)
class Slot:
    """A session's time, in seconds since 1970."""

    starts: float
    ends: float


class Timetable:
    def __init__(self, sessions: Iterable[Session]) -> None:
        self.slots: dict[str, Slot] = {}
        for session in sessions:
            starts, ends = seconds(session.starts), seconds(session.ends)
            if starts is not None:
                self.slots[session.guid] = Slot(starts, ends if ends is not None and ends > starts else starts + NO_END)
        self._starts = sorted({slot.starts for slot in self.slots.values()})

    def begun_since(self, session: str, at: float) -> int:
        """How many later starts there were up to `at`: 0 for the session, or sessions, that began last."""
        return bisect_right(self._starts, at) - bisect_right(self._starts, self.slots[session].starts)
