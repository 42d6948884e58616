"""Decode a document's bytes."""

from __future__ import annotations

import codecs

from backchannel.domain.errors import Unreadable
from backchannel.domain.wire import tidy
from backchannel.ingest.charset import read_text

_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_BINARY = (b"%PDF-", b"PK\x03\x04", b"{\\rtf", b"\x1f\x8b", b"\x89PNG", b"\xff\xd8\xff", b"GIF8")
_CONTROLS = bytes(set(range(32)) - set(b"\t\n\x0b\x0c\r\x1b"))
_LARGEST = 32 * 1024 * 1024


def decode(data: bytes, name: str = "") -> str:
    """Return the text with newlines as line ends. Raises `Unreadable` for pictures, archives and other binary data."""
    called = f"“{name}”" if name else "The document"
    if len(data) > _LARGEST:
        raise Unreadable(f"{called} is larger than {_LARGEST >> 20} MB. Nothing was imported.")
    wide = data.startswith(_WIDE)
    controls = sum(data.count(control) for control in _CONTROLS)
    if data.startswith(_BINARY) or (not wide and (b"\0" in data or controls > len(data) // 200)):
        raise Unreadable(f"{called} isn't text. Save it as text or Markdown and try again.")
    text = tidy(_text(data))
    if not text.strip():
        raise Unreadable(f"{called} is empty. Nothing was imported.")
    return text


def _text(data: bytes) -> str:
    """Decode. A few accents among plain letters are western European, whatever else they could mean."""
    text, flags = read_text(data)
    foreign = len(data.translate(None, bytes(range(128))))
    if "charset" in flags and foreign < len(data) // 5 and text != data.decode("utf-8", "replace"):
        return data.decode("cp1252", "replace")
    return text
