"""The HTTP API, documented in docs/protocol.md."""

from __future__ import annotations

from typing import Any, cast
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, Response, current_app, json, jsonify, request

from backchannel.desk import access, grid, ops, overview, people
from backchannel.domain.channels import STAFF, session_of
from backchannel.domain.errors import Invalid
from backchannel.domain.grid_wire import read_edit
from backchannel.domain.wire import MAX_BATCH_BYTES
from backchannel.domain.wire_json import item_on_wire
from backchannel.live.auth import readable_channel, with_epoch_and_time
from backchannel.live.dispatcher import frame, numbers
from backchannel.live.programme import programme_news, programme_overview
from backchannel.web import sealed
from backchannel.web.guard import limits, request_pass, services, visible, writing_pass
from backchannel.web.pages import impersonal, kept_page
from backchannel.web.timelines import WINDOW

DEFAULT_PAGE_ITEMS = 200  # items a page by default
MAX_PAGE_ITEMS = 5000
MAX_LAST_PAGE_ITEMS = 500  # in a page that may still grow
MAX_WAIT_S = 25.0  # seconds

api = Blueprint("api", __name__, url_prefix="/api/v1/events/<event>")


@api.get("")
def show(event: str) -> Response:
    """Return the event and its sessions, as `backchannel event show --json` prints them."""
    found, _ = visible(event)
    reader = services().read()
    kept = cast("dict[str, tuple[object, str]]", current_app.extensions["backchannel overviews"])
    made_of = (reader.epoch(), found)
    known, text = kept.get(event, (None, ""))
    if known != made_of:
        text = json.dumps(overview.event_overview(reader, event) | numbers(reader, event))
        kept[event] = (made_of, text)
    return Response(f"{text[:-1]}, {json.dumps(with_epoch_and_time(services(), {}))[1:]}", mimetype="application/json")


@api.get("/changes")
def changes(event: str) -> Response:
    """Return a page of a channel after the seq `after`. With `wait`, hold the answer until there is something."""
    viewer = request_pass(event)
    channel = readable_channel(services(), event, request.args.get("channel", "event"), viewer)
    after, limit = _integer_arg("after", 0), max(1, min(_integer_arg("limit", DEFAULT_PAGE_ITEMS), MAX_PAGE_ITEMS))
    wait = min(_seconds_arg("wait"), MAX_WAIT_S)
    if wait:
        known = _known_number("programme"), _known_number("pitches")
        services().dispatcher.wait((event, channel), after, wait, known)
        readable_channel(services(), event, channel, viewer)  # the pass may have been revoked meanwhile
    reader = services().read()
    page_extent = reader.page_extent(event, channel, after, limit)
    if not page_extent[2] and page_extent[1] > MAX_LAST_PAGE_ITEMS:  # what is not sealed is made for each request
        limit = MAX_LAST_PAGE_ITEMS
        page_extent = reader.page_extent(event, channel, after, limit)
    if page_extent[2] and not services().read().anonymous_sessions(event):
        return sealed.page(services(), (event, channel), after, limit, page_extent)
    return jsonify(with_epoch_and_time(services(), _page(event, channel, after, limit, is_last=not page_extent[2])))


def _page(event: str, channel: str, after: int, limit: int, *, is_last: bool) -> dict[str, Any]:
    """Return a page of a channel. The last one carries the channel's digest and the numbers of the programme."""
    reader, digests = services().read(), services().dispatcher.digests
    if is_last:
        digests.prepare(event, channel)
    with reader.snapshot():
        page = reader.changes(event, channel, after, limit)
        last = {} if page.more else {"digest": digests.of(reader, event, channel)[1], **numbers(reader, event)}
    return frame((event, channel), page) | {"more": page.more} | last


