"""Read a programme from bytes, in any supported format."""

from __future__ import annotations

import re
from datetime import date
from types import ModuleType
from typing import cast

from ...domain.errors import Unreadable
from ...domain.model import Schedule
from . import frab_json, frab_xml, grid_csv, ical, plain_json
from .gather import Given

FORMATS: tuple[ModuleType, ...] = (plain_json, frab_json, frab_xml, ical, grid_csv)


def read_schedule(data: bytes, *, name: str = "", timezone: str | None = None, day: date | None = None) -> Schedule:
    """Return the programme: sessions with unique guids and slugs, numbered by start.

    `name` is the file's, for messages and untitled programmes. `timezone` and `day` are the event's, for files without
    them. `Schedule.faults` lists problems that did not prevent reading. Raises `Unreadable` for anything else.
    """
    name = "" if name == "-" else name
    called = f"“{name}”" if name else "The file"
    if not data.strip():
        raise Unreadable(f"{called} is empty. Nothing was imported.")
    text = _decode(data, called)
    for format in FORMATS:
        if format.is_mine(text):
            return cast(Schedule, format.read(text, name, Given(timezone=timezone, day=day)))
    raise Unreadable(f"{called} isn't a programme we can read: {_what_it_is(text)}. Nothing was imported.")


def _decode(data: bytes, called: str) -> str:
    """Decode UTF-8, UTF-16 with a mark, or else the encoding of older Windows spreadsheets."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace").lstrip("\ufeff")
    if b"\x00" in data:
        raise Unreadable(f"{called} isn't text: there is a zero byte at {data.index(0)}. Nothing was imported.")
    declared = re.match(rb"""<\?xml[^>]{0,80}encoding=["']([A-Za-z0-9._-]{1,20})["']""", data)
    try:
        return data.decode(declared[1].decode() if declared else "utf-8-sig")
    except LookupError:
        raise Unreadable(f"{called} has an unknown encoding. Nothing was imported.") from None
    except UnicodeDecodeError as error:
        if grid_csv.is_mine(text := data.decode("cp1252", errors="replace")):
            return text
        raise Unreadable(f"{called} isn't UTF-8 text: see byte {error.start}. Nothing was imported.") from None


def _what_it_is(text: str) -> str:
    head = text.lstrip()[:200].casefold()
    if "<html" in head or "<!doctype html" in head:
        return "it is a web page; use the address of the schedule itself"
    known = "expected schedule.json or .xml (pretalx, frab), iCalendar, or CSV with a header line"
    return f"it begins “{text.strip()[:30].splitlines()[0]}”; {known}"
