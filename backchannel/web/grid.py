"""The grid for pages: sessions with their times, counts and status."""

from __future__ import annotations

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

SessionView = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Grid:
    """All sessions of an event as views, in grid order, and the names of the rooms."""

    event: Event
    views: tuple[SessionView, ...]
    rooms: tuple[str, ...]

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


def read_grid(reader: Reader, event: Event, now: datetime) -> Grid:
    sessions = reader.sessions(event.slug)
    tallies = reader.tallies(event.slug)
    pulses = reader.activity(event.slug, now - timedelta(seconds=BAR_SECONDS * BARS), BAR_SECONDS)
    coming = next_start(sessions, now)
    views = tuple(
        session_view(event, session, tallies.get(session.guid, NOTHING), pulses.get(session.guid, []), now, coming)
        for session in sessions
    )
    named = [room.name for room in reader.rooms(event.slug)]
    named += sorted({view["room"] for view in views if view["room"]} - set(named))
    return Grid(event, views, tuple(named))


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
    """Return past, now, next, later or unscheduled."""
    if session.starts is None:
        return "unscheduled"
    if now >= (session.ends or session.starts + DEFAULT_LENGTH):
        return "past"
    if now >= session.starts:
        return "now"
    return "next" if session.starts == coming else "later"


def next_start(sessions: Iterable[Session], now: datetime) -> datetime | None:
    """Return when the next slot starts."""
    return min((session.starts for session in sessions if session.starts and session.starts > now), default=None)
