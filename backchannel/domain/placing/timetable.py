"""Evidence from time: what the moment of a post says about each session."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from ..model import Session, When
from .weights import NO_END


def seconds(when: When) -> float | None:
    """Return seconds since 1970, or None if only the day is known, or nothing."""
    return when.timestamp() if isinstance(when, datetime) else None


@dataclass(frozen=True, slots=True)
class Slot:
    """A session's time in seconds since 1970."""

    starts: float
    ends: float


class Timetable:
    """The times of all sessions. Posts lag behind the talk: the latest session to start is likeliest, and ended ones
    fade.
    """

    def __init__(self, sessions: Iterable[Session]) -> None:
        self.slots: dict[str, Slot] = {}
        self._untimed: list[str] = []
        for session in sessions:
            starts, ends = seconds(session.starts), seconds(session.ends)
            if starts is None:
                self._untimed.append(session.guid)
            else:
                self.slots[session.guid] = Slot(starts, ends if ends is not None and ends > starts else starts + NO_END)
        self._starts = sorted({slot.starts for slot in self.slots.values()})

    def newest(self, at: float) -> float | None:
        """Return the start of the session or sessions that began last."""
        begun = bisect_right(self._starts, at)
        return self._starts[begun - 1] if begun else None

    def columns(self, at: float) -> dict[str, dict[str, float]]:
        """Return kind of evidence -> session -> value at a moment."""
        newest: dict[str, float] = {}
        fresh: dict[str, float] = {}
        ended: dict[str, float] = {}
        late: dict[str, float] = {}
        early: dict[str, float] = {}
        last = self.newest(at)
        for guid, slot in self.slots.items():
            if at < slot.starts:
                early[guid] = math.log1p((slot.starts - at) / 120)
                continue
            if slot.starts == last:
                newest[guid] = 1.0
            if at - slot.starts < 3600:
                fresh[guid] = math.exp((slot.starts - at) / 600)
            if at > slot.ends:
                ended[guid] = 1.0
                late[guid] = math.log1p((at - slot.ends) / 600)
        untimed = dict.fromkeys(self._untimed, 1.0) if self.slots else {}
        return {"newest": newest, "fresh": fresh, "ended": ended, "late": late, "early": early, "untimed": untimed}
