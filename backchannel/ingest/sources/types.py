"""Input and output of sources.

    Raw (a parsed answer)  ->  a source's `read`  ->  Found (a title, and Parts, one a post)

A source is a small file with two functions:

    claims(raw) -> bool      whether the answer is of its kind
    read(raw) -> Found       its posts in order
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Raw:
    """An answer parsed by feedparser (`feed`, a mapping with `feed`, `entries`, `namespaces`) or as JSON."""

    url: str = ""  # where it came from, if known
    text: str = ""
    feed: Mapping[str, Any] | None = None
    json: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A picture, video or sound. It is never shown, only linked with its description."""

    url: str
    text: str = ""
    kind: str = ""  # image, video, audio; empty for other files


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """One post, untrusted. Give `html` or `text`, whichever the source has."""

    guid: str = ""
    url: str = ""
    title: str = ""
    author: str = ""
    html: str = ""
    text: str = ""
    tags: Sequence[str] = ()
    date: str = ""
    parsed: Sequence[int] | None = None  # the date as parsed by feedparser
    attachments: Sequence[Attachment] = ()
    flags: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """The contents of an answer. `links` are addresses by relation (`self`, `next`, `hub`)."""

    title: str
    posts: Sequence[Parts]
    links: Mapping[str, str]
