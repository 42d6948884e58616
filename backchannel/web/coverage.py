"""The coverage board for organisers: where nobody takes notes, and the QR code that sends somebody there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Flask, render_template, request

from backchannel.desk.coverage import Coverage, is_ill, session_coverage
from backchannel.desk.events import event_pass
from backchannel.domain.model import Event, Feed
from backchannel.web.grid import SessionView
from backchannel.web.guard import origin, services
from backchannel.web.organise import organising
from backchannel.web.pages import grid_of, still
from backchannel.web.qr import qr_code, short_address

coverage = Blueprint("coverage", __name__)


@coverage.get("/e/<event>/coverage")
def board(event: str) -> str:
    """Show the board, and a session's QR code if the address names one (`?show=SLUG`)."""
    found, viewer = organising(event)
    reader, now = services().read(), services().desk.clock()
    feeds, waiting = reader.feeds(event), reader.posts_to_check(event)
    grid = grid_of(found, found.head)

    def rows(views: list[SessionView]) -> list[dict[str, Any]]:
        return [_row(found, view, now, waiting.get(view["guid"], 0), feeds) for view in views]

    return render_template(
        "coverage.html", **still(found, viewer), running=rows(grid.on_now), next=rows(grid.next),
        silent=[view for view in grid.views if view["status"] == "past" and not view["counts"]["note"]],
        waiting=sum(waiting.values()), feeds=feeds, is_ill=is_ill, code=_code(found, request.args.get("show", "")),
    )  # fmt: skip


def _row(event: Event, view: SessionView, now: datetime, waiting: int, feeds: list[Feed]) -> dict[str, Any]:
    """Return a session for the board. A running one without a present note-taker needs somebody."""
    found: Coverage = session_coverage(services().read(), event.slug, view["guid"], now, waiting, feeds)
    missing = view["status"] == "now" and not found.present
    return {"session": view, "coverage": found, "age": age(found.last_note, now), "missing": missing}


def age(when: datetime | None, now: datetime) -> str:
    """Return how long ago something happened, such as "3 minutes ago"."""
    if when is None:
        return ""
    minutes = max(0, int((now - when).total_seconds() // 60))
    if minutes == 0:
        return "just now"
    amount, unit = (minutes, "minute") if minutes < 60 else (minutes // 60, "hour")
    return f"{amount} {unit}{'s' * (amount != 1)} ago"


def _code(event: Event, slug: str) -> dict[str, Any] | None:
    """Return the note-takers' link of a session as a QR code."""
    if not slug:
        return None
    session = services().read().session(event.slug, slug)
    token = event_pass(services().desk, services().passes, event.slug, "scribe", session=session.guid)
    link = f"{origin()}/join/{token}"
    return {"session": session, "qr": qr_code(link), "link": link, "short": short_address(link)}


def register(app: Flask) -> None:
    app.register_blueprint(coverage)
