"""Any RSS or Atom feed: WordPress, Blogger, Ghost, static sites. Tried last; other sources build on it."""

from __future__ import annotations

import html
import re
from calendar import timegm
from collections.abc import Callable, Mapping
from typing import Any

from .types import Attachment, Found, Parts, Raw

_DATES = ("published", "created", "updated")
_RELATIONS = ("self", "next", "hub")
_FORMATTING = re.compile(
    r"</?(?:a|abbr|b|bdi|br|cite|code|del|em|i|ins|mark|p|s|small|span|strong|sub|sup|u)\b[^<>]*>", re.IGNORECASE
)
_MAIL = re.compile(r"\(?<?([^\s@<>()]+)@[^\s@<>()]+>?\)?")


def claims(raw: Raw) -> bool:
    return raw.feed is not None


def read(raw: Raw, read_post: Callable[[Mapping[str, Any], Mapping[str, Any]], Parts] | None = None) -> Found:
    """Return the posts of a feed, each read by `read_post(entry, feed)`."""
    parsed = raw.feed or {}
    feed: Mapping[str, Any] = parsed.get("feed") or {}
    posts = [(read_post or post)(entry, feed) for entry in parsed.get("entries") or ()]
    return Found(title=title_of(feed), posts=posts, links=links_of(feed))


def post(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> Parts:
    """Return one entry by the rules of RSS and Atom."""
    date, parsed = date_of(entry)
    body, is_html = body_of(entry)
    return Parts(
        guid=text_of(entry.get("id")),
        url=link_of(entry),
        title=title_of(entry),
        author=author_of(entry, feed),
        html=body if is_html else "",
        text="" if is_html else body,
        tags=[tag_of(tag) for tag in dicts(entry.get("tags"))],
        date=date,
        parsed=parsed,
        flags=("edited",) if was_edited(entry) else (),
        attachments=[*enclosures(entry), *media(entry)],
    )


def link_of(entry: Mapping[str, Any]) -> str:
    """Return the link. A guid without isPermaLink that is no address (`<guid>42</guid>`) is none."""
    link = text_of(entry.get("link"))
    return "" if link == text_of(entry.get("id")) and "//" not in link else link


def title_of(node: Mapping[str, Any]) -> str:
    """Return a title as plain text. HTML formatting is dropped; anything else stays as typed.

    `AT&amp;T <b>wins</b>` -> `AT&T wins`, but `<img src=x onerror=alert(1)>` -> the same, as text
    """
    title = text_of(node.get("title"))
    detail = node.get("title_detail")
    if isinstance(detail, Mapping) and detail.get("type") in ("text/html", "application/xhtml+xml"):
        return html.unescape(_FORMATTING.sub("", title))
    return title


def body_of(entry: Mapping[str, Any]) -> tuple[str, bool]:
    """Return the content and whether it is HTML: the longest content, else the summary."""
    bodies = [part for part in dicts(entry.get("content")) if text_of(part.get("value")).strip()]
    detail = entry.get("summary_detail")
    bodies += [detail] if not bodies and isinstance(detail, Mapping) else []
    if not bodies:
        summary = text_of(entry.get("summary"))
        return (summary, True) if summary.strip() else (media_words(entry), False)
    best = max(bodies, key=lambda part: len(text_of(part.get("value"))))
    return text_of(best.get("value")), str(best.get("type", "text/html")) != "text/plain"


def author_of(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> str:
    """Return the author of the entry, its source or the feed, without an e-mail address if there is a name."""
    source = entry.get("source")
    for node in (entry, source if isinstance(source, Mapping) else {}, feed):
        names = [text_of(author.get("name")) for author in dicts(node.get("authors"))]
        name = ", ".join(dict.fromkeys(filter(None, names))) or text_of(node.get("author"))
        if name.strip():
            return _without_mail(name)
    return ""


def _without_mail(name: str) -> str:
    """Turn `ann@example.org (Ann Lee)` into `Ann Lee`, and `ann@example.org` into `ann`."""
    if len(name) > 1_000 or name.startswith("@"):  # `@ann@example.social` is a name
        return name
    rest = re.sub(r"^\((.*)\)$", r"\1", _MAIL.sub("", name).strip())
    found = _MAIL.search(name)
    return rest or (found[1] if found else name)


def tag_of(tag: Mapping[str, Any]) -> str:
    """Return a tag's term, or its label if the term is for machines."""
    term, label = text_of(tag.get("term")), text_of(tag.get("label"))
    return label if label and (not term or term.isdigit() or "://" in term) else term


def date_of(entry: Mapping[str, Any]) -> tuple[str, Any]:
    """Return the date as written, and as feedparser parsed it."""
    plain = dict(entry.items())  # feedparser's own `get` substitutes other dates and warns
    for key in _DATES:
        if date := text_of(plain.get(key)):
            return date, plain.get(key + "_parsed")
    return "", None


def was_edited(entry: Mapping[str, Any]) -> bool:
    """Return whether it was changed more than a minute after it was written."""
    plain = dict(entry.items())
    published, updated = plain.get("published_parsed"), plain.get("updated_parsed")
    return bool(published and updated and timegm(updated) > timegm(published) + 60)


def enclosures(entry: Mapping[str, Any]) -> list[Attachment]:
    links = [link for link in dicts(entry.get("links")) if link.get("rel") == "enclosure"]
    return [Attachment(url=text_of(link.get("href")), kind=kind_of(link)) for link in links]


def media(entry: Mapping[str, Any]) -> list[Attachment]:
    """Return each `media:content`. feedparser keeps only the last description, so it is used for a single one."""
    found = [part for part in dicts(entry.get("media_content")) if part.get("url")]
    words = media_words(entry) if len(found) == 1 and text_of(entry.get("summary")).strip() else ""
    return [Attachment(url=text_of(part.get("url")), kind=kind_of(part), text=words) for part in found]


def media_words(entry: Mapping[str, Any]) -> str:
    """Return `media:description` as plain text (`parse` renames it for feedparser)."""
    return text_of(entry.get("media_words"))


def kind_of(part: Mapping[str, Any]) -> str:
    kind = (text_of(part.get("medium")) or text_of(part.get("type")).partition("/")[0]).lower()
    return kind if kind in ("image", "video", "audio") else ""


def links_of(feed: Mapping[str, Any]) -> dict[str, str]:
    links = [(link.get("rel"), text_of(link.get("href"))) for link in dicts(feed.get("links"))]
    return {rel: href for rel, href in reversed(links) if rel in _RELATIONS and href}


def dicts(value: Any) -> list[Mapping[str, Any]]:
    """Return the mappings in a value that should be a list of them."""
    return [part for part in value if isinstance(part, Mapping)] if isinstance(value, list) else []


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else ""
