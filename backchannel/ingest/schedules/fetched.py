"""Fetch a schedule from an address, through the guard."""

from __future__ import annotations

from backchannel.domain.errors import Unreadable

from ..fetch import Answer, Fetching, fetch


def fetch_schedule(url: str, settings: Fetching, *, etag: str | None = None, modified: str | None = None) -> Answer:
    """Return the answer 200, or 304 for one that is unchanged. Raises `Unreadable` or `FeedRefused`."""
    try:
        answer = fetch(url, etag=etag, modified=modified, settings=settings)
    except Unreadable as fault:  # the fetcher speaks of feeds
        raise Unreadable(fault.message.replace("The feed", "The schedule"), field="url") from None
    if answer.status == 200 or (answer.status == 304 and (etag or modified)):
        return answer
    raise Unreadable(f"The schedule's server answered {answer.status}. Check the address.", field="url")
