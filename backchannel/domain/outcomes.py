"""Outcomes: the items that say what came of a session. A page shows them before its timeline."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from .model import Item, Kind

Outcome = Literal["commitment", "decision", "question"]

OUTCOME_OF: Mapping[Kind, Outcome] = {
    "action": "commitment", "pledge": "commitment", "decision": "decision", "question": "question",
}  # fmt: skip


def outcome_of(item: Item) -> Outcome | None:
    """Return which outcome the item is, or None. Only visible items count."""
    return OUTCOME_OF.get(item.kind) if item.state == "visible" else None
