"""The record that a write-up is composed from: whose, of which session, and what of it may be seen."""

from __future__ import annotations

from collections.abc import Iterable

from backchannel.desk.redaction import RedactingStore
from backchannel.domain.model import Record, State

VISIBLE: tuple[State, ...] = ("visible",)
KEPT: tuple[State, ...] = ("visible", "held", "hidden")


def read_record(
    actor: RedactingStore, event: str, *, session: str | None = None, author: str | None = None, every: bool = False,
    no_names: bool = False, also: Iterable[str] = (),
) -> Record:  # fmt: skip
    """What is visible; with `every`, what is held or hidden too. What was withdrawn is in no record; nor, with `no_names`, any
    name that the event knows, nor those of `also`."""
    states = KEPT if every else VISIBLE
    return actor.record(event, session=session, states=states, author=author, no_names=no_names, also=also)
