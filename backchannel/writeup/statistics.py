"""Figures: how much was written, when and where. chart.py draws them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo

from backchannel.domain.model import Item, Origin
from backchannel.domain.times import read_date
from backchannel.writeup.model import Bar, SessionWriteUp, Statistics

PERIODS = (15, 30, 60, 120, 240)  # minutes
MAX_BARS = 40


def statistics(items: Sequence[Item], parts: Iterable[SessionWriteUp], zone: tzinfo) -> Statistics:
    """Return the figures. Notes of which only the day is known belong to no hour."""
    return Statistics(day=_over_the_day(items, zone), sessions=tuple(_of_session(part) for part in parts))


def _of_session(part: SessionWriteUp) -> Bar:
    return Bar(label=part.title, notes=_count(part.items, "note"), posts=_count(part.items, "post"))


def _count(items: Iterable[Item], origin: Origin) -> int:
    return sum(item.origin == origin for item in items)


def _over_the_day(items: Sequence[Item], zone: tzinfo) -> tuple[Bar, ...]:
    """Return a bar for each period between the first and the last note of each day, with the posts of those hours."""
    notes = [_local(item.at, zone) for item in items if item.origin == "note" and isinstance(item.at, datetime)]
    posts = [_local(item.at, zone) for item in items if item.origin == "post" and isinstance(item.at, datetime)]
    step = _step(notes)
    taken = Counter(_floor(when, step) for when in notes)
    posted = Counter(_floor(when, step) for when in posts)
    several = len({when.date() for when in notes}) > 1
    return tuple(
        Bar(label=_label(when, several), notes=taken[when], posts=posted[when])
        for when in sorted({begin for day in _days(notes) for begin in _between(*day, step)})
    )


def _days(notes: Sequence[datetime]) -> list[tuple[datetime, datetime]]:
    """Return the first and last note of each day."""
    days: dict[date, list[datetime]] = {}
    for when in notes:
        days.setdefault(when.date(), []).append(when)
    return [(min(whens), max(whens)) for whens in days.values()]


def _step(notes: Sequence[datetime]) -> int:
    """Return the shortest period that keeps the bars distinguishable."""
    length = sum((ends - begins for begins, ends in _days(notes)), timedelta())
    return next((step for step in PERIODS if length <= timedelta(minutes=step * (MAX_BARS - 2))), PERIODS[-1])


def _between(begins: datetime, ends: datetime, step: int) -> Iterable[datetime]:
    midnight = begins.replace(hour=0, minute=0, second=0, microsecond=0)
    first, last = ((when - midnight) // timedelta(minutes=step) for when in (begins, ends))
    return (midnight + timedelta(minutes=step * n) for n in range(first, last + 1))


def _floor(when: datetime, step: int) -> datetime:
    minute = (when.hour * 60 + when.minute) // step * step
    return when.replace(hour=minute // 60, minute=minute % 60, second=0, microsecond=0)


def _local(when: datetime, zone: tzinfo) -> datetime:
    """Return wall-clock time, in which every day has 24 hours."""
    try:
        return when.astimezone(zone).replace(tzinfo=None)
    except OverflowError:
        return when.replace(tzinfo=None)


def _label(when: datetime, several: bool) -> str:
    return f"{read_date(when.date())} {when:%H:%M}" if several else f"{when:%H:%M}"
