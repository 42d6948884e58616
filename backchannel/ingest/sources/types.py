"""What every source is handed, and what it hands back.

    Raw (one answer, taken apart)  ->  a source's `read`  ->  Found (a title, and Parts, one a post)

A source is a small file with two functions, alike in all of them:

    claims(raw) -> bool      is this answer of my kind?
    read(raw) -> Found       its posts, in the answer's order
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """An answer, taken apart: by feedparser (`feed`, a mapping with `feed`, `entries`, `namespaces`) or as JSON."""

    url: str = ""  # where it came from, as far as that is known
    text: str = ""
    feed: Mapping[str, Any] | None = None
    json: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A picture, a film, a sound: never shown, only linked, under the words that its writer gave it."""

    url: str
    text: str = ""
    kind: str = ""  # image, video, audio; empty: a file


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """One post as its source tells it, all of it untrusted. Give `html` or `text`, whichever the source has."""

    guid: str = ""
    url: str = ""
    title: str = ""
    author: str = ""
    html: str = ""
    text: str = ""
    tags: Sequence[str] = ()
    date: str = ""
    parsed: Sequence[int] | None = None  # what feedparser made of the date
    attachments: Sequence[Attachment] = ()
    flags: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What an answer holds: `links` are addresses by relation (`self`, `next`, `hub`)."""

    title: str
    posts: Sequence[Parts]
    links: Mapping[str, str]
