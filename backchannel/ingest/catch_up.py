"""Catch up with a feed that had more posts than one answer holds: fetch older pages, or report a gap.

    known:   ... 10:02  10:05 |                     10:05 is the newest known post
    answer:                       10:20  10:31      its oldest is newer, so something may be missing between
    pages:                 10:07  10:11             fetched one after the other, until one reaches 10:05

The feed names the next page (Atom's and JSON Feed's `next`, a Link header), or its kind implies it: Mastodon's RSS of a
tag ends after twenty posts, but its API continues.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from backchannel.domain.errors import BackchannelError
from backchannel.domain.model import Entry, Gap

from .fetch import Answer
from .parse import FeedContents

MAX_PAGES = 5  # in one poll
_TAG_RSS = re.compile(r"(https?://[^/?#]+)/tags/([^/?#]+)\.rss")


class Fetcher(Protocol):
    """Fetches an address; `ingest.fetch.fetch` in a server."""

    def __call__(self, url: str, *, etag: str | None = None, modified: str | None = None) -> Answer:
        """Fetch `url`. Raises `FeedRefused` and `Unreadable`."""


Reader = Callable[..., FeedContents]


def gap_in(entries: Sequence[Entry], newest_known: datetime | None) -> Gap | None:
    """Return the period that may be missing between the newest known post and the oldest received one, or None."""
    dates = [entry.written_at for entry in entries if entry.written_at]
    if newest_known is None or not dates or len(dates) < len(entries) or min(dates) <= newest_known:
        return None
    return Gap(begins=newest_known, ends=min(dates))


def catch_up(
    entries: tuple[Entry, ...],
    newest_known: datetime | None,
    more: str | None,
    *,
    fetcher: Fetcher,
    reader: Reader,
    now: datetime,
) -> tuple[tuple[Entry, ...], Gap | None]:
    """Return the entries followed by those of older pages, each once, and the remaining gap. `more` is the next page.
    """
    found = {entry.source_id: entry for entry in entries}
    for _ in range(MAX_PAGES):
        gap = gap_in(tuple(found.values()), newest_known)
        if gap is None or more is None:
            return tuple(found.values()), gap
        try:
            answer = fetcher(more)
            contents = reader(answer.body, content_type=answer.content_type, base_url=answer.url, now=now)
        except BackchannelError:
            break
        new = {entry.source_id: entry for entry in contents.entries if "empty" not in entry.flags} | found
        more = more_of(answer, contents) if len(new) > len(found) else None
        found |= {id: entry for id, entry in new.items() if id not in found}
    return tuple(found.values()), gap_in(tuple(found.values()), newest_known)


def more_of(answer: Answer, contents: FeedContents) -> str | None:
    """Return the address of older posts, if there is one."""
    tag = _TAG_RSS.match(answer.url) if contents.source == "mastodon" else None
    known = f"{tag[1]}/api/v1/timelines/tag/{tag[2]}?limit=40" if tag else None
    return contents.links.get("next") or answer.next_url or known
