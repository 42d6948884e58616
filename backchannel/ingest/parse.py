"""Parse a feed. Run as a module, this is the child process that does so under limits.

feedparser gets bytes in a BytesIO, never an address or text, which could make it open a file or a connection. Its
sanitiser is off because nh3 follows. Whatever a hostile body causes (hours of time, gigabytes, recursion, a crash)
stays in the child, which `entries` supervises.

A frame is four bytes of length followed by the data. A request is a JSON frame with metadata and a frame with the body.
The answer is JSON: `{"contents": ...}` or `{"error": ..., "links": [...]}`.
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

MAX_ENTRIES = 500
MAX_CPU_S = 2.5  # of the three that a poll may take; starting a child takes the rest
MAX_MEMORY_BYTES = 400 * 1024 * 1024  # bytes of address space
_END = re.compile(r"</(?:\w+:)?(?:rss|feed|rdf)\s*>\s*(?:<!--.*-->\s*)?$", re.IGNORECASE | re.DOTALL)
_ENTRY = re.compile(r"<(?:\w+:)?(?:item|entry)[\s>]")
# feedparser takes a media description for another description of the whole post; under an unknown name it keeps it
# apart.
_MEDIA_WORDS = re.compile(r"(</?media:)description\b")
_REFERENCE = re.compile(r"&#(x[0-9a-f]{1,8}|[0-9]{1,8});", re.IGNORECASE)
# No feed needs a DTD, which may expand endlessly or reach out.
_DOCTYPE = re.compile(r"<!DOCTYPE\b[^\[>]{0,1000}(?:\[.*?\]\s*)?>", re.IGNORECASE | re.DOTALL)
# A CDATA section, or an ampersand that begins no numeric reference, with the following name, if any.
_AMPERSAND = re.compile(r"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?!#)(?:([a-zA-Z][a-zA-Z0-9]{0,31});)?", re.DOTALL)
_FEED_TYPES = ("application/rss+xml", "application/atom+xml", "application/feed+json")


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedContents:
    """The contents of an answer. `flags` describe the whole: `charset`, `controls`, `ill-formed`, `cut`, `many`."""

    title: str
    entries: tuple[Entry, ...]
    source: str = ""  # the kind of source that read it
    flags: tuple[str, ...] = ()
    links: dict[str, str]  # relation (self, next, hub) -> address

    @classmethod
    def from_json(cls, raw: dict[str, Any]) -> FeedContents:
        """Return the contents from JSON."""
        return cls(**(raw | {"entries": tuple(map(_entry, raw["entries"])), "flags": tuple(raw["flags"])}))

    def to_json(self) -> str:
        """Return the contents as JSON."""
        return json.dumps(asdict(self), default=datetime.isoformat, ensure_ascii=False)


def _entry(raw: dict[str, Any]) -> Entry:
    written_at = raw["written_at"] and datetime.fromisoformat(raw["written_at"])
    return Entry(**(raw | {"written_at": written_at, "hashtags": tuple(raw["hashtags"]), "flags": tuple(raw["flags"])}))


def parse(body: bytes, *, content_type: str = "", base_url: str = "", now: datetime) -> FeedContents:
    """Parse a body. Raises `NotAFeed`, and anything that hostile input makes libraries raise."""
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
    flags += ("many",) if len(found.posts) > MAX_ENTRIES else ()
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
    """Parse XML as UTF-8, whatever its declaration says. Returns no feed if there is none."""
    import feedparser  # type: ignore[import-untyped]  # takes 0.1 s, and only the child pays for it

    handed = _drop_excess_entries(_REFERENCE.sub(_character, _MEDIA_WORDS.sub(r"\1words", _DOCTYPE.sub("", text))))
    handed = _AMPERSAND.sub(_escaped, handed)
    headers = {"content-type": "application/xml; charset=utf-8"}  # no address, which would be put before every guid
    body = io.BytesIO(handed.encode("utf-8", "replace"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        feed = feedparser.parse(body, response_headers=headers, sanitize_html=False, resolve_relative_uris=False)
    known = feed.get("version") or feed.get("entries") or _looks_like_a_feed(text)
    return Raw(url=base_url, text=text, feed=feed if known and not _is_page(text) else None)


def _character(found: re.Match[str]) -> str:
    """Keep a numeric reference if XML allows its character: `&#xD800;` crashes feedparser."""
    digits = found[1].lower()
    code = int(digits[1:], 16) if digits.startswith("x") else int(digits)
    allowed = code in (9, 10, 13) or 32 <= code < 0xD800 or 0xE000 <= code < 0xFFFE or 0x10000 <= code <= 0x10FFFF
    return found[0] if allowed else "\ufffd"


def _escaped(found: re.Match[str]) -> str:
    """Escape `R&D` and `&nbsp;`, which are invalid in XML."""
    name = found[1]
    if found[0].startswith("<") or name in ("amp", "lt", "gt", "quot", "apos"):
        return found[0]
    return f"&#{name2codepoint[name]};" if name in name2codepoint else found[0].replace("&", "&amp;")


def _drop_excess_entries(text: str) -> str:
    """Drop entries after the first that is over the limit, so that a flood costs no more than a full feed."""
    starts = [found.start() for _, found in zip(range(MAX_ENTRIES + 2), _ENTRY.finditer(text), strict=False)]
    if len(starts) < MAX_ENTRIES + 2:
        return text
    end = max(text.rfind(name) + len(name) for name in ("item>", "entry>"))
    return text[: starts[-1]] + text[max(end, starts[-1]) :]


def _looks_like_a_feed(text: str) -> bool:
    return bool(re.search(r"<(?:\w+:)?(?:rss|feed|rdf|channel)[\s>]", text[:5000], re.IGNORECASE))


def _is_page(text: str) -> bool:
    begin = re.sub(r"<\?.*?\?>|<!--.*?-->", "", text[:5000], flags=re.DOTALL).lstrip()
    return bool(re.match(r"<!doctype\s+html|<html[\s>]", begin, re.IGNORECASE))


def _entries(posts: Sequence[Parts], base_url: str, now: datetime, cut: bool) -> tuple[Entry, ...]:
    """Return the entries, each once. If several links share a guid, the link counts too."""
    links: dict[str, set[str]] = {}
    for post in posts[:MAX_ENTRIES]:
        links.setdefault(post.guid, set()).add(post.url or post.title)
    found: dict[str, Entry] = {}
    for number, post in enumerate(posts[:MAX_ENTRIES], 1):
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
        return NotAFeed("This is JSON, but not a JSON Feed.")
    if re.search(r"<opml[\s>]", text[:5000], re.IGNORECASE):
        return NotAFeed("This is a list of feeds (OPML). Import it to add the feeds it names.")
    links = feeds_named_in(text, base_url)
    if links:
        return NotAFeed(f"This is a web page, not a feed. It names this feed: {links[0]}", links)
    if re.search(r"<(?:html|body|head|div|p)[\s>]", text[:20_000], re.IGNORECASE):
        return NotAFeed("This is a web page without a feed. Look for a feed's address.")
    return NotAFeed("This isn't a feed: expected RSS, Atom or JSON Feed.")


def feeds_named_in(page: str, base_url: str = "") -> tuple[str, ...]:
    """Return the feeds named by a page's `<link rel="alternate">`, as absolute addresses (autodiscovery)."""
    found = []
    for tag in re.findall(r"<link\s[^<>]{1,2000}>", page[:500_000], re.IGNORECASE)[:200]:
        attributes = attributes_of(tag)
        rels = attributes.get("rel", "").lower().split()
        if "alternate" in rels and attributes.get("type", "").lower().partition(";")[0].strip() in _FEED_TYPES:
            found.append(good_url(attributes.get("href", ""), base_url))
    return tuple(dict.fromkeys(filter(None, found)))[:10]


def feeds_listed_in(opml: str) -> tuple[str, ...]:
    """Return the addresses in an OPML file in order, unchecked."""
    outlines = (attributes_of(tag) for tag in re.findall(r"<outline\s([^<>]{1,4000})>", opml, re.IGNORECASE))
    links = (one_line(attributes.get("xmlurl", "")) for attributes in outlines)
    return tuple(dict.fromkeys(filter(None, links)))[:MAX_ENTRIES]


# --- the child process


def read_frame(stream: BinaryIO) -> bytes | None:
    """Return the next frame, or None at the end."""
    head = stream.read(4)
    return stream.read(struct.unpack(">I", head)[0]) if len(head) == 4 else None


def write_frame(stream: BinaryIO, data: bytes) -> None:
    """Write one frame."""
    stream.write(struct.pack(">I", len(data)) + data)
    stream.flush()


def answer(request: bytes, body: bytes) -> bytes:
    """Parse one body and return the answer, even for errors."""
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
    """Limit the address space of this process."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def limit_time() -> None:
    """Limit the CPU time from now on. (RLIMIT_CPU has a resolution of one second.)"""
    signal.setitimer(signal.ITIMER_PROF, MAX_CPU_S)


def main() -> None:
    """Answer requests until the input ends."""
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
