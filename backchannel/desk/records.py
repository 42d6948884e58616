"""The record that a write-up is composed from."""

from __future__ import annotations

from collections.abc import Iterable

from backchannel.desk.redaction import RedactingStore
from backchannel.domain.model import Record, State

VISIBLE: tuple[State, ...] = ("visible",)
KEPT: tuple[State, ...] = ("visible", "held", "hidden")


def read_record(
    store: RedactingStore, event: str, *, session: str | None = None, author: str | None = None, every: bool = False,
    no_names: bool = False, also: Iterable[str] = (),
) -> Record:  # fmt: skip
    """Return the visible items, or with `every` the held and hidden ones too. Withdrawn items are never included.

    With `no_names`, all names that the event knows are left out, and those in `also`.
    """
    states = KEPT if every else VISIBLE
    return store.record(event, session=session, states=states, author=author, no_names=no_names, also=also)
