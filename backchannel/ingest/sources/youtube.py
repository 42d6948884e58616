"""YouTube channels and playlists as Atom: a title, a plain-text description, and a link to the video."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from . import any_feed
from .types import Found, Parts, Raw


def claims(raw: Raw) -> bool:
    entries = any_feed.dicts((raw.feed or {}).get("entries"))
    return bool(entries) and all(any_feed.text_of(entry.get("id")).startswith("yt:video:") for entry in entries)


def read(raw: Raw) -> Found:
    return any_feed.read(raw, _post)


def _post(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> Parts:
    parts = any_feed.post(entry, feed)
    return replace(parts, html="", text=any_feed.media_words(entry), attachments=())
