"""Kinds of sources, one small file each with the functions described in `types`. The first that claims an answer reads
it.
"""

from __future__ import annotations

from typing import Protocol

from . import any_feed, bluesky, flickr, json_feed, mastodon, mastodon_api, peertube, youtube
from .types import Found, Raw


class Source(Protocol):
    """A module with `claims` and `read`."""

    __name__: str

    def claims(self, raw: Raw, /) -> bool: ...

    def read(self, raw: Raw, /) -> Found: ...


SOURCES: tuple[Source, ...] = (
    mastodon_api, json_feed, mastodon, bluesky, youtube, peertube, flickr, any_feed,
)  # fmt: skip


def source_of(raw: Raw) -> Source | None:
    """Return the source that claims this answer."""
    return next((source for source in SOURCES if source.claims(raw)), None)
