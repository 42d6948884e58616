"""Cached digests of channels.

Every heartbeat and every last page of an answer carries a digest. Computing it for a channel of 5,000 items takes 24
ms, so it is kept until the channel's head moves: every change to a channel takes a new seq.
"""

from __future__ import annotations

from backchannel.domain.channels import digest
from backchannel.store.base import Reader

MAX_CACHED_DIGESTS = 2000  # dropped all at once beyond this


class Digests:
    """A cache of digests, in this process's memory."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], tuple[tuple[str, str, int], str]] = {}

    def of(self, reader: Reader, event: str, channel: str) -> tuple[int, str]:
        """Return the channel's head and its digest as of that head. Call it inside the reader's snapshot."""
        seq = reader.channel_head(event, channel)
        state = (reader.epoch(), reader.event(event).uid, seq)
        before, known = self._known.get((event, channel), (None, ""))
        if before != state:
            if len(self._known) >= MAX_CACHED_DIGESTS:
                self._known.clear()
            known = digest(reader.channel_entries(event, channel))
            self._known[event, channel] = (state, known)
        return seq, known
