"""JSON: the whole write-up as one document, for other programs.

    {"event": {"slug", "title", "timezone", "starts", "ends", "hashtags"},
     "session": {"guid", "slug", "title", "room", "starts", "ends", "leaders", "hashtags", "headings"},
     "when", "note_takers": [...],
     "items": [an item as in NDJSON, ...],
     "questions": [{"id", "text", "answers": [id, ...]}], "decisions": [{"id", "text"}],
     "commitments": [{"id", "kind", "owner", "text"}], "links": [{"url", "title"}], "people": [...]}

That of an event has "sessions": [the above without "event"], "hallway" (the same, or null), "without_notes": [a session],
and "ledger": [{"session", "kind", "id", "owner", "text"}] in place of the lists of one session.
"""

from __future__ import annotations

import json
from typing import Any

from backchannel.domain.links import Link
from backchannel.domain.model import Event, Session
from backchannel.domain.times import write_when
from backchannel.writeup.mdtext import printable
from backchannel.writeup.ndjson import item_as_record
from backchannel.writeup.tree import Due, EventWriteUp, Line, SessionWriteUp


def write_session(writeup: SessionWriteUp) -> str:
    return _dump({"event": _event(writeup.event), **_part(writeup)})


def write_event(writeup: EventWriteUp) -> str:
    return _dump(
        {
            "event": _event(writeup.event),
            "when": writeup.when,
            "note_takers": list(writeup.note_takers),
            "sessions": [_part(part) for part in writeup.sessions],
            "hallway": _part(writeup.hallway) if writeup.hallway else None,
            "without_notes": [_session(session) for session in writeup.without_notes],
            "ledger": [_due(due) for due in writeup.ledger],
            "links": [_link(link) for link in writeup.links],
            "people": list(writeup.people),
        }
    )


def _part(writeup: SessionWriteUp) -> dict[str, Any]:
    slugs = {writeup.session.guid: writeup.session.slug} if writeup.session else {}
    return {
        "session": _session(writeup.session) if writeup.session else None,
        "when": writeup.when,
        "note_takers": list(writeup.note_takers),
        "items": [item_as_record(item, slugs) for item in writeup.items],
        "questions": [
            {**_line(question.line), "answers": [answer.item.id for answer in question.answers]}
            for question in writeup.questions
        ],
        "decisions": [_line(line) for line in writeup.decisions],
        "commitments": [
            {**_line(made.line), "kind": made.kind, "owner": made.owner or None} for made in writeup.commitments
        ],
        "links": [_link(link) for link in writeup.links],
        "people": list(writeup.people),
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
        "title": session.title,
        "room": session.room,
        "starts": write_when(session.starts),
        "ends": write_when(session.ends),
        "leaders": list(session.leaders),
        "hashtags": list(session.hashtags),
        "headings": dict(session.headings),
    }


def _dump(value: dict[str, Any]) -> str:
    return printable(json.dumps(value, ensure_ascii=False, indent=1)) + "\n"
