"""What organisers hand out: links and spoken codes with QR codes, printed sheets, and slides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Flask, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backchannel.desk import codes, events
from backchannel.desk.codes import SpokenCode
from backchannel.domain.errors import BackchannelError, Invalid, Unknown
from backchannel.domain.joining import DURATIONS, Scope
from backchannel.domain.model import ROLES, Event, Role
from backchannel.passes import Pass
from backchannel.web.guard import origin, remember, services
from backchannel.web.organise import organising
from backchannel.web.pages import still
from backchannel.web.qr import qr_code, short_address

handout = Blueprint("handout", __name__)

LINKS = {
    "scribe": ("Note-takers", "Send it in a chat or by mail. Anyone who opens it enters a name and can take notes."),
    "organiser": ("Organisers", "For the team only. Keep a copy: it is the way back in if you lose this browser."),
    "follower": ("Followers of a restricted event", "Anyone who opens it can read, but not write."),
}


@handout.get("/e/<event>/organise/hand-out")
def overview(event: str) -> str:
    """Show everything to hand out."""
    found, viewer = organising(event)
    return _page(found, viewer)


@handout.post("/e/<event>/organise/hand-out/codes")
def make_code(event: str) -> ResponseReturnValue:
    """Create a code, or replace one."""
    found, viewer = organising(event)
    form = request.form
    try:
        made = codes.make_code(
            services().desk, services().passes, viewer, Scope.read(form.get("scope", "")),
            duration=form.get("duration", "event"), limits_passes=form.get("limits_passes") == "yes",
        )  # fmt: skip
    except BackchannelError as fault:
        return _page(found, viewer, fault=fault), fault.status
    return redirect(url_for("handout.overview", event=event, _anchor=_anchor(made.scope)), code=303)


@handout.post("/e/<event>/organise/hand-out/codes/end")
def end_code(event: str) -> ResponseReturnValue:
    """Make a code expire now."""
    _, viewer = organising(event)
    codes.end_code(services().desk, viewer, Scope.read(request.form.get("scope", "")))
    return redirect(url_for("handout.overview", event=event, _anchor="codes"), code=303)


@handout.post("/e/<event>/organise/links/<role>")
def renew(event: str, role: str) -> ResponseReturnValue:
    """Replace a role's link. The organiser's own browser gets the new pass."""
    _, viewer = organising(event)
    if role not in ROLES:
        raise Invalid(f"Choose one of {', '.join(ROLES)}.", field="role")
    kept: Role = role
    token = events.event_pass(services().desk, services().passes, event, kept, new=True)
    response = redirect(url_for("handout.overview", event=event, _anchor="links"), code=303)
    if kept == "organiser":
        fresh = services().passes.sign(replace(viewer, generation=services().passes.read(token).generation))
        return remember(make_response(response), event, fresh)
    return response


@handout.get("/e/<event>/organise/sheet")
def sheet(event: str) -> str:
    """Show A4 sheets to print, one for each chosen code."""
    found, viewer = organising(event)
    return render_template("sheet.html", **still(found, viewer), handouts=_chosen(found))


@handout.get("/e/<event>/organise/slide")
def slide(event: str) -> str:
    """Show a 16:9 slide for a projector."""
    found, viewer = organising(event)
    return render_template("slide.html", **still(found, viewer), handouts=_chosen(found)[:1])


def _chosen(event: Event) -> list[dict[str, Any]]:
    """Return the working codes that the address asks for, or all of them. Raises `Unknown` if there are none."""
    wanted = request.args.getlist("for")
    working = [view for view in _codes(event) if view["works"] and (not wanted or view["scope"] in wanted)]
    if not working:
        raise Unknown("This code doesn't work any more. Make a new one on the page “Hand out”.", field="for")
    return working


def _page(event: Event, viewer: Pass, fault: BackchannelError | None = None) -> str:
    made = _codes(event)
    return render_template(
        "handout.html", **still(event, viewer), fault=fault, form=request.form, is_new="new" in request.args, codes=made,
        links=_links(event), durations=DURATIONS, missing=_missing(event, made), address=short_address(f"{origin()}/join"),
    )  # fmt: skip


def _codes(event: Event) -> list[dict[str, Any]]:
    reader = services().read()
    titles = {session.guid: session for session in reader.sessions(event.slug)}
    rooms = codes.rooms(reader, event.slug)
    found = [_code(event, made, titles, rooms) for made in codes.codes(reader, services().passes, event)]
    return sorted((view for view in found if view), key=lambda view: (view["order"], view["title"]))


def _code(event: Event, made: SpokenCode, titles: dict[str, Any], rooms: dict[str, str]) -> dict[str, Any] | None:
    """Return a code as shown, or None if its session or room is gone."""
    named = _named(made.scope, titles, rooms)
    if named is None:
        return None
    url = f"{origin()}/j/{made.text}"
    return {
        "order": named[0], "title": named[1], "task": named[2], "scope": str(made.scope), "anchor": _anchor(made.scope),
        "words": made.words, "url": url, "qr": qr_code(url), "address": short_address(f"{origin()}/join"),
        "expires": made.code.expires_at.astimezone(ZoneInfo(event.timezone)), "off": made.code.off,
        "works": made.code.works(services().desk.clock()), "limits_passes": made.code.limits_passes,
    }  # fmt: skip


def _named(scope: Scope, titles: dict[str, Any], rooms: dict[str, str]) -> tuple[int, str, str] | None:
    if scope.session:
        session = titles.get(scope.session)
        return (2, session.title, "Take notes in this session") if session else None
    if scope.room:
        return (3, rooms[scope.room], "Take notes in this room") if scope.room in rooms else None
    return (0, "Note-takers", "Take notes") if scope.role == "scribe" else (1, "Followers", "Follow along")


def _missing(event: Event, made: Sequence[dict[str, Any]]) -> dict[str, list[tuple[str, str]]]:
    """Return the scopes that have no code yet, by kind: [(scope, title), ...]."""
    reader, known = services().read(), {view["scope"] for view in made}
    sessions = [(f"session/{one.guid}", one.title) for one in reader.sessions(event.slug) if not one.cancelled]
    kinds = {
        "Everybody": [("scribe", "Note-takers"), ("follower", "Followers")],
        "Rooms": [(f"room/{guid}", name) for guid, name in codes.rooms(reader, event.slug).items()],
        "Sessions": sessions,
    }
    return {kind: left for kind, all_ in kinds.items() if (left := [one for one in all_ if one[0] not in known])}


def _links(event: Event) -> list[dict[str, Any]]:
    tokens = events.event_passes(services().desk, services().passes, event.slug)
    roles: list[Role] = ["scribe", "organiser"] if event.public else ["scribe", "follower", "organiser"]
    links = [_link(role, *LINKS[role], f"{origin()}/join/{tokens[role]}") for role in roles]
    if event.public:
        words = ("Everybody else", "Anyone can read at this address, without a link.")
        links.insert(1, _link("reader", *words, f"{origin()}{url_for('follow.event', event=event.slug)}"))
    return links


def _link(role: str, title: str, words: str, url: str) -> dict[str, Any]:
    short = short_address(url)
    return {
        "role": role, "title": title, "words": words, "url": url, "qr": qr_code(url),
        "short": short if len(short) < 48 else short[:44] + "…",
    }  # fmt: skip


def _anchor(scope: Scope) -> str:
    return str(scope).replace("/", "-")


def register(app: Flask) -> None:
    app.register_blueprint(handout)
