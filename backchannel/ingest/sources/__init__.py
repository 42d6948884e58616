"""One small file a kind of source, all alike (see `shapes`). The first that claims an answer reads it."""

from __future__ import annotations

from typing import Protocol

from . import any_feed, bluesky, flickr, json_feed, mastodon, mastodon_api, peertube, youtube
from .types import Found, Raw


class Source(Protocol):
    __name__: str

    def claims(self, raw: Raw, /) -> bool: ...

    def read(self, raw: Raw, /) -> Found: ...


SOURCES: tuple[Source, ...] = (
    mastodon_api, json_feed, mastodon, bluesky, youtube, peertube, flickr, any_feed,
)  # fmt: skip


def source_of(raw: Raw) -> Source | None:
    """Whose kind this answer is."""
    return next((source for source in SOURCES if source.claims(raw)), None)