@api.get("/window")
def window(event: str) -> Response:
    """Return the newest items of a channel in reading order, and whether there are earlier ones."""
    found, viewer = visible(event)
    channel = readable_channel(services(), event, request.args.get("channel", "event"), viewer)
    if channel == STAFF:
        raise Invalid("This channel has no timeline. Use event, or session/ followed by a session's guid.", field="channel")
    seq = services().read().channel_head(event, channel)
    key = ("window", channel, seq)
    return kept_page(found, impersonal(viewer), key, lambda: _window(event, channel), mimetype="application/json")


def _window(event: str, channel: str) -> str:
    reader = services().read()
    with reader.snapshot():
        seq = reader.channel_head(event, channel)
        lines = reader.window(event, session_of(channel), limit=WINDOW)
        items = reader.items_by_id(event, [id for id, _ in lines.lines])
    answer = {
        "event": event, "channel": channel, "seq": seq, "earlier": lines.earlier,
        "items": [item_on_wire(items[id]) for id, _ in lines.lines],
    }  # fmt: skip
    return json.dumps(with_epoch_and_time(services(), answer))


@api.get("/programme")
def programme(event: str) -> Response:
    """Return the rooms, slots and sessions. With `after`, only the sessions that changed after this number."""
    visible(event)
    after = _known_number("after")
    reader = services().read()
    found = programme_overview(reader, event) if after is None else programme_news(reader, event, after)
    return jsonify(with_epoch_and_time(services(), found))


@api.post("/grid")
def edit_grid(event: str) -> Response:
    """Carry out one edit of the programme."""
    viewer = writing_pass(event)
    limits().ops(viewer, 1)
    edit = read_edit(_json(), ZoneInfo(visible(event)[0].timezone))
    return jsonify(with_epoch_and_time(services(), grid.edit_grid(services().desk, viewer, edit)))


@api.post("/ops")
def take_ops(event: str) -> Response:
    """Answer a batch of ops, each separately."""
    viewer = writing_pass(event)
    batch = _json()
    raw = batch.get("ops") if isinstance(batch, dict) else None
    limits().ops(viewer, len(raw) if isinstance(raw, list) else 1)
    results = ops.take_ops(services().desk, viewer, event, batch)
    response = jsonify(with_epoch_and_time(services(), {"results": results}))
    waits = [result["error"]["retry_after"] for result in results if "retry_after" in result.get("error", {})]
    if waits:
        response.headers["Retry-After"] = str(max(waits))
    return response


@api.post("/join")
def join(event: str) -> Response:
    """Exchange a shared pass and a name for a personal pass."""
    limits().joins(request.remote_addr or "")
    viewer = writing_pass(event)
    access.authenticate(services().read(), viewer, event)
    body = _json()
    name = body.get("name") if isinstance(body, dict) else None
    token = people.join(services().desk, services().passes, viewer, name)
    return jsonify(with_epoch_and_time(services(), {"pass": token}))


@api.get("/items/<id>")
def item(event: str, id: str) -> Response:
    """Return one visible item."""
    visible(event)
    return jsonify(with_epoch_and_time(services(), {"item": overview.visible_item(services().read(), event, id)}))


def _json() -> Any:
    if (request.content_length or 0) > MAX_BATCH_BYTES:
        raise Invalid(f"A batch can have at most {MAX_BATCH_BYTES // 1024} KB. Send it in two.")
    try:
        return request.get_json(force=True)
    except RecursionError:
        raise Invalid("The JSON is nested too deeply.") from None


def _integer_arg(name: str, default: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise Invalid(f"`{name}` must be a whole number.", field=name)
    return int(text)


def _known_number(name: str) -> int | None:
    return _integer_arg(name, 0) if request.args.get(name) else None


def _seconds_arg(name: str) -> float:
    try:
        seconds = float(request.args.get(name) or 0)
    except ValueError:
        raise Invalid(f"`{name}` must be a number of seconds.", field=name) from None
    return seconds if seconds > 0 else 0.0


def register(app: Flask) -> None:
    app.extensions["backchannel overviews"] = {}
    sealed.register(app)
    app.register_blueprint(api)


