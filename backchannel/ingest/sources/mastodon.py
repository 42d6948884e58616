"""Tag and profile RSS of Mastodon and similar servers, whose posts have no title and no author.

The author is in the link: https://ioc.exchange/@jon404/111544891736153138 is by @jon404@ioc.exchange. A content warning
is the first paragraph; pictures are media with descriptions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import unquote, urlsplit
from xml.etree import ElementTree

from . import any_feed
from .types import Attachment, Found, Parts, Raw

_WRITER = re.compile(r"/(?:@|users/|p/|accounts/)([\w.-]{1,60})(?:@([\w.-]{1,100}))?(?:/|$)")
_MADE_UP = re.compile(
    r"(?:New (?:status|note) by|.{1,80} (?:posted|shared|replied|made a new post)\b.{0,20}[:…]?$)", re.DOTALL
)
_SERVERS = ("mastodon", "pleroma", "akkoma", "glitch", "hometown")
_MEDIA = "{http://search.yahoo.com/mrss/}"


def claims(raw: Raw) -> bool:
    if raw.feed is None:
        return False
    feed: Mapping[str, Any] = raw.feed.get("feed") or {}
    if any_feed.text_of(feed.get("generator")).lower().startswith(_SERVERS):
        return True
    entries = any_feed.dicts(raw.feed.get("entries"))
    if "http://activitystrea.ms/spec/1.0/" in dict(raw.feed.get("namespaces") or {}).values():
        return True
    return bool(entries) and all(_untitled(entry) and _handle(entry, feed) for entry in entries)


def read(raw: Raw) -> Found:
    pictures = _pictures(raw.text)

    def post(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> Parts:
        parts = any_feed.post(entry, {})  # the feed's author is the tag's server
        return replace(
            parts,
            title="" if _untitled(entry) else parts.title,
            author=_handle(entry, feed) or parts.author,
            attachments=pictures.get(parts.guid) or parts.attachments,
            flags=(*parts.flags, "sensitive") if _rating(entry) == "adult" else parts.flags,
        )

    return any_feed.read(raw, post)


def writer_of(link: str) -> str:
    """Return the author's handle from a post's link, or an empty string.

    >>> writer_of("https://ioc.exchange/@jon404/1115"), writer_of("https://a.example/@ann@b.example/7")
    ('@jon404@ioc.exchange', '@ann@b.example')
    """
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError:
        return ""
    found = _WRITER.match(unquote(parts.path)[:300])
    return f"@{found[1]}@{found[2] or host}" if found and host else ""


def _handle(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> str:
    """Return the handle from the post's link, else from the author's."""
    authors = any_feed.dicts(entry.get("authors")) or any_feed.dicts(feed.get("authors"))
    writers = [any_feed.text_of(author.get("href")) for author in authors]
    return next(filter(None, map(writer_of, [any_feed.link_of(entry), *writers])), "")


def _untitled(entry: Mapping[str, Any]) -> bool:
    title = any_feed.title_of(entry).strip()
    return not title or bool(_MADE_UP.match(title))


def _rating(entry: Mapping[str, Any]) -> str:
    rating = entry.get("media_rating")
    return any_feed.text_of(rating.get("content")) if isinstance(rating, Mapping) else ""


def _pictures(text: str) -> dict[str, list[Attachment]]:
    """Return guid -> pictures with their own descriptions, of which feedparser keeps only one a post."""
    if _MEDIA[1:-1] not in text or "<!ENTITY" in text:
        return {}
    try:
        items = list(ElementTree.fromstring(re.sub(r"^\s*<\?xml[^>]*\?>", "", text)).iter("item"))  # noqa: S314  without its DTD, in a child under limits
    except (ElementTree.ParseError, ValueError):
        return {}
    return {
        (item.findtext("guid") or "").strip(): [_picture(part) for part in item.iter(_MEDIA + "content")]
        for item in items
    }


def _picture(content: ElementTree.Element) -> Attachment:
    words = (content.findtext(_MEDIA + "description") or "").strip()
    return Attachment(url=content.get("url", ""), text=words, kind=any_feed.kind_of(content.attrib))
