"""Turn a source's post into an `Entry`: sanitised, limited in size, dated or flagged.

Flags describe irregularities (see the table in docs/feeds.md): `no-date`, `bad-date`, `future-date`, `no-guid`,
`bad-link`, `long`, `empty`, and those of the source (`sensitive`, `undiscoverable`).
"""

from __future__ import annotations

import hashlib
import html
import re
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urljoin, urlsplit

from backchannel.domain.model import NAME_LIMIT, TITLE_LIMIT, Entry
from backchannel.domain.wire import one_line, tidy
from backchannel.writeup.render import is_good_link, plain, sanitise

from .dates import read_date
from .sources.types import Attachment, Parts

MAX_POST_BYTES = 64 * 1024  # in one post
MAX_TAGS = 30
MAX_ATTACHMENTS = 10
MAX_ID_LENGTH = 500  # characters; longer ids are replaced by their hash
MAX_URL_LENGTH = 2_000

_MARKUP = re.compile(r"<[a-zA-Z/!?]")
_PICTURE = re.compile(r"<img\b([^<>]{0,2000})>", re.IGNORECASE)
_ATTRIBUTE = re.compile(r"""([\w-]{1,40})\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'<>]+))""")
_HREF = re.compile(r"""(<a\s[^<>]{0,500}?\bhref\s*=\s*)(["'])([^"'<>]{0,2000})\2""", re.IGNORECASE)


def entry_of(parts: Parts, base_url: str, now: datetime) -> Entry:
    """Return the entry. Relative links are resolved against `base_url`."""
    url = good_url(parts.url, base_url)
    markup, cut = _within(_body(parts, url or base_url))
    safe = sanitise(markup)
    text = tidy(plain(safe))
    whole_title = one_line(parts.title[:MAX_POST_BYTES])
    title = whole_title[:TITLE_LIMIT]
    written_at, doubt = read_date(parts.date, parts.parsed, now)
    guid = tidy(parts.guid).strip()
    flags = {
        doubt or "": doubt is not None,
        "no-guid": not guid,
        "bad-link": bool(parts.url.strip()) and url is None,
        "long": cut,
        "empty": not (text or title or url),
    }
    return Entry(
        source_id=_identity(guid, url or "", title, text),
        text=text or whole_title or url or "",
        title="" if _says_the_same(title, text) else title,
        author=one_line(parts.author)[:NAME_LIMIT].strip(),
        html=safe if len(safe.encode()) <= MAX_POST_BYTES else "",
        written_at=written_at,
        url=url,
        hashtags=_tags(parts.tags),
        flags=(*(flag for flag, is_so in flags.items() if is_so), *parts.flags),
    )


def good_url(link: str, base_url: str = "") -> str | None:
    """Return an absolute link if it is plain http or https, else None."""
    link = link.strip()
    if not link or len(link) > MAX_URL_LENGTH or link.startswith("//") or re.search(r"[\x00-\x20\\]", link):
        return None
    try:
        url = link if link.lower().startswith(("http://", "https://")) else urljoin(base_url, link)
        whole = urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
    except ValueError:
        return None
    return url if whole and is_good_link(url) and url == tidy(url) else None


def _body(parts: Parts, base_url: str) -> str:
    """Return the HTML of the post with its attachments, not yet sanitised."""
    said = parts.html
    if not said or not _MARKUP.search(said):
        said = _paragraphs(html.unescape(said) or parts.text)
    said = _PICTURE.sub(lambda found: _picture(found[1], base_url), said)
    return _HREF.sub(lambda found: _absolute(found, base_url), said) + "".join(_attached(parts.attachments))


def attributes_of(tag: str) -> dict[str, str]:
    """Return a tag's attributes by lower-case name."""
    return {name.lower(): html.unescape(a or b or c) for name, a, b, c in _ATTRIBUTE.findall(tag)}


def _picture(tag: str, base_url: str) -> str:
    """Replace an image by a link with its alternative text. Without one it is dropped; an emoji stands for itself."""
    attributes = attributes_of(tag)
    words = one_line(attributes.get("alt", ""))[:1500]
    if len(words) < 3:
        return html.escape(words)
    url = good_url(attributes.get("src", ""), base_url)
    label = f"[image: {html.escape(words)}]"
    return f'<a href="{html.escape(url)}">{label}</a>' if url else label


def _paragraphs(text: str) -> str:
    """Return plain text as HTML: empty lines separate paragraphs, line breaks stay."""
    parts = re.split(r"\n\s*\n", tidy(text[: MAX_POST_BYTES * 2]).strip())
    escaped = (html.escape(part.strip(), quote=False).replace("\n", "<br>") for part in parts if part.strip())
    return "".join(f"<p>{part}</p>" for part in escaped)


def _absolute(found: re.Match[str], base_url: str) -> str:
    link = html.unescape(found[3]).strip()
    if not base_url or re.match(r"[a-z][a-z0-9+.-]*:|//|\\", link, re.IGNORECASE):
        return found[0]
    return found[1] + found[2] + html.escape(good_url(link, base_url) or "") + found[2]


def _attached(attachments: Sequence[Attachment]) -> list[str]:
    """Return a line for each attachment: its kind and description as a link. Nothing is loaded."""
    lines = []
    for part in list(attachments)[:MAX_ATTACHMENTS]:
        if url := good_url(part.url):
            words = html.escape(one_line(part.text)[:1500], quote=False)
            label = f"{part.kind or 'file'}: {words}" if words else part.kind or "file"
            lines.append(f'<p><a href="{html.escape(url)}">[{label}]</a></p>')
    return lines


def _within(markup: str) -> tuple[str, bool]:
    """Cut text to a number of bytes without splitting a character."""
    data = markup.encode("utf-8", "replace")
    return (markup, False) if len(data) <= MAX_POST_BYTES else (data[:MAX_POST_BYTES].decode("utf-8", "ignore"), True)


def _identity(guid: str, url: str, title: str, text: str) -> str:
    """Return the source's id, else a hash of link and title, else of the content."""
    if guid:
        return guid if len(guid) <= MAX_ID_LENGTH else _hash(guid)
    return _hash(url, title) if url or title else _hash(text)


def _hash(*parts: str) -> str:
    return "sha256:" + hashlib.sha256("\x1f".join(parts).encode("utf-8", "replace")).hexdigest()[:32]


def _says_the_same(title: str, text: str) -> bool:
    """Return whether the title only repeats the first words, as on many servers."""
    start = title.rstrip(".… ")
    return bool(start) and one_line(text[: len(title) * 2 + 20]).startswith(start)


def _tags(tags: Sequence[str]) -> tuple[str, ...]:
    found = (one_line(tag)[:100].lstrip("#＃").strip() for tag in tags[: MAX_TAGS * 2])
    return tuple(dict.fromkeys(filter(None, found)))[:MAX_TAGS]
