"""The timelines of pages: a window of lines, the links to the windows beside it, and what came of the session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import gevent
from flask import Flask, current_app, request, url_for
from markupsafe import Markup

from backchannel.domain.model import Event, Item
from backchannel.domain.outcomes import Outcome
from backchannel.store.base import Window
from backchannel.web.guard import services
from backchannel.web.lines import READING, Lines, Style, joined

WINDOW = 150  # lines on a page
MAX_WITHOUT_EARLIER = 225  # a timeline of up to so many lines is not divided
SLICE = 100  # lines of a whole timeline that are read at once
PAUSE_S = 0.002  # between two slices
MAX_SLIPS = 30  # outcomes of each kind on a page; the write-up has them all

OUTCOMES: tuple[tuple[Outcome, str, str], ...] = (
    ("commitment", "Commitments", "action pledge"),
    ("decision", "Decisions", "decision"),
    ("question", "Questions", "question"),
)


@dataclass(frozen=True, slots=True)
class OutcomeGroup:
    """The outcomes of one kind: how many there are, and the newest as slips."""

    title: str
    kinds: str  # kinds of items, separated by spaces
    count: int
    more: int  # outcomes without a slip
    slips: Markup


@dataclass(frozen=True, slots=True)
class TimelineView:
    """What templates show of a timeline."""

    rows: Markup
    count: int
    first: str = ""  # id of the oldest line
    last: str = ""  # id of the newest line
    earlier: bool = False
    later: bool = False
    speakers: tuple[str, ...] = ()
    present: frozenset[str] = frozenset()


def lines() -> Lines:
    return cast(Lines, current_app.extensions["backchannel lines"])


def asked(event: Event, session: str | None) -> Window | None:
    """Return the older window that the request asks for, or None for the newest one, which goes on live.

    Raises `UnknownItem`.
    """
    reader = services().read()
    for side in ("before", "after", "around"):
        if id := request.args.get(side):
            found = reader.window(event.slug, session, limit=WINDOW, **{side: id})
            return None if side == "after" and not found.later else found
    return None


def view(
    event: Event, session: str | None, style: Style = READING, own: str | None = None, window: Window | None = None
) -> TimelineView:
    """Return a window of a session (or of the event), by default the newest one."""
    reader = services().read()
    with reader.snapshot():
        window = window or _newest(event.slug, session)
        gathered = lines().gather(reader, event, window.lines, style, own)
    rows = lines().rows(gathered, event, style, own)
    return TimelineView(
        rows=joined(rows), count=len(rows), first=window.lines[0][0] if window.lines else "",
        last=window.lines[-1][0] if window.lines else "", earlier=window.earlier, later=window.later,
        speakers=tuple(dict.fromkeys(row.speaker for row in rows if row.speaker)),
        present=frozenset(id for id, _ in window.lines),
    )  # fmt: skip


def newest_items(event: Event, session: str, limit: int) -> list[Item]:
    """Return the newest items of a session, in reading order."""
    reader = services().read()
    with reader.snapshot():
        ids = [id for id, _ in reader.window(event.slug, session, limit=limit).lines]
        found = reader.items_by_id(event.slug, ids)
    return [found[id] for id in ids]


def _newest(slug: str, session: str | None) -> Window:
    window = services().read().window(slug, session, limit=MAX_WITHOUT_EARLIER)
    return Window(lines=window.lines[-WINDOW:], earlier=True, later=False) if window.earlier else window


def whole(event: Event, session: str | None, style: Style = READING) -> TimelineView:
    """Return all lines of a session (or of the event), read and rendered in slices."""
    reader, parts, count = services().read(), [], 0
    last, above = "", None
    while True:
        with reader.snapshot():
            found = reader.window(event.slug, session, after=last, limit=SLICE).lines
            gathered = lines().gather(reader, event, found, style)
        if not found:
            break
        rows = lines().rows(gathered, event, style)
        parts.append(joined(rows, above))
        count, last, above = count + len(rows), found[-1][0], rows[-1]
        gevent.sleep(PAUSE_S)
    return TimelineView(rows=Markup("").join(parts), count=count)


def outcomes(event: Event, session: str | None, present: frozenset[str]) -> list[OutcomeGroup]:
    """Return what came of a session (or of the event) so far."""
    reader = services().read()
    groups = []
    for outcome, title, kinds in OUTCOMES:
        count, newest = reader.outcomes(event.slug, session, outcome, MAX_SLIPS)
        slips = lines().slips(reader, event, newest, present)
        groups.append(OutcomeGroup(title, kinds, count, count - len(newest), slips))
    return groups


def holding(event: Event, session: str | None, id: str) -> str | None:
    """Return the item's id if a link to it needs a window of its own, or None if the newest window has it."""
    newest = services().read().window(event.slug, session, limit=WINDOW)
    return None if not newest.earlier or id in dict(newest.lines) else id


def window_links(endpoint: str, shown: TimelineView, **address: Any) -> dict[str, str | None]:
    """Return the addresses of the windows before and after this one, of the newest one, and of the whole timeline."""
    divided = shown.earlier or shown.later
    return {
        "earlier": url_for(endpoint, **address, before=shown.first) if shown.earlier else None,
        "later": url_for(endpoint, **address, after=shown.last) if shown.later else None,
        "newest": url_for(endpoint, **address) if shown.later else None,
        "whole": url_for(endpoint, **address, all="1") if divided else None,
    }


def register(app: Flask) -> None:
    app.extensions["backchannel lines"] = Lines(app)
