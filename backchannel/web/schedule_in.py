"""The organisers' page for taking a schedule: a file or an address, its changes, then the decision.

Nothing is kept in between: the page that shows the changes carries the schedule in its form.
"""

from __future__ import annotations

import base64
import binascii
import zlib
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

import gevent
from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import RequestEntityTooLarge

from backchannel.desk.programme import compare
from backchannel.desk.schedules import take_shown, unwatch_schedule, watch_schedule, watched_schedule
from backchannel.domain import programme_phrases as phrases
from backchannel.domain.errors import BackchannelError, BadPass, Forbidden, Invalid
from backchannel.domain.model import Event, Schedule
from backchannel.domain.programme import Changes
from backchannel.ingest.fetch import Fetching
from backchannel.ingest.guard import check_url
from backchannel.ingest.schedules import read_schedule
from backchannel.ingest.schedules.fetched import fetch_schedule
from backchannel.passes import Pass
from backchannel.web.guard import limits, services
from backchannel.web.organise import organising
from backchannel.web.pages import still

MAX_FILE_BYTES = 5 * 1024 * 1024
MAX_FORM_BYTES = 8 * 1024 * 1024  # a file as the form carries it
TOO_LARGE = f"The file is larger than {MAX_FILE_BYTES // 1024 // 1024} MB. Nothing was changed. Choose the schedule itself."

schedule_in = Blueprint("schedule_in", __name__)


@dataclass(frozen=True, slots=True)
class Given:
    """A schedule's bytes, and the name of its file or its address."""

    name: str
    data: bytes

    def packed(self) -> str:
        """Return the bytes as a field of a form."""
        return base64.b64encode(zlib.compress(self.data)).decode()


@schedule_in.get("/e/<event>/schedule")
def board(event: str) -> str:
    """Show the page."""
    found, viewer = organising(event)
    return _page(found, viewer)


@schedule_in.post("/e/<event>/schedule")
def shown(event: str) -> ResponseReturnValue:
    """Show what a schedule would change."""
    found, viewer = _changing(event)
    try:
        given = _given()
        return _diff_page(found, viewer, given, _read(found, given))
    except RequestEntityTooLarge as fault:
        return _page(found, viewer, refused=TOO_LARGE, field="file"), fault.code or 413
    except BackchannelError as fault:
        field = "url" if request.form.get("url") else "file"
        return _page(found, viewer, refused=fault.message, field=field), fault.status


@schedule_in.post("/e/<event>/schedule/take")
def taken(event: str) -> ResponseReturnValue:
    """Take the schedule that was shown, or show its changes again if the programme is another by now."""
    found, viewer = _changing(event)
    try:
        given = _unpacked(request.form.get("name", ""), request.form.get("schedule", ""))
        schedule = _read(found, given)
    except RequestEntityTooLarge as fault:
        return _page(found, viewer, refused=TOO_LARGE, field="file"), fault.code or 413
    except BackchannelError as fault:
        return _page(found, viewer, refused=fault.message, field="file"), fault.status
    try:
        number, theirs = request.form.get("number", -1, int), set(request.form.getlist("theirs"))
        take_shown(services().desk, viewer, schedule, number=number, theirs=theirs)
    except (BadPass, Forbidden):
        raise
    except BackchannelError as fault:
        return _diff_page(services().read().event(event), viewer, given, schedule, fault.message), fault.status
    return redirect(url_for("schedule_in.board", event=event, taken="yes"), code=303)


@schedule_in.post("/e/<event>/schedule/watch")
def watched(event: str) -> ResponseReturnValue:
    """Let the programme follow an address."""
    found, viewer = _changing(event)
    url = request.form.get("url", "").strip()
    try:
        check_url(url, Fetching.of(services().settings).allow)
        watch_schedule(services().desk, viewer, url)
    except (BadPass, Forbidden):
        raise
    except BackchannelError as fault:
        return _page(found, viewer, refused=fault.message, field="watch"), fault.status
    return redirect(url_for("schedule_in.board", event=event, _anchor="watch"), code=303)


