"""The timelines of pages: a window of lines, the links to the windows beside it, and what came of the session."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from flask import Flask, current_app, request, url_for
from markupsafe import Markup

from backchannel.domain.model import Event
from backchannel.domain.outcomes import Outcome
from backchannel.store.base import Window
from backchannel.web.guard import services
from backchannel.web.lines import READING, Lines, Style, joined

WINDOW = 150  # lines on a page
MAX_WITHOUT_EARLIER = 225  # a timeline of up to so many lines is not divided
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
    first: str  # id of the oldest line
    earlier: bool
    later: bool
    speakers: tuple[str, ...]
    present: frozenset[str]


def lines() -> Lines:
    return cast(Lines, current_app.extensions["backchannel lines"])


def is_newest() -> bool:
    """Return whether the request asks for the newest window, which is the one that goes on live."""
    return not ({"before", "around"} & set(request.args))


def view(event: Event, session: str | None, style: Style = READING, own: str | None = None) -> TimelineView:
    """Return the window of a session (or of the event) that the request asks for."""
    reader = services().read()
    with reader.snapshot():
        window = _window(event.slug, session)
        rows = lines().rows(reader, event, window.lines, style, own)
    return TimelineView(
        rows=joined(rows), count=len(rows), first=window.lines[0][0] if window.lines else "", earlier=window.earlier,
        later=window.later, speakers=tuple(dict.fromkeys(row.speaker for row in rows if row.speaker)),
        present=frozenset(id for id, _ in window.lines),
    )  # fmt: skip


def _window(slug: str, session: str | None) -> Window:
    reader, before, around = services().read(), request.args.get("before"), request.args.get("around")
    if before or around:
        return reader.window(slug, session, before=before, around=None if before else around, limit=WINDOW)
    window = reader.window(slug, session, limit=MAX_WITHOUT_EARLIER)
    return Window(lines=window.lines[-WINDOW:], earlier=True, later=False) if window.earlier else window


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
    """Return the addresses of the window before this one and of the newest one."""
    return {
        "earlier": url_for(endpoint, **address, before=shown.first) if shown.earlier else None,
        "newest": url_for(endpoint, **address) if shown.later else None,
    }


def register(app: Flask) -> None:
    app.extensions["backchannel lines"] = Lines(app)
