"""What goes into placing, and what comes out."""

from __future__ import annotations

from dataclasses import dataclass

from ..model import Item, Placement, When


@dataclass(frozen=True, slots=True, kw_only=True)
class Unplaced:
    """A post whose session is asked for.

    `at` is when it was written, where that is known; `hashtags` those that the feed gave beside the text (without '#');
    `links` addresses in it; `reply_to` the `source_id` or `url` of what it answers; `session` the guid its writer or
    its feed gave, which settles it.
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
        """A kept post as it was before it was placed; what its feed gave beside the text stands in its sources, as
        `hashtags` (with spaces between), `title` and `reply_to`, where it was kept."""
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
    """One session that a post may belong to. `confidence` is 0 to 1; `reason` a sentence that a person can check."""

    session: str
    method: str
    confidence: float
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """The answer: `session` is a guid, or None for the hallway; `candidates` are the best three, best first."""

    session: str | None
    placement: Placement
    candidates: tuple[Candidate, ...] = ()
