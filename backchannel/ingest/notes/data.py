"""Our own write-up as JSON, or as HTML with the same JSON in a comment, imported without loss.

{"event": {...}, "session": {...}, "items": [...], ...}             of a session (see writeup/json.py)
{"event": {...}, "sessions": [...], "hallway": {...}, ...}          of an event
<!doctype html> ... <!-- Backchannel data 1: {...} -->              in HTML (writeup/html.py)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, cast

from backchannel.domain.errors import BackchannelError, Unreadable
from backchannel.domain.ids import is_uuid
from backchannel.domain.model import KINDS, ORIGINS, Document, Draft, Kind, Origin, When
from backchannel.domain.times import parse_when
from backchannel.domain.wire import DEEPEST
from backchannel.ingest.notes.hints import Hints
from backchannel.writeup.compose import HALLWAY

_COMMENT = re.compile(r"<!-- Backchannel data 1: (\{.*\}) -->\s*\Z", re.DOTALL)
_PARTS = ("items", "sessions")

Part = Mapping[str, Any]


def is_it(text: str) -> bool:
    if not text.lstrip().startswith("{"):
        return _COMMENT.search(text[text.rfind("<!-- Backchannel data 1: ") :]) is not None
    value = _value(text)
    return "event" in value and any(isinstance(value.get(name), list) for name in _PARTS)


def read(text: str, hints: Hints) -> list[Document]:
    embedded = _COMMENT.search(text[max(text.rfind("<!-- Backchannel data 1: "), 0) :])
    value = _value(embedded[1] if embedded else text)
    parts = value.get("sessions", [value])
    hallway = value.get("hallway")
    try:
        return [_document(part, hints) for part in (*parts, *([hallway] if hallway else []))]
    except (TypeError, ValueError, KeyError, AttributeError, BackchannelError):
        raise Unreadable(
            f"{hints.called} looks like an exported write-up, but its JSON is broken. Nothing was imported."
        ) from None


def _value(text: str) -> Part:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _document(part: Part, hints: Hints) -> Document:
    session: Part = part.get("session") or {}
    return Document(
        title=_text(session.get("title")) or (HALLWAY if not session else hints.title),
        drafts=tuple(_drafts(part)),
        date=hints.date,
        starts=_moment(session.get("starts")),
        ends=_moment(session.get("ends")),
        room=_text(session.get("room")) or None,
        leaders=tuple(map(str, session.get("leaders") or ())),
        hashtags=tuple(map(str, session.get("hashtags") or ())),
        headings={str(name): str(text) for name, text in (session.get("headings") or {}).items()},
        guid=_text(session.get("guid")),
        hallway=not session,
        introduction=_text(part.get("introduction")),
    )


def _drafts(part: Part) -> Iterator[Draft]:
    for item in part["items"]:
        if item["origin"] not in ORIGINS or not _text(item["text"]):
            raise ValueError
        id = _text(item.get("id"))
        yield Draft(
            origin=cast(Origin, item["origin"]),
            text=item["text"],
            author=_text(item.get("author")),
            depth=max(0, min(int(item.get("depth") or 0), DEEPEST)),
            at=_when(item.get("at")),
            kind=cast(Kind, item["kind"]) if item.get("kind") in KINDS else None,
            speaker=_text(item.get("speaker")) or None,
            url=_text(item.get("url")) or None,
            id=id if is_uuid(id) else "",
            source_id=_text(item.get("source_id")) or None,
            sources=tuple({str(k): str(v) for k, v in source.items()} for source in item.get("sources") or ()),
            reactions={str(name): int(count) for name, count in (item.get("reactions") or {}).items()},
        )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _when(value: object) -> When:
    return parse_when(value) if isinstance(value, str) else None


def _moment(value: object) -> datetime | None:
    when = _when(value)
    return when if isinstance(when, datetime) else None
