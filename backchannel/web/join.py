"""Joining: by link, by invitation, or by a spoken code.

    GET  /join/PASS, /j/CODE, /invite/TOKEN   put what was opened in a cookie and redirect to /join, so that it stays
                                              neither in the address bar nor in the history
    GET  /join                                ask for a code, or for the name of somebody who opened a link
    POST /join                                exchange the code or the name for a personal pass
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, cast

from flask import Blueprint, Flask, Response, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backchannel.desk import access, codes, people
from backchannel.domain.errors import BackchannelError, BadPass, SlowDown
from backchannel.domain.model import Event
from backchannel.passes import Pass
from backchannel.web.grid import read_grid
from backchannel.web.guard import cookie_options, cookie_pass, limits, remember, services
from backchannel.web.pages import viewer_context

join = Blueprint("join", __name__)

OPENED = "backchannel.opened"  # the cookie that holds what somebody opened until they have entered a name
OPENED_FOR_S = 1800

Kind = Literal["link", "code", "invite"]


@dataclass(frozen=True, slots=True)
class Opened:
    """What somebody opened: a link, a code or an invitation, and what it gives. `name` is that of an invited person."""

    kind: Kind
    token: str
    event: Event
    gives: Pass
    name: str = ""


@join.get("/j")
def short() -> ResponseReturnValue:
    """Redirect to the page where a code is typed."""
    return redirect(url_for("join.start"))


@join.get("/join/<token>", defaults={"kind": "link"})
@join.get("/j/<token>", defaults={"kind": "code"})
@join.get("/invite/<token>", defaults={"kind": "invite"})
def open_link(token: str, kind: Kind) -> ResponseReturnValue:
    """Show what a link opens. Looking at it does not use it up."""
    opened = _open(kind, token)
    if "text/html" in request.headers.get("Accept", ""):  # a browser; the link previews of chat apps keep no cookies
        return _keep(redirect(url_for("join.start"), code=303), opened)
    return _name_form(opened)


@join.post("/join/<token>", defaults={"kind": "link"})
@join.post("/j/<token>", defaults={"kind": "code"})
@join.post("/invite/<token>", defaults={"kind": "invite"})
def join_by_link(token: str, kind: Kind) -> ResponseReturnValue:
    """Exchange the link and a name for a personal pass, without a cookie from the step before."""
    return _join(_open(kind, token))


@join.get("/join")
def start() -> ResponseReturnValue:
    """Ask for a name if something was opened, and otherwise for a code."""
    try:
        opened = _opened()
    except BackchannelError as fault:
        return _forget(make_response(_code_form(error=fault.message), fault.status))
    if opened is None or "code" in request.args:
        return _forget(make_response(_code_form()))
    return _name_form(opened)


@join.post("/join")
def enter() -> ResponseReturnValue:
    """Take a code, or the name of somebody who opened something."""
    typed = request.form.get("code")
    try:
        opened = _open("code", typed) if typed is not None else _opened()
    except BackchannelError as fault:
        return _code_form(error=fault.message, typed=typed or ""), fault.status
    if opened is None:
        return _code_form(error="This page is too old. Open your link again, or type your code."), 400
    if typed is not None:
        return _keep(redirect(url_for("join.start"), code=303), opened)
    return _join(opened)


def _open(kind: Kind, token: str) -> Opened:
    """Return what a link, a code or an invitation gives. Raises `BadPass`, `Invalid` or `SlowDown`."""
    if kind == "invite":
        holder = people.invited(services().read(), services().passes, token, services().desk.clock())
        gives = Pass(event=holder.event, uid="", role=holder.role, generation=0)
        return Opened(kind, token, services().read().event(holder.event), gives, holder.name)
    gives = _open_code(token) if kind == "code" else services().passes.read(token)
    return Opened(kind, token, access.authenticate(services().read(), gives, gives.event), gives)


def _open_code(typed: str) -> Pass:
    address = request.remote_addr or ""
    limits().code(address)
    found = codes.open_code(services().desk, services().passes, typed)
    limits().code_was_right(address)
    return found


def _opened() -> Opened | None:
    """Return what the browser opened before, or None."""
    kind, _, token = request.cookies.get(OPENED, "").partition(":")
    return _open(cast(Kind, kind), token) if kind in ("link", "code", "invite") else None


def _join(opened: Opened) -> ResponseReturnValue:
    limits().joins(request.remote_addr or "")
    name = request.form.get("name", "")
    try:
        own = _personal_pass(opened, name)
    except (BadPass, SlowDown):
        raise
    except BackchannelError as fault:
        return make_response(_name_form(opened, error=fault.message, name=name), fault.status)
    response = make_response(redirect(_first_page(opened), code=303))
    return remember(_forget(response), opened.event.slug, own)


def _personal_pass(opened: Opened, name: str) -> str:
    if opened.kind == "invite":
        return people.accept(services().desk, services().passes, opened.token)[1]
    return people.join(services().desk, services().passes, opened.gives, name, via=opened.kind)


def _first_page(opened: Opened) -> str:
    """Return the address where somebody starts: their session, the one running in their room, or the grid."""
    event, reader = opened.event, services().read()
    if opened.gives.session:
        return url_for("scribe.write", event=event.slug, slug=reader.session(event.slug, opened.gives.session).slug)
    if opened.gives.room:
        room = codes.rooms(reader, event.slug).get(opened.gives.room)
        grid = read_grid(reader, event, services().desk.clock())
        here = [view for view in (*grid.on_now, *grid.next) if view["room"] == room]
        if here:
            return url_for("scribe.write", event=event.slug, slug=here[0]["slug"])
    return url_for("follow.event", event=event.slug)


def _code_form(error: str = "", typed: str = "") -> str:
    return render_template("code.html", error=error, typed=typed[:100])


def _name_form(opened: Opened, error: str = "", name: str = "") -> Response:
    event, gives, reader = opened.event, opened.gives, services().read()
    session = reader.session(event.slug, gives.session) if gives.session else None
    room = codes.rooms(reader, event.slug).get(gives.room) if gives.room else None
    here = cookie_pass(event.slug)
    return _no_store(make_response(render_template(
        "join.html", event=event, role=gives.role, join_session=session, join_room=room, error=error,
        name=name or opened.name, invited=opened.kind == "invite", here=here, viewer=viewer_context(None),
    )))  # fmt: skip


def _keep(response: object, opened: Opened) -> Response:
    kept = make_response(response)
    kept.set_cookie(OPENED, f"{opened.kind}:{opened.token}", max_age=OPENED_FOR_S, **cookie_options())
    return _no_store(kept)


def _forget(response: Response) -> Response:
    if OPENED in request.cookies:
        response.delete_cookie(OPENED, **cookie_options())
    return _no_store(response)


def _no_store(response: Response) -> Response:
    response.headers["Cache-Control"] = "private, no-store"
    return response


def register(app: Flask) -> None:
    app.register_blueprint(join)
