"""The part of the store's contract that is about moderation: blocks, reports, what waits for approval, and the log."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol

from backchannel.domain.blocks import Block
from backchannel.domain.model import Item


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Counts of what organisers should look at: held items, and visible items with unsettled reports."""

    held: int
    reported: int

    @property
    def total(self) -> int:
        """Return the number of items to look at."""
        return self.held + self.reported


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A complaint about an item. `reporter` tells people apart and is never shown."""

    id: str
    reporter: str
    reason: str
    words: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class LogLine:
    """An action of an organiser: a change of the item `id`, or else a change of the settings or blocks.

    `before` is what undoing restores: a policy as JSON, a feed with its setting, or the id of a block.
    """

    seq: int
    do: str
    author: str
    at: datetime
    id: str = ""
    session: str | None = None
    said: str = ""
    before: str = ""


class ModerationReader(Protocol):
    """The queries about moderation."""

    def blocks(self, event: str) -> tuple[Block, ...]:
        """Return the blocks in force, oldest first."""

    def block(self, event: str, id: str) -> Block | None:
        """Return a block, also one that was lifted."""

    def blocked_items(self, event: str, id: str) -> list[str]:
        """Return the ids of the items that a block ever caught."""

    def visible_posts(self, event: str, author: str, limit: int) -> int:
        """Return the number of the author's visible posts, counting no further than `limit`."""

    def posts_of(self, event: str, author: str, since: datetime, until: datetime, limit: int) -> list[str]:
        """Return the ids of the author's visible and held posts between two times, by `at`."""

    def withheld(self, event: str, state: Literal["held", "hidden"], limit: int) -> list[str]:
        """Return the ids of the newest held or hidden items, newest first."""

    def withheld_count(self, event: str, state: Literal["held", "hidden"]) -> int:
        """Return the number of held or hidden items."""

    def waiting(self, event: str) -> Waiting:
        """Return how much there is to do. Found by index, so every page of an organiser may ask."""

    def reports(self, event: str) -> list[Report]:
        """Return the newest 500 unsettled reports, newest first."""

    def reporters(self, event: str, id: str) -> int:
        """Return how many people reported the item since an organiser last decided about it."""

    def items_after(self, event: str, id: str, limit: int) -> list[Item]:
        """Return items in the order of their ids, from the one after `id` on: a way through all of them in pages.

        They have only what blocks compare: author, text, address, session and state.
        """

    def moderation_log(self, event: str, before: int | None, limit: int) -> list[LogLine]:
        """Return what organisers and reports did, newest first, from before the seq `before`."""

    def last_note(self, event: str, author_key: str) -> datetime | None:
        """Return when slow mode last accepted a note of this author."""


class ModerationWriter(ModerationReader, Protocol):
    """The changes of moderation."""

    def save_block(self, event: str, block: Block) -> None:
        """Create or update a block."""

    def save_report(self, event: str, report: Report) -> bool:
        """Save a report. Returns false if this person reported the item before."""

    def settle_reports(self, event: str, id: str) -> None:
        """Mark the reports of an item as dealt with."""

    def save_report_change(self, item: Item, channels: Sequence[str], *, by: str, at: datetime) -> int:
        """Log a report of an item and publish the item again to `channels` only. Returns the seq."""

    def log_moderation(self, event: str, line: LogLine) -> int:
        """Add a line about settings or blocks to the log at the next seq, and return the seq."""

    def save_moderator(self, event: str, author_key: str, author: str) -> None:
        """Remember the name of an organiser, for the log."""

    def save_last_note(self, event: str, author_key: str, at: datetime) -> None:
        """Remember when slow mode accepted a note."""