@schedule_in.post("/e/<event>/schedule/unwatch")
def unwatched(event: str) -> ResponseReturnValue:
    """Stop following an address."""
    _, viewer = _changing(event)
    unwatch_schedule(services().desk, viewer)
    return redirect(url_for("schedule_in.board", event=event, _anchor="watch"), code=303)


def _changing(event: str) -> tuple[Event, Pass]:
    request.max_content_length = MAX_FORM_BYTES
    request.max_form_memory_size = MAX_FORM_BYTES
    found, viewer = organising(event)
    limits().ops(viewer, 1)
    return found, viewer


def _given() -> Given:
    """Return the file of the form, or else what is at its address."""
    file, url = request.files.get("file"), request.form.get("url", "").strip()
    if file is not None and file.filename:
        return _limited(Given(file.filename[:200], file.stream.read(MAX_FILE_BYTES + 1)))
    if not url:
        raise Invalid("Choose a file, or enter an address.", field="file")
    settings = Fetching.of(services().settings)
    check_url(url, settings.allow)
    return _limited(Given(url, fetch_schedule(url, settings).body))


def _unpacked(name: str, packed: str) -> Given:
    try:
        data = zlib.decompressobj().decompress(base64.b64decode(packed, validate=True), MAX_FILE_BYTES + 1)
    except (binascii.Error, ValueError, zlib.error):
        raise Invalid("The form is damaged. Choose the schedule again.", field="file") from None
    return _limited(Given(name[:200], data))


def _limited(given: Given) -> Given:
    if len(given.data) > MAX_FILE_BYTES:
        raise Invalid(TOO_LARGE, field="file")
    return given


def _read(event: Event, given: Given) -> Schedule:
    """Read a schedule in a native thread, so that a long one does not delay live traffic."""

    def read() -> Schedule | BackchannelError:
        try:
            return read_schedule(given.data, name=given.name, timezone=event.timezone, day=event.starts)
        except BackchannelError as fault:  # raised here, it would be logged as well
            return fault

    outcome: Schedule | BackchannelError = gevent.get_hub().threadpool.apply(read)
    if isinstance(outcome, BackchannelError):
        raise outcome
    return outcome


def _diff_page(event: Event, viewer: Pass, given: Given, schedule: Schedule, refused: str = "") -> str:
    changes = compare(services().desk.read(), event.slug, schedule).changes
    shown = {
        "name": given.name, "packed": given.packed(), "number": event.programme, "faults": schedule.faults,
        "sessions": len(schedule.sessions), "any": bool(changes),
        "theirs": request.form.getlist("theirs"), **_views(changes, ZoneInfo(event.timezone)),
    }  # fmt: skip
    return _page(event, viewer, shown=shown, refused=refused, field="diff")


def _views(changes: Changes, zone: ZoneInfo) -> dict[str, list[dict[str, str]]]:
    """Return the changes as titles with what happens to them."""
    return {
        "added": [{"title": s.title, "what": f"new, {phrases.when_and_where(s, zone)}"} for s in changes.added],
        "changed": [
            {"title": c.old.title, "what": phrases.differences(c.old, c.new, c.fields, zone)} for c in changes.changed
        ],
        "gone": [{"title": s.title, "what": "gone; its notes move to the hallway"} for s in changes.gone],
        "kept": [
            {"guid": k.ours.guid, "title": k.ours.title, "ours": phrases.when_and_where(k.ours, zone),
             "what": phrases.by_hand(k, zone)}
            for k in changes.kept
        ],
    }  # fmt: skip


def _page(
    event: Event, viewer: Pass, *, shown: dict[str, Any] | None = None, refused: str = "", field: str = ""
) -> str:
    url = request.form.get("url", "") if refused and field in ("url", "watch") else ""
    return render_template(
        "schedule.html", **still(event, viewer), shown=shown, refused=refused, field=field, url=url,
        watched=watched_schedule(services().read(), event.slug), taken=request.args.get("taken") == "yes",
    )  # fmt: skip


def register(app: Flask) -> None:
    app.register_blueprint(schedule_in)
