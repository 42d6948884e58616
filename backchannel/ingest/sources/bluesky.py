"""A Bluesky profile's RSS: plain text instead of HTML, and the author only in the feed's title."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from . import any_feed
from .types import Found, Parts, Raw

_TITLE = re.compile(r"@([\w.-]{1,100})")
_EMBEDDED = "[contains quote post or other embedded content]"


def claims(raw: Raw) -> bool:
    entries = any_feed.dicts((raw.feed or {}).get("entries"))
    return bool(entries) and all(any_feed.text_of(entry.get("id")).startswith("at://") for entry in entries)


def read(raw: Raw) -> Found:
    return any_feed.read(raw, _post)


def _post(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> Parts:
    parts = any_feed.post(entry, {})
    text = (parts.html or parts.text).replace(_EMBEDDED, "").rstrip()
    handle = _TITLE.search(any_feed.title_of(feed))
    return replace(parts, html="", text=text, author=parts.author or (f"@{handle[1]}" if handle else ""))
