"""Flickr photos as Atom or RSS: "Ann posted a photo:", the photo, then Ann's description."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from . import any_feed
from .types import Attachment, Found, Parts, Raw

_INTRODUCTION = re.compile(
    r"\s*<p>\s*<a [^<>]*>[^<>]*</a>\s*(?:posted|has added) an? (?:photo|video):?\s*</p>", re.IGNORECASE
)
_PHOTO = re.compile(r"""\s*<p>\s*<a [^<>]*>\s*<img [^<>]*>\s*</a>\s*</p>""", re.IGNORECASE)


def claims(raw: Raw) -> bool:
    entries = any_feed.dicts((raw.feed or {}).get("entries"))
    return bool(entries) and all("flickr.com" in any_feed.text_of(entry.get("id")) for entry in entries)


def read(raw: Raw) -> Found:
    return any_feed.read(raw, _post)


def _post(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> Parts:
    parts = any_feed.post(entry, feed)
    said = _PHOTO.sub("", _INTRODUCTION.sub("", parts.html, count=1), count=1)
    tags = [word for tag in parts.tags for word in tag.split()]
    photo = Attachment(url=parts.url, kind="image", text=parts.title)
    return replace(parts, html=said, tags=tags, attachments=[photo])
