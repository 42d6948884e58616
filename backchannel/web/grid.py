"""The grid for pages: sessions with their times, counts and status.

It is kept for a few seconds, because it stands beside every timeline and changes with every note of the event.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import url_for

from backchannel.desk.overview import NOTHING, counts
from backchannel.domain.model import Event, Session
from backchannel.store.base import Reader, Tally

BAR_SECONDS = 300  # seconds per bar of the activity chart
BARS = 6
DEFAULT_LENGTH = timedelta(minutes=45)  # of a session without an end

MAX_AGE_S = 5.0  # of the counts beside another session's timeline

SessionView = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Grid:
    """All sessions of an event as views, in grid order, and the names of the rooms."""

    event: Event
    views: tuple[SessionView, ...]
    rooms: tuple[str, ...]
    number: int = 0  # tells two grids that this process made from each other

    @property
    def on_now(self) -> list[SessionView]:
        """Return the sessions running now."""
        return [view for view in self.views if view["status"] == "now"]

    @property
    def next(self) -> list[SessionView]:
        """Return the sessions of the next slot."""
        return [view for view in self.views if view["status"] == "next"]

    @property
    def items(self) -> int:
        """Return the number of notes and posts in all sessions."""
        return sum(view["counts"]["note"] + view["counts"]["post"] for view in self.views)

    def by_guid(self) -> dict[str, SessionView]:
        """Return the views by guid."""
        return {view["guid"]: view for view in self.views}

    def days(self) -> list[dict[str, Any]]:
        """Return [{"date", "rooms", "slots": [{"starts", "cells": [view or None, one a room]}], "unscheduled"}]."""
        dates: dict[date | None, list[SessionView]] = {}
        for view in self.views:
            dates.setdefault(view["starts"].date() if view["starts"] else None, []).append(view)
        last = dates.pop(None, [])
        days = [self._day(when, views) for when, views in sorted(dates.items(), key=lambda day: str(day[0]))]
        return days + ([self._day(None, last)] if last else [])

    def _day(self, when: date | None, views: list[SessionView]) -> dict[str, Any]:
        on_grid = [view for view in views if view["starts"] and view["room"]]
        rooms = [room for room in self.rooms if any(view["room"] == room for view in on_grid)]
        slots: list[dict[str, Any]] = []
        for view in on_grid:
            _cell(slots, view, rooms)
        off_grid = [view for view in views if view not in on_grid]
        return {"date": when, "rooms": rooms, "slots": slots, "unscheduled": off_grid}


def _cell(slots: list[dict[str, Any]], view: SessionView, rooms: list[str]) -> None:
    """Put a session into its slot. A second session in the same room and slot gets another row."""
    column = rooms.index(view["room"])
    for slot in slots:
        if slot["starts"] == view["starts"] and slot["cells"][column] is None:
            slot["cells"][column] = view
            return
    cells: list[SessionView | None] = [None] * len(rooms)
    cells[column] = view
    slots.append({"starts": view["starts"], "cells": cells})


class Grids:
    """The grids of this process's events, made again when they are out of date."""

    def __init__(self) -> None:
        self._made: dict[str, tuple[tuple[object, ...], float, Grid]] = {}
        self._number = 0

    def current(self, reader: Reader, event: Event, now: datetime, seq: int) -> Grid:
        """Return a grid that counts at least the changes up to `seq`. What came after it may be missing for a while."""
        made_of = (reader.epoch(), event.version, int(now.timestamp() // 60))
        known, made_at, grid = self._made.get(event.uid, ((), 0.0, None))
        if grid is not None and known == made_of and (event.head == grid.event.head or self._is_fresh(made_at, grid, seq)):
            return grid
        self._number += 1
        grid = read_grid(reader, event, now, self._number)
        self._made[event.uid] = (made_of, time.monotonic(), grid)
        return grid

    @staticmethod
    def _is_fresh(made_at: float, grid: Grid, seq: int) -> bool:
        return grid.event.head >= seq and time.monotonic() - made_at < MAX_AGE_S


def read_grid(reader: Reader, event: Event, now: datetime, number: int = 0) -> Grid:
    sessions = reader.sessions(event.slug)
    tallies = reader.tallies(event.slug)
    earliest = now - timedelta(seconds=BAR_SECONDS * BARS - 60)  # activity is counted in minutes; the last is this one
    pulses = reader.activity(event.slug, earliest, BAR_SECONDS)
    coming = next_start(sessions, now)
    views = tuple(
        session_view(event, session, tallies.get(session.guid, NOTHING), pulses.get(session.guid, []), now, coming)
        for session in sessions
    )
    named = [room.name for room in reader.rooms(event.slug)]
    named += sorted({view["room"] for view in views if view["room"]} - set(named))
    return Grid(event, views, tuple(named), number)


def session_view(
    event: Event, session: Session, tally: Tally, pulse: list[int], now: datetime, coming: datetime | None
) -> SessionView:
    zone = ZoneInfo(event.timezone)
    return {
        "guid": session.guid,
        "slug": session.slug,
        "number": session.number,
        "title": session.title,
        "abstract": session.abstract,
        "room": session.room,
        "starts": session.starts.astimezone(zone) if session.starts else None,
        "ends": session.ends.astimezone(zone) if session.ends else None,
        "leaders": list(session.leaders),
        "hashtags": list(session.hashtags),
        "note_takers": list(tally.note_takers),
        "counts": counts(tally),
        "status": status(session, now, coming),
        "pulse": (pulse + [0] * BARS)[:BARS],
        "url": url_for("follow.session", event=event.slug, slug=session.slug),
    }


def status(session: Session, now: datetime, coming: datetime | None) -> str:
    """Return past, now, next, later, unscheduled or cancelled."""
    if session.cancelled:
        return "cancelled"
    if session.starts is None:
        return "unscheduled"
    if now >= (session.ends or session.starts + DEFAULT_LENGTH):
        return "past"
    if now >= session.starts:
        return "now"
    return "next" if session.starts == coming else "later"


def next_start(sessions: Iterable[Session], now: datetime) -> datetime | None:
    """Return when the next slot starts."""
    return min((one.starts for one in sessions if one.starts and one.starts > now and not one.cancelled), default=None)
