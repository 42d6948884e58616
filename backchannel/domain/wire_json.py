"""The JSON of items and tombstones, on the wire and in NDJSON (docs/protocol.md, "Shapes").

    item       {"id", "seq", "rev", "event", "session", "origin", "kind", "depth", "author", "speaker", "text", "html",
                "at", "written_at", "received_at", "url", "sources", "placed", "reactions", "state"}
    tombstone  {"id", "seq", "gone": true}

Only listed fields are published; `author_key` never is.
"""

from __future__ import annotations

from typing import Any

from .model import Item, Placement, Tombstone
from .times import write_when


def item_on_wire(item: Item) -> dict[str, Any]:
    """Return the item with exactly the keys of the wire. Times are ISO 8601 with an offset, bare dates, or None."""
    return {
        "id": item.id,
        "seq": item.seq,
        "rev": item.rev,
        "event": item.event,
        "session": item.session,
        "origin": item.origin,
        "kind": item.kind,
        "depth": item.depth,
        "author": item.author,
        "speaker": item.speaker,
        "text": item.text,
        "html": item.html,
        "at": write_when(item.at),
        "written_at": write_when(item.written_at),
        "received_at": write_when(item.received_at),
        "url": item.url,
        "sources": [dict(source) for source in item.sources],
        "placed": placed_on_wire(item.placed),
        "reactions": dict(item.reactions),
        "state": item.state,
    }


def placed_on_wire(placed: Placement | None) -> dict[str, Any] | None:
    """Return a placement as JSON."""
    if placed is None:
        return None
    return {"method": placed.method, "confidence": placed.confidence, "reason": placed.reason}


def tombstone_on_wire(tombstone: Tombstone) -> dict[str, Any]:
    """Return what a follower learns of an item that left the channel: its id and seq, and no text."""
    return {"id": tombstone.id, "seq": tombstone.seq, "gone": True}
