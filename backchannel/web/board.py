"""The grid editor's board as data for its template: cells, the tray of what is not on the grid, and recent edits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

from backchannel.desk.grid import read_programme
from backchannel.domain.grid import Programme
from backchannel.domain.grid_log import LoggedEdit
from backchannel.domain.grid_phrases import where
from backchannel.domain.grid_warnings import warnings
from backchannel.domain.model import Event, Pitch, Session, Slot
from backchannel.passes import Pass
from backchannel.store.base import Reader

MAX_LOGGED = 12  # edits listed on the page
UNDO_OFFERED = timedelta(minutes=15)  # how long the page offers to undo the latest step
FIRST_SLOT = time(10)  # the suggestion for an empty grid
QUARTER = timedelta(minutes=15)
SLOT_LENGTH = timedelta(minutes=45)
WISHES = {"small": "a small room", "medium": "a medium room", "large": "a large room"}

Card = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Board:
    """What the editor shows. `picked` is the card of the chosen session or pitch."""

    rooms: list[dict[str, Any]]
    slots: list[dict[str, Any]]
    tray: list[Card]
    cards: list[Card]
    picked: Card | None
    shown: str  # the slot that a narrow screen shows
    log: list[LoggedEdit]
    last: LoggedEdit | None  # the viewer's latest edit that can be undone
    next_slot: dict[str, str]


def read_board(reader: Reader, event: Event, viewer: Pass, now: datetime, pick: str, shown: str) -> Board:
    """Return the board for one organiser."""
    programme, zone = read_programme(reader, event.slug), ZoneInfo(event.timezone)
    cards = _cards(programme, zone)
    log = reader.grid_edits(event.slug, limit=2 * MAX_LOGGED)
    own = (edit for edit in log if edit.by == viewer.author_key and edit.undoable and now - edit.at < UNDO_OFFERED)
    return Board(
        rooms=[{"guid": room.guid, "name": room.name, "seats": room.seats} for room in programme.columns],
        slots=_slots(programme, cards, zone),
        tray=_tray(programme, cards),
        cards=sorted((card for card in cards.values() if not card["is_pitch"]), key=lambda card: card["title"].casefold()),
        picked=cards.get(pick),
        shown=_shown(programme, cards.get(pick), shown, now),
        log=log[:MAX_LOGGED],
        last=next((edit for edit in own if edit.do != "undo"), None),
        next_slot=_next_slot(programme, event, now, zone),
    )


def _cards(programme: Programme, zone: tzinfo) -> dict[str, Card]:
    found, placed = warnings(programme), programme.placed()
    sessions = {one.guid: _session_card(programme, one, placed.get(one.guid), zone) for one in programme.planned}
    pitches = {one.guid: _pitch_card(one) for one in programme.pitches.values() if one.state == "open"}
    cards = pitches | sessions
    for guid, card in cards.items():
        card["warnings"] = found.get(guid, ())
    return cards


def _session_card(programme: Programme, session: Session, slot: Slot | None, zone: tzinfo) -> Card:
    pitch, room = programme.pitches.get(session.guid), programme.room_named(session.room)
    odd = session.starts and slot and (session.starts, session.ends) != (slot.starts, slot.ends)
    return {
        "guid": session.guid, "slug": session.slug, "title": session.title, "leaders": list(session.leaders),
        "room": room.guid if room else "", "slot": slot.guid if slot else "", "where": where(session, zone),
        "times": _hours(session.starts, session.ends, zone) if odd else "", "cancelled": session.cancelled,
        "starts": session.starts.astimezone(zone) if session.starts else None,
        "votes": pitch.votes if pitch else None, "wish": "", "is_pitch": False,
    }  # fmt: skip


def _pitch_card(pitch: Pitch) -> Card:
    return {
        "guid": pitch.guid, "slug": "", "title": pitch.title, "leaders": [pitch.leader] if pitch.leader else [], "room": "",
        "slot": "", "where": "pitched", "times": "", "cancelled": False, "starts": None, "votes": pitch.votes,
        "wish": WISHES.get(pitch.wish, ""), "is_pitch": True,
    }  # fmt: skip


def _slots(programme: Programme, cards: dict[str, Card], zone: tzinfo) -> list[dict[str, Any]]:
    cells, rows, day = programme.cells(), [], None
    for slot in programme.rows:
        starts = slot.starts.astimezone(zone)
        rows.append({
            "guid": slot.guid, "starts": starts, "ends": slot.ends.astimezone(zone),
            "hours": _hours(slot.starts, slot.ends, zone), "new_day": starts.date() != day,
            "cells": [
                {"room": room.guid, "name": room.name,
                 "cards": [cards[one.guid] for one in cells.get((room.name, slot.guid), [])]}
                for room in programme.columns
            ],
        })  # fmt: skip
        day = starts.date()
    return rows


def _tray(programme: Programme, cards: dict[str, Card]) -> list[Card]:
    """Return what waits for a place: sessions first, then pitches, the most wanted first."""
    pitches = [card for card in cards.values() if card["is_pitch"]]
    return [cards[one.guid] for one in programme.off_grid()] + sorted(pitches, key=lambda card: -card["votes"])


def _shown(programme: Programme, picked: Card | None, shown: str, now: datetime) -> str:
    """Return the slot to show on a phone: the requested one, the picked session's, or the current or next one."""
    if shown in programme.slots:
        return shown
    if picked and picked["slot"]:
        return str(picked["slot"])
    rows = programme.rows
    coming = (slot.guid for slot in rows if slot.ends > now)
    return next(coming, rows[-1].guid if rows else "")


def _next_slot(programme: Programme, event: Event, now: datetime, zone: tzinfo) -> dict[str, str]:
    """Return the date and times that the form suggests: after the last slot, as long as it, with the same break."""
    rows = programme.rows
    if rows:
        last, before = rows[-1], rows[-2] if len(rows) > 1 else None
        pause = max(timedelta(), last.starts - before.ends) if before else timedelta()
        starts, length = last.ends + min(pause, timedelta(hours=2)), last.ends - last.starts
    else:
        starts, length = _first_start(event, now, zone), SLOT_LENGTH
    starts, ends = starts.astimezone(zone), (starts + length).astimezone(zone)
    return {"date": starts.date().isoformat(), "starts": f"{starts:%H:%M}", "ends": f"{ends:%H:%M}"}


def _first_start(event: Event, now: datetime, zone: tzinfo) -> datetime:
    """Return the start that the form suggests for the first slot: ten o'clock, or on the day the next quarter of an hour."""
    today = now.astimezone(zone)
    first = datetime.combine(event.starts or today.date(), FIRST_SLOT, zone)
    if first.date() != today.date() or today <= first:
        return first
    midnight = datetime.combine(today.date(), time(), zone)
    return midnight + -(-(today - midnight) // QUARTER) * QUARTER


def _hours(starts: datetime | None, ends: datetime | None, zone: tzinfo) -> str:
    return "–".join(f"{when.astimezone(zone):%H:%M}" for when in (starts, ends) if when)
