"""JSON: the whole write-up as one document, for other programs.

    {"event": {"slug", "title", "timezone", "starts", "ends", "hashtags"},
     "session": {"guid", "slug", "number", "title", "abstract", "url", "room", "starts", "ends", "leaders", "hashtags",
                 "headings"},
     "title", "introduction", "when", "note_takers": [...], "counts": {"note", "post", "afterthought"},
     "items": [an item as in NDJSON, ...],
     "key_points": [{"id", "text", "why": "pinned" | "agreed" | "picked", "agreed"}], "late": [id, ...],
     "folded": [{"id", "others": [id, ...]}], "questions": [{"id", "text", "answers": [id, ...]}],
     "decisions": [{"id", "text"}], "commitments": [{"id", "kind", "owner", "text"}], "links": [{"url", "title"}],
     "speakers": [...], "people": [...], "gaps": [a sentence, ...]}

"folded": `others` say the same as the item. "late": notes written after the session's end. That of an event has "sessions":
[the above without "event"], "hallway" (the same, or null), "without_notes": [a session], "ledger": [{"session", "kind", "id",
"owner", "text"}] in place of the lists of one session, and "statistics": {"day", "sessions": [{"label", "notes", "posts"}]}.

`import notes` reads it back (ingest/notes/data.py).
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from backchannel.domain.links import Link
from backchannel.domain.model import ORIGINS, Event, Session
from backchannel.domain.times import write_when
from backchannel.writeup.mdtext import printable
from backchannel.writeup.model import Due, EventWriteUp, Line, SessionWriteUp
from backchannel.writeup.ndjson import item_as_record


def write_session(writeup: SessionWriteUp) -> str:
    return _dump(session_value(writeup))


def session_value(writeup: SessionWriteUp) -> dict[str, Any]:
    return {"event": _event(writeup.event), **_part(writeup)}


def write_event(writeup: EventWriteUp) -> str:
    return _dump(event_value(writeup))


def event_value(writeup: EventWriteUp) -> dict[str, Any]:
    return {
        "event": _event(writeup.event),
        "when": writeup.when,
        "note_takers": list(writeup.note_takers),
        "sessions": [_part(part) for part in writeup.sessions],
        "hallway": _part(writeup.hallway) if writeup.hallway else None,
        "without_notes": [_session(session) for session in writeup.without_notes],
        "ledger": [_due(due) for due in writeup.ledger],
        "links": [_link(link) for link in writeup.links],
        "people": list(writeup.people),
        "gaps": list(writeup.gaps),
        "statistics": {
            "day": [asdict(bar) for bar in writeup.statistics.day],
            "sessions": [asdict(bar) for bar in writeup.statistics.sessions],
        },
    }


def in_comment(value: dict[str, Any]) -> str:
    """Return the JSON on one line, without anything that would end an HTML comment."""
    made = printable(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
    for sign, escaped in (("<", "\\u003c"), (">", "\\u003e"), ("--", "-\\u002d")):
        made = made.replace(sign, escaped)
    return made


def _part(writeup: SessionWriteUp) -> dict[str, Any]:
    slugs = {writeup.session.guid: writeup.session.slug} if writeup.session else {}
    return {
        "session": _session(writeup.session) if writeup.session else None,
        "title": writeup.title,
        "introduction": writeup.introduction,
        "when": writeup.when,
        "note_takers": list(writeup.note_takers),
        "counts": {origin: sum(item.origin == origin for item in writeup.items) for origin in ORIGINS},
        "items": [item_as_record(item, slugs) for item in writeup.items],
        "key_points": [
            {**_line(point.line), "why": point.why, "agreed": point.line.agreed} for point in writeup.key_points
        ],
        "late": [line.item.id for group in writeup.thoughts for line in group.lines if line.item.origin == "note"],
        "folded": [
            {"id": line.item.id, "others": [other.item.id for other in line.others]}
            for line in (*writeup.notes, *writeup.posts)
            if line.others
        ],
        "questions": [
            {**_line(question.line), "answers": [answer.item.id for answer in question.answers]}
            for question in writeup.questions
        ],
        "decisions": [_line(line) for line in writeup.decisions],
        "commitments": [
            {**_line(made.line), "kind": made.kind, "owner": made.owner or None} for made in writeup.commitments
        ],
        "links": [_link(link) for link in writeup.links],
        "speakers": list(writeup.speakers),
        "people": list(writeup.people),
        "gaps": list(writeup.gaps),
    }


def _due(due: Due) -> dict[str, Any]:
    session = due.part.session.guid if due.part.session else None
    if due.commitment:
        made = due.commitment
        return {"session": session, "kind": made.kind, "owner": made.owner or None, **_line(made.line)}
    assert due.question is not None
    return {"session": session, "kind": "question", "owner": None, **_line(due.question.line)}


def _line(line: Line) -> dict[str, str]:
    return {"id": line.item.id, "text": printable(line.body)}


def _link(link: Link) -> dict[str, str | None]:
    return {"url": link.url, "title": link.title or None}


def _event(event: Event) -> dict[str, Any]:
    return {
        "slug": event.slug,
        "title": event.title,
        "timezone": event.timezone,
        "starts": write_when(event.starts),
        "ends": write_when(event.ends),
        "hashtags": list(event.hashtags),
    }


def _session(session: Session) -> dict[str, Any]:
    return {
        "guid": session.guid,
        "slug": session.slug,
        "number": session.number,
        "title": session.title,
        "abstract": session.abstract,
        "url": session.url,
        "room": session.room,
        "starts": write_when(session.starts),
        "ends": write_when(session.ends),
        "leaders": list(session.leaders),
        "hashtags": list(session.hashtags),
        "headings": dict(session.headings),
        **({"cancelled": True} if session.cancelled else {}),
    }


def _dump(value: dict[str, Any]) -> str:
    return printable(_spread(value, "")) + "\n"


def _spread(value: Any, indent: str) -> str:
    """Return JSON with one line per value. `indent=` of json.dumps takes twice the time and more lines."""
    if isinstance(value, dict) and (not indent or "items" in value):
        lines = [f"{json.dumps(name, ensure_ascii=False)}: {_spread(entry, indent + ' ')}" for name, entry in value.items()]
        return _bracketed("{", lines, "}", indent)
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return _bracketed("[", [_spread(entry, indent + " ") for entry in value], "]", indent)
    return json.dumps(value, ensure_ascii=False)


def _bracketed(begin: str, lines: list[str], end: str, indent: str) -> str:
    return f"{begin}\n{indent} " + f",\n{indent} ".join(lines) + f"\n{indent}{end}"
