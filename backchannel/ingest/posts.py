"""Posts as NDJSON, {"id", "at", "author", "text"[, "url", "html"]} a line, read as entries of a feed."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from backchannel.domain.errors import Invalid, Unreadable
from backchannel.domain.model import Entry
from backchannel.domain.times import parse_when
from backchannel.domain.wire import one_line, tidy
from backchannel.writeup.render import plain, render, sanitise


def read_posts(lines: Iterable[bytes]) -> list[Entry]:
    """Return the entries. All lines are read first; a bad one raises `Unreadable` with its number."""
    return [_entry(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def _entry(number: int, line: bytes) -> Entry:
    try:
        post = json.loads(line)
        if not isinstance(post, dict):
            raise ValueError
    except (ValueError, RecursionError):
        raise Unreadable(f"Line {number} isn't a JSON object. Nothing was imported.") from None
    try:
        return _post(post)
    except Invalid as fault:
        raise Unreadable(f"Line {number}: {fault.message} Nothing was imported.") from None


def _post(post: Mapping[str, Any]) -> Entry:
    source_id = post.get("id")
    if not isinstance(source_id, str | int) or not str(source_id):
        raise Invalid("A post needs an `id`.", field="id")
    when = parse_when(_string(post, "at") or None)
    html = sanitise(_string(post, "html"))
    text = tidy(_string(post, "text")) or plain(html)
    if not text.strip():
        raise Invalid("A post needs a `text`.", field="text")
    return Entry(
        source_id=str(source_id),
        text=text,
        author=one_line(_string(post, "author")),
        html=html or render(text),
        written_at=when if isinstance(when, datetime) else None,
        url=_string(post, "url") or None,
    )


def _string(post: Mapping[str, Any], name: str) -> str:
    value = post.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Invalid(f"`{name}` must be a string.", field=name)
    return value
