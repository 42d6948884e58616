"""NDJSON for programs: one line an item in reading order (docs/protocol.md).

    {"id", "seq", "rev", "event", "session", "origin", "kind", "depth", "author", "speaker", "text", "at", "written_at",
     "received_at", "url", "sources", "placed", "reactions", "state", "source_id", "session_slug"}

These are the keys of an item on the wire without `html`. `source_id` is the id it was imported with.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from backchannel.domain.model import Item, Record
from backchannel.domain.wire_json import item_on_wire
from backchannel.writeup.mdtext import printable
from backchannel.writeup.model import EventWriteUp, SessionWriteUp

_LINE_ENDS = re.compile("[\x80-\x9f\u2028\u2029]")


def write_session(writeup: SessionWriteUp) -> str:
    slugs = {writeup.session.guid: writeup.session.slug} if writeup.session else {}
    return "".join(lines_of(writeup.items, slugs))


def write_event(writeup: EventWriteUp) -> str:
    sessions = [*(part.session for part in writeup.sessions), *writeup.without_notes]
    return "".join(lines_of(writeup.items, {session.guid: session.slug for session in sessions if session}))


def write_record(record: Record) -> Iterator[str]:
    """Return all items in any state, as an organiser sees them with `--all`."""
    return lines_of(record.items, {session.guid: session.slug for session in record.sessions})


def lines_of(items: Iterable[Item], slugs: Mapping[str, str]) -> Iterator[str]:
    """Return one line an item. `slugs` are the sessions' by guid."""
    for item in items:
        yield one_line(item_as_record(item, slugs)) + "\n"


def one_line(value: Mapping[str, Any]) -> str:
    """Return JSON without characters that some readers take for a line end."""
    made = printable(json.dumps(value, ensure_ascii=False))
    return _LINE_ENDS.sub(lambda found: f"\\u{ord(found[0]):04x}", made)


def item_as_record(item: Item, slugs: Mapping[str, str]) -> dict[str, Any]:
    """Return an item as a dict with the keys above."""
    shape = item_on_wire(item)
    del shape["html"]
    slug = slugs.get(item.session) if item.session else None
    return shape | {"source_id": item.source_id, "session_slug": slug}
