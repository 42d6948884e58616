"""The moderation page: what waits for approval, what was reported, what is hidden; and the log with undo."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Flask, Response, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backchannel.desk.moderation_log import undo_line
from backchannel.desk.ops import take_ops
from backchannel.desk.reports import REASONS
from backchannel.domain.channels import STAFF
from backchannel.domain.errors import BackchannelError, BadPass, Invalid
from backchannel.domain.ids import uuid7
from backchannel.domain.model import Event
from backchannel.domain.wire import MAX_BATCH_OPS
from backchannel.domain.wire_json import item_on_wire
from backchannel.passes import Pass
from backchannel.store.moderation import LogLine, Report
from backchannel.web.guard import limits, services
from backchannel.web.organise import organising
from backchannel.web.pages import page
from backchannel.web.rules import find_outside

moderate = Blueprint("moderate", __name__)

MAX_SHOWN = 100  # items on the page at once
LOG_LINES = 50  # lines of the log on a page
LISTS = ("held", "reported", "hidden")


@moderate.get("/e/<event>/moderate")
def board(event: str) -> str:
    """Show a list of items to decide about."""
    found, viewer = organising(event)
    return _board(found, viewer)


@moderate.post("/e/<event>/moderate")
def decided(event: str) -> ResponseReturnValue:
    """Show or hide one item or all selected ones."""
    found, viewer = organising(event)
    do, ids = _decision()
    limits().ops(viewer, 1)
    try:
        if do not in ("show", "hide") or not ids:
            raise Invalid("Select at least one line first.", field="item")
        failed = _carry_out(viewer, event, do, ids)
    except (BadPass, Invalid) as fault:
        if isinstance(fault, BadPass):
            raise
        return _board(found, viewer, refused=fault.message), fault.status
    if failed:
        return _board(found, viewer, refused=failed), 409
    done = f"{len(ids)} {'shown' if do == 'show' else 'hidden'}"
    return redirect(url_for("moderate.board", event=event, show=_list(), done=done), code=303)


def _decision() -> tuple[str, list[str]]:
    """Return what to do with which items: a button of one line, or else the selected lines."""
    for do in ("show", "hide"):
        if request.form.get(f"{do}_one"):
            return do, [request.form[f"{do}_one"]]
    return request.form.get("do", ""), list(dict.fromkeys(request.form.getlist("item")))[:MAX_SHOWN]


def _carry_out(viewer: Pass, event: str, do: str, ids: Sequence[str]) -> str:
    """Carry the decision out. Returns why some items could not be changed, or an empty string."""
    ops = [{"op": uuid7(), "id": id, "do": do} for id in ids]
    answers: list[dict[str, Any]] = []
    for at in range(0, len(ops), MAX_BATCH_OPS):
        answers += take_ops(services().desk, viewer, event, {"ops": ops[at : at + MAX_BATCH_OPS]})
    faults = dict.fromkeys(answer["error"]["message"] for answer in answers if "error" in answer)
    return " ".join(faults)


def _list() -> str:
    asked = request.values.get("show", "")
    return asked if asked in LISTS else "held"


def _board(event: Event, viewer: Pass, refused: str = "") -> str:
    context = page(event, viewer, STAFF)
    shown = _list()
    reader = services().read()
    reports = _reports_by_item(reader.reports(event.slug))
    ids = list(reports) if shown == "reported" else reader.withheld(event.slug, shown, MAX_SHOWN)  # type: ignore[arg-type]
    found = reader.items_by_id(event.slug, ids[:MAX_SHOWN])
    items = [found[id] for id in ids if id in found and (shown != "reported" or found[id].state == "visible")]
    sessions = {session.guid: session for session in reader.sessions(event.slug)}
    waiting = reader.waiting(event.slug)
    return render_template(
        "moderate.html", **context, items=[item_on_wire(item) for item in items], shown=shown, refused=refused,
        counts={"held": waiting.held, "reported": waiting.reported, "hidden": reader.withheld_count(event.slug, "hidden")},
        selected=set(request.form.getlist("item")), all_selected=request.args.get("select") == "all", reports=reports,
        reasons=REASONS, sessions=sessions, done=request.args.get("done", ""),
    )  # fmt: skip


def _reports_by_item(reports: Sequence[Report]) -> dict[str, list[Report]]:
    by_item: defaultdict[str, list[Report]] = defaultdict(list)
    for report in reports:
        by_item[report.id].append(report)
    return dict(by_item)


@moderate.get("/e/<event>/moderate/waiting")
def waiting(event: str) -> Response:
    """Return how much waits for a decision, for the number on the organisers' tabs."""
    organising(event)
    found = services().read().waiting(event)
    return jsonify({"held": found.held, "reported": found.reported, "waiting": found.total})


@moderate.get("/e/<event>/moderate/log")
def log(event: str) -> str:
    """Show who did what when, newest first."""
    found, viewer = organising(event)
    return _log(found, viewer)


@moderate.post("/e/<event>/moderate/log")
def undone(event: str) -> ResponseReturnValue:
    """Undo one line."""
    found, viewer = organising(event)
    limits().ops(viewer, 1)
    try:
        undo_line(services().desk, viewer, _seq(request.form.get("seq", "")), find_outside)
    except BadPass:
        raise
    except BackchannelError as fault:
        return _log(found, viewer, refused=fault.message), fault.status
    return redirect(url_for("moderate.log", event=event), code=303)


def _seq(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Invalid("There is no such line in the log.", field="seq")
    return int(text)


def _log(event: Event, viewer: Pass, refused: str = "") -> str:
    context = page(event, viewer, STAFF)
    before = _seq(request.args["before"]) if request.args.get("before") else None
    reader = services().read()
    lines = reader.moderation_log(event.slug, before, LOG_LINES + 1)
    items = reader.items_by_id(event.slug, [line.id for line in lines if line.id])
    sessions = {session.guid: session.title for session in reader.sessions(event.slug)}
    views = [_line(line, items.get(line.id), sessions) for line in lines[:LOG_LINES]]
    older = lines[LOG_LINES - 1].seq if len(lines) > LOG_LINES else None
    return render_template("moderation_log.html", **context, lines=views, older=older, refused=refused)


DONE = {
    "hide": "hid", "show": "showed", "undo": "undid a change of", "move": "moved", "report": "Followers reported",
}  # fmt: skip


def _line(line: LogLine, item: Any, sessions: dict[str, str]) -> dict[str, Any]:
    text = "" if item is None or item.state == "withdrawn" else " ".join(item.text.split())
    words = DONE.get(line.do, "") if line.id else line.said
    where = f"to {sessions.get(line.session or '', 'the hallway')}" if line.do == "move" else ""
    return {
        "undoable": line.do != "report", "seq": line.seq, "at": line.at, "who": line.author, "words": words, "where": where,
        "text": text if len(text) <= 90 else f"{text[:89]}…", "author": item.author if item else "",
    }  # fmt: skip


def waiting_tab(event: str) -> tuple[int, int]:
    """Return the number on the organisers' tab, and the seq from which a script keeps it current."""
    reader = services().read()
    return reader.waiting(event).total, reader.channel_head(event, STAFF)


def register(app: Flask) -> None:
    app.jinja_env.globals["waiting_tab"] = waiting_tab
    app.register_blueprint(moderate)
