"""Who may do what. Checked inside the transaction, at every act: what was true at connect may have ended since."""

from __future__ import annotations

from backchannel.domain.errors import BadPass, EventClosed, Forbidden, UnknownItem
from backchannel.domain.model import Event, Item, Role
from backchannel.passes import Pass, mark_of
from backchannel.store.base import Reader

RANK: dict[Role, int] = {"follower": 0, "scribe": 1, "organiser": 2}


def holder(reader: Reader, shown: Pass, slug: str) -> Event:
    """The event that the pass is for, if it is `slug` and the pass still holds."""
    if shown.event != slug:
        raise BadPass("This pass is for another event.")
    event = reader.event(slug)
    if shown.uid != mark_of(event) or shown.generation != reader.generation(slug, shown.role, shown.session):
        raise BadPass("This pass does not hold any more; ask the organisers for a new link.")
    return event


def writer_of(reader: Reader, shown: Pass, slug: str) -> Event:
    """The event, if the pass lets its holder write in it now."""
    event = holder(reader, shown, slug)
    if RANK[shown.role] < RANK["scribe"]:
        raise Forbidden("This link is for following; to take notes, open the note-takers' link.")
    if event.closed and shown.role != "organiser":
        raise EventClosed(slug)
    return event


def own(reader: Reader, shown: Pass, id: str) -> Item:
    """An item that the holder may change: her own, or any for an organiser. Another's answers as if it were absent."""
    item = reader.item(shown.event, id)
    if shown.role != "organiser" and item.author_key != shown.author_key:
        raise UnknownItem(id)
    return item


def organiser(shown: Pass) -> None:
    if shown.role != "organiser":
        raise Forbidden("Only organisers can do this.")


def reach(shown: Pass, session: str | None) -> None:
    """A pass for one session writes in that session only."""
    if shown.session is not None and session != shown.session:
        raise Forbidden("This link is for another session.")
