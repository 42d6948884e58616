"""The record that a write-up is composed from: whose, of which session, and what of it may be seen."""

from __future__ import annotations

from dataclasses import replace

from backchannel.domain.model import Record, State
from backchannel.domain.wire import fold
from backchannel.store.base import Reader

VISIBLE: tuple[State, ...] = ("visible",)
KEPT: tuple[State, ...] = ("visible", "held", "hidden")


def read_record(
    reader: Reader, event: str, *, session: str | None = None, author: str | None = None, every: bool = False
) -> Record:
    """What is visible; with `every`, what is held or hidden too. What was withdrawn is in no record."""
    record = reader.record(event, session=session, states=KEPT if every else VISIBLE)
    if author is None:
        return record
    return replace(record, items=tuple(item for item in record.items if fold(item.author) == fold(author)))
