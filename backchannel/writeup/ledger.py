"""The ledger as CSV, a row each action, pledge and open question: who does what, and where that was said.

    "kind","what","owner","session","date","time","noted_by","source","url","id","session_slug"

`what` is the line without its mark, `source` the line as it was typed. The cells are those of csv.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from backchannel.writeup.clock import zone_of
from backchannel.writeup.csv import day_and_time, table
from backchannel.writeup.tree import Due, EventWriteUp, Line, SessionWriteUp

HEADER = ("kind", "what", "owner", "session", "date", "time", "noted_by", "source", "url", "id", "session_slug")


def write_session(writeup: SessionWriteUp) -> str:
    return table(HEADER, _rows(due_of(writeup)))


def write_event(writeup: EventWriteUp) -> str:
    return table(HEADER, _rows(writeup.ledger))


def due_of(part: SessionWriteUp) -> Iterator[Due]:
    """What is due of one session, as the event's ledger lists it."""
    yield from (Due(part=part, commitment=commitment) for commitment in part.commitments)
    yield from (Due(part=part, question=question) for question in part.questions if not question.answers)


def told(due: Due) -> tuple[str, str, Line]:
    """(kind, owner, line) of what is due."""
    if due.commitment:
        return due.commitment.kind, due.commitment.owner, due.commitment.line
    assert due.question is not None
    return "open question", "", due.question.line


def _rows(ledger: Iterable[Due]) -> Iterator[Sequence[str]]:
    for due in ledger:
        kind, owner, line = told(due)
        item, session = line.item, due.part.session
        yield (
            kind,
            line.body,
            owner,
            due.part.title,
            *day_and_time(item.at, zone_of(due.part.zone)),
            item.author,
            item.text,
            item.url or "",
            item.id,
            session.slug if session else "",
        )
