"""The pace of the demo: slots of forty minutes on paper become a couple of minutes, starting now."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from .script import SLOT_MINUTES, SLOTS

SLOT = timedelta(minutes=2)
BREAK = timedelta(seconds=10)  # between two slots


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """When the camp begins, and how many times faster than usual it runs."""

    begins: datetime
    speed: float = 1.0

    def when(self, slot: int, minute: float) -> datetime:
        """Return when `minute` of the camp's slot happens."""
        return self.begins + ((slot - 1) * (SLOT + BREAK) + minute / SLOT_MINUTES * SLOT) / self.speed

    @property
    def ends(self) -> datetime:
        """Return when the camp is over."""
        return self.when(SLOTS, SLOT_MINUTES)


def squeezed(schedule: dict[str, Any], pace: Pace) -> dict[str, Any]:
    """Return the camp's schedule with the times of the replay."""
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
