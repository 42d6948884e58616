"""The part of the store's contract that is about joining: spoken codes and the holders of personal passes."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Protocol

from backchannel.domain.joining import Holder, JoinCode


class JoiningReader(Protocol):
    """The queries about codes and passes."""

    def join_codes(self, event: str) -> dict[str, JoinCode]:
        """Return the event's codes by scope, including those that no longer work."""

    def join_code(self, finder: str) -> JoinCode | None:
        """Return the code that the hash of its first two words finds."""

    def holders(self, event: str) -> list[Holder]:
        """Return everybody who joined or was invited, the latest first."""

    def holder(self, event: str, key: str) -> Holder | None:
        """Return one holder, or `None` if nobody joined with this key."""

    def revoked_keys(self, event: str) -> frozenset[str]:
        """Return the keys of the revoked personal passes. Cheap enough to call for every message."""


class JoiningWriter(Protocol):
    """The changes of codes and passes that a job can make."""

    def save_join_code(self, code: JoinCode) -> None:
        """Create the code of a scope, or replace it."""

    def count_failure(self, finder: str) -> int:
        """Count a wrong try against the code with this finder. Returns the tries so far, or 0 if there is none."""

    def save_holder(self, holder: Holder) -> None:
        """Create or update a holder."""

    def save_seen(self, event: str, seen: Mapping[str, datetime]) -> None:
        """Save when the holders with these keys were last seen. Keys without a holder are ignored."""
