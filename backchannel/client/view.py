"""A follower's replica of one channel. Pure, so that it can be tested without a server."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from typing import Any

Item = dict[str, Any]


def digest_of(present: Iterable[tuple[int, str, int]]) -> str:
    """Return the digest of (seq, id, rev) tuples in any order.

    >>> digest_of([])
    'e3b0c44298fc1c14'
    """
    lines = "\n".join(f"{seq} {id} {rev}" for seq, id, rev in sorted(present))
    return hashlib.sha256(lines.encode()).hexdigest()[:16]


class View:
    """The items of a channel up to `cursor`. `resets` counts how often a wrong digest made it start over."""

    def __init__(self, channel: str) -> None:
        self.channel = channel
        self.cursor = 0
        self.items: dict[str, Item] = {}
        self.applied: list[tuple[int, str]] = []  # (seq, id) of everything applied since the last start, in order
        self.resets = 0

    def take(self, page: Mapping[str, Any]) -> bool:
        """Apply a frame or a fetched page. Returns False, and applies nothing, if something is missing before it."""
        if page["seq"] <= self.cursor:
            return True
        if page["prev"] > self.cursor:
            return False
        for thing in page["items"]:
            self._apply(thing)
        self.cursor = page["seq"]
        return True

    def _apply(self, thing: Item) -> None:
        id, seq = thing["id"], thing["seq"]
        if seq <= self.cursor or self.items.get(id, {"seq": 0})["seq"] >= seq:
            return
        if thing.get("gone"):
            self.items.pop(id, None)
        else:
            self.items[id] = thing
        self.applied.append((seq, id))

    def agrees(self, seq: int, digest: str) -> bool:
        """Return whether a head's digest matches. A head of another seq always does."""
        return seq != self.cursor or digest == self.digest()

    def clear(self) -> None:
        """Start over from the snapshot."""
        self.cursor = 0
        self.items = {}
        self.applied = []
        self.resets += 1

    def present(self) -> list[tuple[int, str, int]]:
        """Return (seq, id, rev) of all present items in the channel's order."""
        return sorted((item["seq"], item["id"], item["rev"]) for item in self.items.values())

    def digest(self) -> str:
        """Return the digest of the present items."""
        return digest_of(self.present())

    def reading(self) -> list[Item]:
        """Return the items in reading order: by `at`, then seq. Items without a time come first."""
        return sorted(self.items.values(), key=lambda item: (item["at"] or "", item["seq"]))
