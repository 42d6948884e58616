"""Digests of channels, computed once and then extended.

Every heartbeat and every last page of an answer carries a digest. For a channel of 10,000 items it takes about 50 ms, so
it is kept until the channel's head moves, and extended if only new items came since. After any other change it is
computed again, in a native thread (`prepare`), so that live traffic does not wait.
"""

from __future__ import annotations

from dataclasses import dataclass

from gevent.threadpool import ThreadPool

from backchannel.domain.channels import Digest
from backchannel.store.base import Reader, Store

MAX_KEPT_DIGESTS = 2000  # dropped all at once beyond this


@dataclass(frozen=True, slots=True)
class Kept:
    """A digest of a channel up to `seq`. `of` names the database and the event."""

    of: tuple[str, str]
    seq: int
    digest: Digest


class Digests:
    """A cache of digests, in this process's memory."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._kept: dict[tuple[str, str], Kept] = {}
        self._thread = ThreadPool(1)

    def of(self, reader: Reader, event: str, channel: str) -> tuple[int, str]:
        """Return the channel's head and its digest as of that head. Call it inside the reader's snapshot."""
        current, seq = (reader.epoch(), reader.event(event).uid), reader.channel_head(event, channel)
        kept = self._kept.get((event, channel))
        if kept is None or kept.of != current or not _is_extended(reader, event, kept.seq, seq):
            kept = Kept(current, 0, Digest())
        if kept.seq != seq:
            kept = Kept(current, seq, kept.digest.extended(reader.channel_entries(event, channel, kept.seq)))
            if len(self._kept) >= MAX_KEPT_DIGESTS:
                self._kept.clear()
            self._kept[event, channel] = kept
        return seq, str(kept.digest)

    def prepare(self, event: str, channel: str) -> tuple[int, str]:
        """Return what `of` does, and compute it in a native thread if it is not kept. Other greenlets run meanwhile."""
        kept, reader = self._kept.get((event, channel)), self._store.reader()
        if kept and (*kept.of, kept.seq) == (reader.epoch(), reader.event(event).uid, reader.channel_head(event, channel)):
            return kept.seq, str(kept.digest)
        return self._thread.apply(self._compute, (event, channel))  # type: ignore[no-any-return]

    def _compute(self, event: str, channel: str) -> tuple[int, str]:
        reader = self._store.reader()  # of the native thread
        with reader.snapshot():
            return self.of(reader, event, channel)


def _is_extended(reader: Reader, event: str, before: int, now: int) -> bool:
    """Return whether nothing but new items came since the seq `before`."""
    return before == now or (before < now and reader.only_new(event, before))
