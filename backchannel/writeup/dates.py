"""Times for print, in the event's zone, with days like "8 June 2009"."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, tzinfo
from zoneinfo import ZoneInfo

from backchannel.domain.model import Session, When
from backchannel.domain.times import local_day, read_date


def zone_of(name: str) -> tzinfo:
    """Return the zone with that name, or UTC if it is unknown."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def day_of(session: Session | None, whens: Sequence[When], zone: tzinfo) -> date | None:
    """Return the day that lines need not repeat: the slot's, or the one that all lines share."""
    if session and session.starts:
        return local_day(session.starts, zone)
    moments = [when for when in whens if isinstance(when, datetime)]
    if whens and len(moments) == len(whens):
        return local_day(moments[0], zone)
    days = set(whens)
    only = days.pop() if len(days) == 1 else None
    return only if isinstance(only, date) and not isinstance(only, datetime) else None


def read_slot(session: Session | None, day: date | None, zone: tzinfo) -> str:
    """Return when a session took place: "8 June 2009, 10:00–10:45", "8 June 2009", or "" if unknown."""
    if session is None or session.starts is None:
        return read_date(day) if day else ""
    starts, ends = _local(session.starts, zone), session.ends and _local(session.ends, zone)
    said = f"{read_date(starts.date())}, {starts:%H:%M}"
    if not ends:
        return said
    if ends.date() == starts.date():
        return f"{said}–{ends:%H:%M}"
    return f"{said} – {read_date(ends.date())}, {ends:%H:%M}"


def read_days(starts: date | None, ends: date | None) -> str:
    """Return the days of an event: "8 June 2009", "8–9 June 2009", "30 June – 1 July 2009"."""
    if not starts or not ends or starts == ends:
        return read_date(starts or ends) if starts or ends else ""  # type: ignore[arg-type]
    if (starts.year, starts.month) == (ends.year, ends.month):
        return f"{starts.day}–{read_date(ends)}"
    return f"{read_date(starts)} – {read_date(ends)}"


def read_time(when: When, day: date | None, slot: bool, zone: tzinfo) -> str:
    """Return the time to print beside a line, leaving out `day`.

    With `slot`, the day comes from a slot, so a line of which only the day is known still shows it.
    """
    if when is None:
        return ""
    if not isinstance(when, datetime):
        return "" if when == day and not slot else read_date(when)
    local = _local(when, zone)
    return f"{local:%H:%M}" if local.date() == day else f"{read_date(local.date())} {local:%H:%M}"


def _local(when: datetime, zone: tzinfo) -> datetime:
    try:
        return when.astimezone(zone)
    except OverflowError:
        return when
