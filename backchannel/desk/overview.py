"""An event as data, for `event show --json` and the API."""

from __future__ import annotations

from typing import Any

from backchannel.domain.errors import UnknownItem
from backchannel.domain.model import KINDS, Session
from backchannel.domain.times import write_when
from backchannel.domain.wire_json import item_on_wire
from backchannel.store.base import Reader, Tally

NOTHING = Tally(origins={}, kinds={}, note_takers=())


def event_overview(reader: Reader, slug: str) -> dict[str, Any]:
    """Return {"slug", "title", "timezone", "seq", "rooms", "sessions": [{"guid", "slug", ..., "note_takers",
    "counts"}]}.
    """
    event = reader.event(slug)
    tallies = reader.tallies(slug)
    return {
        "slug": event.slug,
        "title": event.title,
        "timezone": event.timezone,
        "starts": write_when(event.starts),
        "ends": write_when(event.ends),
        "hashtags": list(event.hashtags),
        "public": event.public,
        "closed": event.closed,
        "seq": event.head,
        "rooms": [room.name for room in reader.rooms(slug)],
        "sessions": [session_overview(session, tallies) for session in reader.sessions(slug)],
        "hallway": counts(tallies.get(None, NOTHING)),
    }


def session_overview(session: Session, tallies: dict[str | None, Tally]) -> dict[str, Any]:
    """Return one session of the overview."""
    tally = tallies.get(session.guid, NOTHING)
    return {
        "guid": session.guid,
        "slug": session.slug,
        "number": session.number,
        "title": session.title,
        "abstract": session.abstract,
        "room": session.room,
        "starts": write_when(session.starts),
        "ends": write_when(session.ends),
        "leaders": list(session.leaders),
        "hashtags": list(session.hashtags),
        "url": session.url,
        "note_takers": list(tally.note_takers),
        "counts": counts(tally),
        **({"cancelled": True} if session.cancelled else {}),
    }


def counts(tally: Tally) -> dict[str, int]:
    """Return the items by origin, people's items by kind, and the number of commitments (actions and pledges)."""
    by_kind: dict[str, int] = {kind: tally.kinds[kind] for kind in KINDS if kind != "note" and kind in tally.kinds}
    return {
        "note": tally.origins.get("note", 0),
        "post": tally.origins.get("post", 0),
        "afterthought": tally.origins.get("afterthought", 0),
        **by_kind,
        "commitment": by_kind.get("action", 0) + by_kind.get("pledge", 0),
    }


def visible_item(reader: Reader, slug: str, id: str) -> dict[str, Any]:
    """Return an item as JSON. Raises `UnknownItem` unless it is visible."""
    item = reader.item(slug, id)
    if item.state != "visible":
        raise UnknownItem(id)
    return item_on_wire(item)
