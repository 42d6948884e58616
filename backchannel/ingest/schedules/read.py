"""A programme's bytes -> Schedule, whatever the file is called."""

from __future__ import annotations

import re
from datetime import date
from types import ModuleType
from typing import cast

from ...domain.errors import Unreadable
from ...domain.model import Schedule
from . import frab_json, frab_xml, grid_csv, ical
from .gather import Given

FORMATS: tuple[ModuleType, ...] = (frab_json, frab_xml, ical, grid_csv)


def read_schedule(data: bytes, *, name: str = "", timezone: str | None = None, day: date | None = None) -> Schedule:
    """The programme in `data`: sessions with unique guids and slugs, numbered by their start.

    `name` is the file's: it stands in messages, and names the programme where the file does not; `timezone` and `day`
    are the event's, for files whose clocks have no zone or whose times have no date. What was wrong and could be read
    all the same is told in `Schedule.faults`. Raises `Unreadable` for what is no programme, or breaks off.
    """
    name = "" if name == "-" else name
    called = f"“{name}”" if name else "The file"
    if not data.strip():
        raise Unreadable(f"{called} is empty; nothing was taken.")
    text = _decode(data, called)
    for format in FORMATS:
        if format.is_mine(text):
            return cast(Schedule, format.read(text, name, Given(timezone=timezone, day=day)))
    raise Unreadable(f"{called} is no programme: {_what_it_is(text)}. Nothing was taken.")


def _decode(data: bytes, called: str) -> str:
    """UTF-8 or UTF-16 by its mark; else what a spreadsheet of an older Windows writes; never binary."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", errors="replace").lstrip("\ufeff")
    if b"\x00" in data:
        raise Unreadable(f"{called} is not text: there is a zero byte at {data.index(0)}. Nothing was taken.")
    declared = re.match(rb"""<\?xml[^>]{0,80}encoding=["']([A-Za-z0-9._-]{1,20})["']""", data)
    try:
        return data.decode(declared[1].decode() if declared else "utf-8-sig")
    except LookupError:
        raise Unreadable(f"{called} is written in an encoding that is not known here. Nothing was taken.") from None
    except UnicodeDecodeError as error:
        if grid_csv.is_mine(text := data.decode("cp1252", errors="replace")):
            return text
        raise Unreadable(f"{called} is not text in UTF-8: see byte {error.start}. Nothing was taken.") from None


def _what_it_is(text: str) -> str:
    head = text.lstrip()[:200].casefold()
    if "<html" in head or "<!doctype html" in head:
        return "it is a web page; give the address of the schedule itself"
    known = "schedule.json and .xml (pretalx, frab), iCalendar and CSV with a header line are read"
    return f"it begins “{text.strip()[:30].splitlines()[0]}”; {known}"
