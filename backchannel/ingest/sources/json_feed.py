"""JSON Feed 1 and 1.1 (jsonfeed.org), which feedparser cannot read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .any_feed import dicts, text_of
from .types import Attachment, Found, Parts, Raw


def claims(raw: Raw) -> bool:
    if not isinstance(raw.json, Mapping) or not isinstance(raw.json.get("items"), list):
        return False
    return "jsonfeed.org" in text_of(raw.json.get("version")) or "feed_url" in raw.json or "title" in raw.json


def read(raw: Raw) -> Found:
    feed: Mapping[str, Any] = raw.json
    links = {"self": text_of(feed.get("feed_url")), "next": text_of(feed.get("next_url"))}
    links["hub"] = next((text_of(hub.get("url")) for hub in dicts(feed.get("hubs")) if hub.get("type") == "WebSub"), "")
    return Found(
        title=text_of(feed.get("title")),
        posts=[_post(item, feed) for item in dicts(feed.get("items"))],
        links={rel: href for rel, href in links.items() if href},
    )


def _post(item: Mapping[str, Any], feed: Mapping[str, Any]) -> Parts:
    html = text_of(item.get("content_html"))
    text = text_of(item.get("content_text"))
    return Parts(
        guid=_id(item.get("id")),
        url=text_of(item.get("url")) or text_of(item.get("external_url")),
        title=text_of(item.get("title")),
        author=_names(item) or _names(feed),
        html=html,
        text="" if html else text or text_of(item.get("summary")),
        tags=[text_of(tag) for tag in item.get("tags") or () if tag] if isinstance(item.get("tags"), list) else [],
        date=text_of(item.get("date_published")) or text_of(item.get("date_modified")),
        flags=("edited",) if _was_edited(item) else (),
        attachments=[_attachment(part) for part in dicts(item.get("attachments"))],
    )


def _was_edited(item: Mapping[str, Any]) -> bool:
    published, modified = text_of(item.get("date_published")), text_of(item.get("date_modified"))
    return bool(published and modified and published != modified)


def _id(value: Any) -> str:
    """Return an id as a string; some feeds send numbers."""
    return str(value) if isinstance(value, (str, int, float)) and not isinstance(value, bool) else ""


def _names(node: Mapping[str, Any]) -> str:
    """Return `authors` of version 1.1, or the `author` of version 1."""
    authors = dicts(node.get("authors")) or dicts([node.get("author")])
    return ", ".join(filter(None, (text_of(author.get("name")) for author in authors)))


def _attachment(part: Mapping[str, Any]) -> Attachment:
    kind = text_of(part.get("mime_type")).partition("/")[0]
    return Attachment(
        url=text_of(part.get("url")),
        text=text_of(part.get("title")),
        kind=kind if kind in ("image", "video", "audio") else "",
    )
