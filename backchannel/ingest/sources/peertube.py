"""PeerTube videos as RSS. Each has a dozen files; only the link is used."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from . import any_feed
from .types import Found, Parts, Raw

_FILM = re.compile(r"https?://[^/]+/(?:w|videos/watch)/[\w-]{8,}$")


def claims(raw: Raw) -> bool:
    entries = any_feed.dicts((raw.feed or {}).get("entries"))
    return bool(entries) and all(_FILM.match(any_feed.text_of(entry.get("link"))) for entry in entries)


def read(raw: Raw) -> Found:
    return any_feed.read(raw, _post)


def _post(entry: Mapping[str, Any], feed: Mapping[str, Any]) -> Parts:
    return replace(any_feed.post(entry, feed), attachments=())
