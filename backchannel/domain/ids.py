"""Identifiers, created once and kept for good."""

from __future__ import annotations

import os
import re
import time
import unicodedata
import uuid

_FEEDS = uuid.UUID("6f7c1b52-3c4e-5d0a-9a63-6261636b6368")  # the namespace of derived ids


def uuid7(milliseconds: int | None = None) -> str:
    """Return a UUIDv7 (RFC 9562, section 5.7), which sorts by its time of creation."""
    ms = int(time.time() * 1000) if milliseconds is None else milliseconds
    value = (ms & (1 << 48) - 1) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return str(uuid.UUID(int=value))


def derived(*parts: str) -> str:
    """Return a UUIDv5 of the parts: the same parts give the same id on every machine.

    >>> derived("feed", "guid") == derived("feed", "guid")
    True
    """
    return str(uuid.uuid5(_FEEDS, "\x1f".join(parts)))


def is_uuid(text: object) -> bool:
    """Return whether `text` is a UUID in canonical form."""
    return isinstance(text, str) and bool(
        re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", text)
    )


def slugify(text: str, limit: int = 60) -> str:
    """Return a short name of `[a-z0-9-]` for addresses. Empty if the text has no usable characters.

    >>> slugify("Café & Wi-Fi: what now?")
    'cafe-wi-fi-what-now'
    """
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    plain = re.sub(r"[^a-z0-9]+", "-", plain.replace("'", "")).strip("-")
    return plain[:limit].rstrip("-")
