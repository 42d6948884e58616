"""The body of an answer -> its entries, in this very process; run as a module, the child that does it under limits.

feedparser is handed bytes in a BytesIO, never an address or a text (either may make it open a file or a connection);
its sanitiser is off, for nh3 comes after it. What a hostile body does to it (hours of time, gigabytes, a recursion, a
crash) happens in the child, which `entries` watches over.

A frame, in both directions: four bytes of length, then so many bytes. Request: JSON of what is known of the body, and a
second frame with the body. Answer: JSON, `{"contents": ...}` or `{"error": ..., "links": [...]}`.
"""

from __future__ import annotations

import io
import json
import re
import signal
import struct
import sys
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from html.entities import name2codepoint
from typing import Any, BinaryIO

from backchannel.domain.errors import NotAFeed
from backchannel.domain.model import Entry
from backchannel.domain.wire import one_line

from .charset import read_text
from .sources import source_of
from .sources.types import Found, Parts, Raw
from .tidy import attributes_of, entry_of, good_url

MOST_ENTRIES = 500
CPU_SECONDS = 2.5  # of three that a poll may take: starting a child takes the rest
MEMORY = 400 * 1024 * 1024  # bytes of address space
_END = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*-->\s*)?$", re.IGNORECASE | re.DOTALL)
_ENTRY = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]")
# feedparser takes the words to a picture for another description of the whole post; under a name it does not know, they
# stand beside it.
_MEDIA_WORDS = re.compile(r"(</?media:)description\b")
_REFERENCE = re.compile(r"&#(x[0-9a-f]{1,8}|[0-9]{1,8});", re.IGNORECASE)
# No feed needs a DTD, and what stands in one is there to blow up or to reach out.
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[>]{0,1000}(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
# A CDATA section, as it stands; or an ampersand that begins no numeric reference, with the name behind it, if any.
_AMPERSAND = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!#)(?:([a-zA-Z][a-zA-Z0-9]{0,31});)?", re.DOTALL)
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedContents:
    """What an answer held. `flags` are words on the whole of it: `charset`, `controls`, `ill-formed`, `cut`, `many`."""

    title: str
    entries: tuple[Entry, ...]
    source: str = ""  # the kind of source that read it
    flags: tuple[str, ...] = ()
    links: dict[str, str]  # relation (self, next, hub) -> address

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> FeedContents:
        return cls(**(raw | {"entries": tuple(map(_entry, raw["entries"])), "flags": tuple(raw["flags"])}))

    def to_json(self) -> str:
        return json.dumps(asdict(self), default=datetime.isoformat, ensure_ascii=False)


def _entry(raw: dict[str, Any]) -> Entry:
    written_at = raw["written_at"] and datetime.fromisoformat(raw["written_at"])
    return Entry(**(raw | {"written_at": written_at, "hashtags": tuple(raw["hashtags"]), "flags": tuple(raw["flags"])}))


def parse(body: bytes, *, content_type: str = "", base_url: str = "", now: datetime) -> FeedContents:
    """Raises `NotAFeed`, and whatever a hostile body makes libraries raise."""
    text, flags = read_text(body, content_type)
    raw = _json(text, base_url) or _xml(text, base_url)
    source = source_of(raw)
    if source is None:
        raise _no_feed(text, base_url)
    found = source.read(raw)
    cut = raw.json is None and not _END.search(text[-2000:])
    entries = _entries(found.posts, base_url, now, cut)
    flags += ("ill-formed",) if raw.feed is not None and raw.feed.get("bozo") else ()
    flags += ("cut",) if cut else ()
    flags += ("many",) if len(found.posts) > MOST_ENTRIES else ()
    return FeedContents(
        title=one_line(found.title)[:200],
        entries=entries,
        source=getattr(source, "__name__", "").rpartition(".")[2],
        flags=flags,
        links=_links(found, base_url),
    )


def _json(text: str, base_url: str) -> Raw | None:
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        return Raw(url=base_url, text=text, json=json.loads(text))
    except (ValueError, RecursionError):
        return None


def _xml(text: str, base_url: str) -> Raw:
    """With no feed in it where there is none. The text goes as UTF-8, whatever it was and still says it is."""
    import feedparser  # type: ignore[import-untyped]  # takes 0.1 s, and only the child pays for it

    handed = _few_enough(_REFERENCE.sub(_character, _MEDIA_WORDS.sub(r"\1words", _DOCTYPE.sub("", text))))
    handed = _AMPERSAND.sub(_escaped, handed)
    headers = {"content-type": "application/xml; charset=utf-8"}  # no address: it would be put before every guid
    body = io.BytesIO(handed.encode("utf-8", "replace"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        feed = feedparser.parse(body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    known = feed.get("version") or feed.get("entries") or _looks_like_a_feed(text)
    return Raw(url=base_url, text=text, feed=feed if known and not _is_page(text) else None)


def _character(found: re.Match[str]) -> str:
    """A numeric reference as it stands, unless no XML may hold its character: `&#xD800;` makes feedparser fall over."""
    digits = found[1].lower()
    code = int(digits[1:], 16) if digits.startswith("x") else int(digits)
    allowed = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF
    return found[0] if allowed else "\ufffd"


def _escaped(found: re.Match[str]) -> str:
    """`R&D` and `&nbsp;`, which XML does not know, as it would have them."""
    name = found[1]
    if found[0].startswith("<") or name in ("amp", "lt", "gt", "quot", "apos"):
        return found[0]
    return f"&#{name2codepoint[name]};" if name in name2codepoint else found[0].replace("&", "&amp;")


def _few_enough(text: str) -> str:
    """At most one entry more than will be kept, so that a flood of them costs no more than a full feed."""
    starts = [found.start() for _, found in zip(range(MOST_ENTRIES + 2), _ENTRY.finditer(text), strict=False)]
    if len(starts) < MOST_ENTRIES + 2:
        return text
    end = max(text.rfind(name) + len(name) for name in ("item>", "entry>"))
    return text[: starts[-1]] + text[max(end, starts[-1]) :]


def _looks_like_a_feed(text: str) -> bool:
    return bool(re.search(r"<(?:\w+:)?(?:rss|feed|rdf|channel)[\s>]", text[:5000], re.IGNORECASE))


def _is_page(text: str) -> bool:
    begin = re.sub(r"<\?.*?\?>|<!--.*?-->", "", text[:5000], flags=re.DOTALL).lstrip()
    return bool(re.match(r"<!doctype\s+html|<html[\s>]", begin, re.IGNORECASE))


def _entries(posts: Sequence[Parts], base_url: str, now: datetime, cut: bool) -> tuple[Entry, ...]:
    """Each once. Where one guid stands for several links (the blog's own address, say), the link counts too."""
    links: dict[str, set[str]] = {}
    for post in posts[:MOST_ENTRIES]:
        links.setdefault(post.guid, set()).add(post.url or post.title)
    found: dict[str, Entry] = {}
    for number, post in enumerate(posts[:MOST_ENTRIES], 1):
        if post.guid and len(links[post.guid]) > 1:
            post = _replace(post, guid=f"{post.guid} {post.url or post.title}")
        if cut and number == len(posts):
            post = _replace(post, flags=(*post.flags, "cut"))
        entry = entry_of(post, base_url, now)
        found.setdefault(entry.source_id, entry)
    return tuple(found.values())


def _replace(post: Parts, **changed: Any) -> Parts:
    return Parts(**({field.name: getattr(post, field.name) for field in fields(post)} | changed))


def _links(found: Found, base_url: str) -> dict[str, str]:
    links = {rel: good_url(href, base_url) for rel, href in found.links.items()}
    return {rel: href for rel, href in links.items() if href}


def _no_feed(text: str, base_url: str) -> NotAFeed:
    if text.lstrip()[:1] in ("{", "["):
        return NotAFeed("This is JSON, or a part of it, but no JSON Feed.")
    if re.search(r"<opml[\s>]", text[:5000], re.IGNORECASE):
        return NotAFeed("This is a list of feeds (OPML), not a feed: add those that it names.")
    links = feeds_named_in(text, base_url)
    if links:
        return NotAFeed(f"This is a web page, not a feed; it names a feed of its own: {links[0]}", links)
    if re.search(r"<(?:html|body|head|div|p)[\s>]", text[:20_000], re.IGNORECASE):
        return NotAFeed("This is a web page, not a feed, and it names no feed of its own.")
    return NotAFeed("This is neither RSS, nor Atom, nor JSON Feed.")


def feeds_named_in(page: str, base_url: str = "") -> tuple[str, ...]:
    """Autodiscovery: the feeds that a page's `<link rel="alternate">`s name, made absolute by the page's address."""
    found = []
    for tag in re.findall(r"<link\s[^<>]{1,2000}>", page[:500_000], re.IGNORECASE)[:200]:
        attributes = attributes_of(tag)
        rels = attributes.get("rel", "").lower().split()
        if "alternate" in rels and attributes.get("type", "").lower().partition(";")[0].strip() in _FEED_TYPES:
            found.append(good_url(attributes.get("href", ""), base_url))
    return tuple(dict.fromkeys(filter(None, found)))[:10]


def feeds_listed_in(opml: str) -> tuple[str, ...]:
    """The addresses of an OPML file's feeds, in its order, as they stand there: whoever adds them judges them."""
    outlines = (attributes_of(tag) for tag in re.findall(r"<outline\s([^<>]{1,4000})>", opml, re.IGNORECASE))
    links = (one_line(attributes.get("xmlurl", "")) for attributes in outlines)
    return tuple(dict.fromkeys(filter(None, links)))[:MOST_ENTRIES]


# --- the child


def read_frame(stream: BinaryIO) -> bytes | None:
    """The next frame, or None at the end."""
    head = stream.read(4)
    return stream.read(struct.unpack(">I", head)[0]) if len(head) == 4 else None


def write_frame(stream: BinaryIO, data: bytes) -> None:
    stream.write(struct.pack(">I", len(data)) + data)
    stream.flush()


def answer(request: bytes, body: bytes) -> bytes:
    """One body read, whatever it does short of ending the process."""
    asked = json.loads(request)
    try:
        contents = parse(
            body,
            content_type=asked["content_type"],
            base_url=asked["base_url"],
            now=datetime.fromisoformat(asked["now"]),
        )
        return b'{"contents": ' + contents.to_json().encode() + b"}"
    except NotAFeed as error:
        return json.dumps({"error": error.message, "links": error.links}).encode()
    except (Exception, RecursionError) as error:
        return json.dumps({"ill": type(error).__name__}).encode()


def limit_memory() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_time() -> None:
    """So many seconds of CPU from now on; the system ends who takes more. (RLIMIT_CPU knows whole seconds only.)"""
    signal.setitimer(signal.ITIMER_PROF, CPU_SECONDS)


def main() -> None:
    import feedparser  # noqa: F401  # before the limits, and before the first body

    limit_memory()
    while (request := read_frame(sys.stdin.buffer)) is not None:
        body = read_frame(sys.stdin.buffer)
        if body is None:
            return
        limit_time()
        write_frame(sys.stdout.buffer, answer(request, body))


if __name__ == "__main__":
    main()
