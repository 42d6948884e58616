"""The people of an event, for its organisers: who joined, when they were last seen, invitations, and revoking a pass."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Flask, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from backchannel.desk import codes
from backchannel.desk import people as desk
from backchannel.domain.errors import BackchannelError
from backchannel.domain.joining import Holder
from backchannel.domain.model import Event
from backchannel.passes import Pass
from backchannel.store.base import Reader
from backchannel.web.guard import origin, services
from backchannel.web.organise import organising
from backchannel.web.pages import still

people = Blueprint("people", __name__)

MAX_SHOWN = 500  # people on the page; the others are found by name


@people.get("/e/<event>/organise/people")
def overview(event: str) -> str:
    """List everybody who joined, the latest first."""
    found, viewer = organising(event)
    return _page(found, viewer)


@people.post("/e/<event>/organise/people/invite")
def invite(event: str) -> ResponseReturnValue:
    """Invite another organiser by name."""
    found, viewer = organising(event)
    name = request.form.get("name", "")
    try:
        desk.invite(services().desk, services().passes, viewer, name)
    except BackchannelError as fault:
        return _page(found, viewer, error=fault.message, name=name), fault.status
    return redirect(url_for("people.overview", event=event, _anchor="invitations"), code=303)


@people.post("/e/<event>/organise/people/revoke")
def revoke(event: str) -> ResponseReturnValue:
    """End one person's access, or withdraw an invitation."""
    _, viewer = organising(event)
    desk.revoke(services().desk, viewer, request.form.get("key", ""))
    return redirect(url_for("people.overview", event=event, _anchor="people"), code=303)


@people.post("/e/<event>/organise/people/restore")
def restore(event: str) -> ResponseReturnValue:
    """Give one person their access back."""
    _, viewer = organising(event)
    desk.restore(services().desk, viewer, request.form.get("key", ""))
    return redirect(url_for("people.overview", event=event, _anchor="people"), code=303)


def _page(event: Event, viewer: Pass, error: str = "", name: str = "") -> str:
    reader, now = services().read(), services().desk.clock()
    holders = reader.holders(event.slug)
    asked = request.args.get("name", "").strip().casefold()
    joined = [one for one in holders if one.joined_at and asked in one.name.casefold()]
    return render_template(
        "people.html", **still(event, viewer), error=error, name=name, asked=request.args.get("name", ""),
        people=_views(reader, event, viewer, joined[:MAX_SHOWN]), total=len(joined),
        invitations=[_invitation(event, one) for one in holders if one.is_open_invite(now)],
    )  # fmt: skip


def _views(reader: Reader, event: Event, viewer: Pass, holders: list[Holder]) -> list[dict[str, Any]]:
    rooms = codes.rooms(reader, event.slug)
    titles = {session.guid: session.title for session in reader.sessions(event.slug)}
    seen = services().presence.of_event(event.slug)
    return [
        {
            "holder": one, "seen": max(filter(None, (one.seen_at, seen.get(one.key))), default=None),
            "limit": titles.get(one.session or "") or rooms.get(one.room or ""), "you": one.key == viewer.key,
            "ended": _ended(reader, event, one),
        }
        for one in holders
    ]  # fmt: skip


def _ended(reader: Reader, event: Event, holder: Holder) -> str:
    """Return why a pass no longer works, or nothing."""
    if holder.revoked_at:
        return "access ended"
    if holder.expires_at and holder.expires_at <= services().desk.clock():
        return "expired"
    current = reader.generation(event.slug, holder.role, holder.session)
    return "" if holder.generation == current else "link was replaced"


def _invitation(event: Event, holder: Holder) -> dict[str, Any]:
    token = services().passes.sign_invite(event, holder.key)
    return {"holder": holder, "url": f"{origin()}/invite/{token}"}


def register(app: Flask) -> None:
    app.register_blueprint(people)
