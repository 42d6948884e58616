"""Real time for camp time: slots of forty minutes on paper, squeezed into a couple that begin now."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .script import SLOT_MINUTES, SLOTS

SLOT = timedelta(minutes=2)
BREAK = timedelta(seconds=10)  # between two slots, to fetch a samosa


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """When the camp begins, and how many times faster than usual it runs."""

    begins: datetime
    speed: float = 1.0

    def when(self, slot: int, minute: float) -> datetime:
        """The moment at which `minute` of the camp's slot falls."""
        return self.begins + ((slot - 1) * (SLOT + BREAK) + minute / SLOT_MINUTES * SLOT) / self.speed

    @property
    def ends(self) -> datetime:
        return self.when(SLOTS, SLOT_MINUTES)


def squeezed(schedule: dict[str, Any], pace: Pace) -> dict[str, Any]:
    """The camp's frab schedule with the times at which its slots are replayed."""
    schedule = deepcopy(schedule)
    conference = schedule["schedule"]["conference"]
    zone = ZoneInfo(conference["time_zone_name"])
    day = conference["days"][0]
    sessions = [session for sessions in day["rooms"].values() for session in sessions]
    slots = sorted({session["date"] for session in sessions})
    for session in sessions:
        slot = slots.index(session["date"]) + 1
        starts = pace.when(slot, 0).astimezone(zone)
        session |= {
            "date": starts.isoformat(timespec="seconds"),
            "start": f"{starts:%H:%M}",
            "end": pace.when(slot, SLOT_MINUTES)
            .astimezone(zone)
            .isoformat(timespec="seconds"),  # `duration` has no seconds
        }
        del session["duration"]
    today = pace.begins.astimezone(zone).date().isoformat()
    conference |= {"start": today, "end": pace.ends.astimezone(zone).date().isoformat()}
    day |= {
        "date": today,
        "day_start": pace.begins.astimezone(zone).isoformat(timespec="seconds"),
        "day_end": pace.ends.astimezone(zone).isoformat(timespec="seconds"),
    }
    return schedule
