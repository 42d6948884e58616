"""A tag's public timeline as JSON from Mastodon's API. Unlike RSS, it has pages (`max_id`).

https://docs.joinmastodon.org/methods/timelines/#tag and https://docs.joinmastodon.org/entities/Status/
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import urlsplit

from .any_feed import dicts, text_of
from .mastodon import writer_of
from .types import Attachment, Found, Parts, Raw

_KINDS = {"image": "image", "gifv": "video", "video": "video", "audio": "audio"}


def claims(raw: Raw) -> bool:
    statuses = dicts(raw.json)
    return bool(statuses) and all("account" in status and "content" in status for status in statuses)


def read(raw: Raw) -> Found:
    statuses = dicts(raw.json)
    shown = [_status(status) for status in statuses if _wants_to_appear(status)]
    ids = [text_of(status.get("id")) for status in statuses]
    return Found(title="", posts=[_post(status, raw.url) for status in shown], links=_older(raw.url, ids))


def _status(status: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the status, or the boosted one."""
    boosted = status.get("reblog")
    return boosted if isinstance(boosted, Mapping) else status


def _post(status: Mapping[str, Any], base: str) -> Parts:
    url = text_of(status.get("url")) or text_of(status.get("uri"))
    warning = text_of(status.get("spoiler_text")).strip()
    above = f"<p><strong>Content warning:</strong> {escape(warning)}</p><hr>" if warning else ""
    account = _account(status)
    flags = {
        "sensitive": status.get("sensitive"),
        "edited": status.get("edited_at"),
        "undiscoverable": account.get("discoverable") is False,
    }
    return Parts(
        guid=url or text_of(status.get("id")),  # like the RSS, so that a post has the same id in both
        url=url,
        author=_handle(text_of(account.get("acct")), base) or writer_of(url),
        html=above + text_of(status.get("content")),
        tags=[text_of(tag.get("name")) for tag in dicts(status.get("tags"))],
        date=text_of(status.get("created_at")),
        attachments=[_attachment(part) for part in dicts(status.get("media_attachments"))],
        flags=[flag for flag, is_so in flags.items() if is_so],
    )


def _account(status: Mapping[str, Any]) -> Mapping[str, Any]:
    account = status.get("account")
    return account if isinstance(account, Mapping) else {}


def _wants_to_appear(status: Mapping[str, Any]) -> bool:
    """Return whether the author allows this: `#nobot` in a profile asks to be left out."""
    return not re.search(r"#(?:<span>)?nobot\b", text_of(_account(status).get("note")), re.IGNORECASE)


def _handle(acct: str, base: str) -> str:
    host = urlsplit(base).hostname or ""
    return "" if not acct else f"@{acct}" if "@" in acct or not host else f"@{acct}@{host}"


def _attachment(part: Mapping[str, Any]) -> Attachment:
    url = text_of(part.get("remote_url")) or text_of(part.get("url"))
    return Attachment(url=url, text=text_of(part.get("description")), kind=_KINDS.get(text_of(part.get("type")), ""))


def _older(base: str, ids: list[str]) -> dict[str, str]:
    """Return the address of the next page, with posts older than the last of this one."""
    if not base or not ids or not ids[-1].isalnum():
        return {}
    query = re.sub(r"(^|&)max_id=[^&]*", "", urlsplit(base).query).strip("&")
    return {"next": urlsplit(base)._replace(query=f"{query}&max_id={ids[-1]}".strip("&"), fragment="").geturl()}
