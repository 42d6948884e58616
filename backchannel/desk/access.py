"""Permissions, checked inside the transaction of every change: a pass may have been revoked since the socket connected.
"""

from __future__ import annotations

import time

from backchannel.domain.errors import BadPass, EventClosed, Forbidden, UnknownItem
from backchannel.domain.joining import room_guid
from backchannel.domain.model import Event, Item, Role
from backchannel.passes import Pass, short_uid
from backchannel.store.base import Reader

RANK: dict[Role, int] = {"follower": 0, "scribe": 1, "organiser": 2}


def authenticate(reader: Reader, actor: Pass, slug: str) -> Event:
    """Return the event of the pass. Raises `BadPass` if the pass is for another event, expired or was revoked."""
    if actor.event != slug:
        raise BadPass("This link is for another event.")
    event = reader.event(slug)
    if actor.uid != short_uid(event) or actor.generation != reader.generation(slug, actor.role, actor.session):
        raise BadPass("This link no longer works. Ask the organisers for a new one.")
    if actor.key in reader.revoked_keys(slug):
        raise BadPass("An organiser ended your access. Unsent notes stay on this device.")
    if actor.expires and time.time() >= actor.expires:
        raise BadPass("Your pass has expired. Ask the organisers for a new one.")
    return event


def authorise_writing(reader: Reader, actor: Pass, slug: str) -> Event:
    """Return the event if the pass allows writing in it now. Raises `BadPass`, `Forbidden` or `EventClosed`."""
    event = authenticate(reader, actor, slug)
    if RANK[actor.role] < RANK["scribe"]:
        raise Forbidden("This link is for following only. To take notes, open the note-takers' link.")
    if event.closed and actor.role != "organiser":
        raise EventClosed(slug)
    return event


def own_item(reader: Reader, actor: Pass, id: str) -> Item:
    """Return an item that the actor may change: their own, or any for an organiser. Otherwise raises `UnknownItem`."""
    item = reader.item(actor.event, id)
    if actor.role != "organiser" and item.author_key != actor.author_key:
        raise UnknownItem(id)
    return item


def require_organiser(actor: Pass) -> None:
    """Raise `Forbidden` unless the actor is an organiser."""
    if actor.role != "organiser":
        raise Forbidden("Only organisers can do this.")


def authorise_organising(reader: Reader, actor: Pass, slug: str) -> Event:
    """Return the event if the actor is one of its organisers. Raises `BadPass` or `Forbidden`."""
    event = authenticate(reader, actor, slug)
    require_organiser(actor)
    return event


def require_session(reader: Reader, actor: Pass, session: str | None) -> None:
    """Raise `Forbidden` if the pass is limited to another session or room."""
    if actor.session is not None and session != actor.session:
        raise Forbidden("This link is for another session.")
    if actor.room is not None and (session is None or _room_of(reader, actor.event, session) != actor.room):
        raise Forbidden("This link is for another room.")


def _room_of(reader: Reader, event: str, session: str) -> str | None:
    return room_guid(reader.rooms(event), reader.session(event, session).room)
