"""Who may do what. Checked inside the transaction, at every act: what was true at connect may have ended since."""

from __future__ import annotations

from backchannel.domain.errors import BadPass, EventClosed, Forbidden, UnknownItem
from backchannel.domain.model import Event, Item, Role
from backchannel.passes import Pass, mark_of
from backchannel.store.base import Reader

RANK: dict[Role, int] = {"follower": 0, "scribe": 1, "organiser": 2}


def authenticate(reader: Reader, actor: Pass, slug: str) -> Event:
    """The event that the pass is for, if it is `slug` and the pass still holds."""
    if actor.event != slug:
        raise BadPass("This pass is for another event.")
    event = reader.event(slug)
    if actor.uid != mark_of(event) or actor.generation != reader.generation(slug, actor.role, actor.session):
        raise BadPass("This pass does not hold any more; ask the organisers for a new link.")
    return event


def authorise_writing(reader: Reader, actor: Pass, slug: str) -> Event:
    """The event, if the pass lets its holder write in it now."""
    event = authenticate(reader, actor, slug)
    if RANK[actor.role] < RANK["scribe"]:
        raise Forbidden("This link is for following; to take notes, open the note-takers' link.")
    if event.closed and actor.role != "organiser":
        raise EventClosed(slug)
    return event


def own_item(reader: Reader, actor: Pass, id: str) -> Item:
    """An item that the holder may change: her own, or any for an organiser. Another's answers as if it were absent."""
    item = reader.item(actor.event, id)
    if actor.role != "organiser" and item.author_key != actor.author_key:
        raise UnknownItem(id)
    return item


def require_organiser(actor: Pass) -> None:
    if actor.role != "organiser":
        raise Forbidden("Only organisers can do this.")


def require_session(actor: Pass, session: str | None) -> None:
    """A pass for one session writes in that session only."""
    if actor.session is not None and session != actor.session:
        raise Forbidden("This link is for another session.")
