"""The ledger as CSV: one row for each action, pledge and open question.

    "kind","what","owner","session","date","time","noted_by","source","url","id","session_slug"

`what` is the line without its mark, `source` the line as typed. Cells are written as in csv.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from backchannel.writeup.csv import day_and_time, table
from backchannel.writeup.dates import zone_of
from backchannel.writeup.model import Due, EventWriteUp, SessionWriteUp

HEADER = ("kind", "what", "owner", "session", "date", "time", "noted_by", "source", "url", "id", "session_slug")


def write_session(writeup: SessionWriteUp) -> str:
    return table(HEADER, _rows(due_of(writeup)))


def write_event(writeup: EventWriteUp) -> str:
    return table(HEADER, _rows(writeup.ledger))


def due_of(part: SessionWriteUp) -> Iterator[Due]:
    """Return the open tasks and questions of one session."""
    yield from (Due(part=part, commitment=commitment) for commitment in part.commitments)
    yield from (Due(part=part, question=question) for question in part.questions if not question.answers)


def kind_of(due: Due) -> str:
    return due.commitment.kind if due.commitment else "open question"


def _rows(ledger: Iterable[Due]) -> Iterator[Sequence[str]]:
    for due in ledger:
        item, session = due.line.item, due.part.session
        yield (
            kind_of(due),
            due.line.body,
            due.owner,
            due.part.title,
            *day_and_time(item.at, zone_of(due.part.zone)),
            item.author,
            item.text,
            item.url or "",
            item.id,
            session.slug if session else "",
        )
