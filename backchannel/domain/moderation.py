"""The rules of moderation: which state a new post gets, when reports hold an item, and how often a note-taker may write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import get_args

from .blocks import Block, first_match
from .errors import Invalid
from .model import FeedHold, Hold, Item, Policy, State

HOLDS: tuple[Hold, ...] = get_args(Hold)
FEED_HOLDS: tuple[FeedHold, ...] = get_args(FeedHold)

MAX_TRUSTED_AFTER = 50  # approved posts
MAX_REPORTS_TO_HOLD = 100
MAX_SLOW_S = 3600  # seconds between two notes


@dataclass(frozen=True, slots=True)
class Verdict:
    """The decision about an item's new text: its state without blocks, and the block that withholds it."""

    own: State
    block: Block | None = None

    @property
    def state(self) -> State:
        """Return the state that the item gets."""
        return self.block.effect if self.block else self.own


def decide(
    item: Item, hold: Hold, *, trusted: bool, blocks: tuple[Block, ...] = (), undiscoverable: bool = False
) -> Verdict:  # fmt: skip
    """Decide the state of a new or edited item. What an organiser or its author withheld stays withheld.

    `trusted`: its author has enough visible posts. `undiscoverable`: its author opted out of being found.
    """
    waits = undiscoverable or hold == "all" or (hold == "strangers" and not trusted)
    own: State = "held" if item.state == "visible" and waits else item.state
    block = first_match(blocks, item) if own in ("visible", "held") else None
    return Verdict(own, None if block is None or block.effect == own else block)


def hold_of(policy: Policy, feed: FeedHold) -> Hold:
    """Return how a feed's posts are held: by the feed's own setting, or else by the event's."""
    return feed or policy.hold


def wait_s(policy: Policy, last: datetime | None, now: datetime) -> float:
    """Return the seconds until the next note is allowed, or 0."""
    if not policy.slow_s or last is None:
        return 0.0
    return max(0.0, (last + timedelta(seconds=policy.slow_s) - now).total_seconds())


def read_policy(raw: Mapping[str, str]) -> Policy:
    """Return the settings typed in a form. Raises `Invalid` with the field."""
    hold = raw.get("hold") or "none"
    if hold not in HOLDS:
        raise Invalid("Choose which posts wait for approval.", field="hold")
    return Policy(
        hold=hold,
        trusted_after=_whole(raw, "trusted_after", 1, MAX_TRUSTED_AFTER, "posts"),
        reports_to_hold=_whole(raw, "reports_to_hold", 0, MAX_REPORTS_TO_HOLD, "people"),
        slow_s=_whole(raw, "slow_s", 0, MAX_SLOW_S, "seconds"),
    )


def read_feed_hold(raw: str) -> FeedHold:
    """Return a feed's setting. Raises `Invalid`."""
    if raw not in FEED_HOLDS:
        raise Invalid("Choose how this feed's posts are held.", field="hold")
    return raw


def _whole(raw: Mapping[str, str], field: str, least: int, most: int, unit: str) -> int:
    text = (raw.get(field) or str(least)).strip()
    if not (text.isascii() and text.isdigit() and len(text) < 6 and least <= int(text) <= most):
        raise Invalid(f"Enter a whole number of {unit} from {least} to {most}.", field=field)
    return int(text)
