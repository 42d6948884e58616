"""Input and output of the placer."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import Item, Placement, When


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """A post without a session.

    `at` is when it was written, if known. `hashtags` are those the feed gave beside the text (without '#'), `links` the
    addresses in it, `reply_to` the `source_id` or `url` it replies to. `session` is the guid that its author or feed
    gave, which settles the placement.
    """

    source_id: str = ""
    author: str = ""
    text: str = ""
    title: str = ""
    at: When = None
    hashtags: tuple[str, ...] = ()
    url: str | None = None
    links: tuple[str, ...] = ()
    reply_to: str | None = None
    session: str | None = None

    @classmethod
    def of_item(cls, item: Item) -> Unplaced:
        """Return a stored post as it was before placement, with its feed's `hashtags`, `title` and `reply_to` from its
        sources.
        """
        beside = {name: value for source in item.sources for name, value in source.items()}
        return cls(
            source_id=item.source_id or item.id,
            author=item.author,
            text=item.text,
            title=beside.get("title", ""),
            at=item.at or item.received_at,
            hashtags=tuple(beside.get("hashtags", "").split()),
            url=item.url,
            reply_to=beside.get("reply_to"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A session that a post may belong to. `confidence` is from 0 to 1; `reason` is a sentence for people."""

    session: str
    method: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The outcome: a session's guid, or None for the hallway, and the three best candidates, best first."""

    session: str | None
    placement: Placement
    candidates: tuple[Candidate, ...] = ()
