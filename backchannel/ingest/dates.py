"""Dates as feeds write them, believed or not.

    read_date("Sat, 13 Jun 2009 10:05:00 BST", parsed, now)  ->  (datetime(2009, 6, 13, 9, 5, tzinfo=UTC), None)
    read_date("2009-06-13", parsed, now)                     ->  (datetime(2009, 6, 13, tzinfo=UTC), "day-only")
    read_date("0000-00-00", None, now)                       ->  (None, "bad-date")

A post whose date cannot be believed takes the time of its arrival, and says so by its flag.
"""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # there were no feeds; such a date is a default that somebody forgot
AHEAD = timedelta(minutes=15)  # by how much other people's clocks may be fast

# Names of zones that RFC 822 does not know; those that mean several places (IST, BST) as most feeds mean them.
_ZONES = {
    "bst": "+0100", "ist": "+0530", "wet": "+0000", "west": "+0100", "cet": "+0100", "cest": "+0200", "mez": "+0100",
    "mesz": "+0200", "eet": "+0200", "eest": "+0300", "msk": "+0300", "sast": "+0200", "jst": "+0900", "kst": "+0900",
    "hkt": "+0800", "sgt": "+0800", "awst": "+0800", "acst": "+0930", "acdt": "+1030", "aest": "+1000", "aedt": "+1100",
    "nzst": "+1200", "nzdt": "+1300", "akst": "-0900", "akdt": "-0800", "hst": "-1000", "brt": "-0300", "utc": "+0000",
}  # fmt: skip
_KNOWN = {  # to the feed library
    "ut", "gmt", "z", "adt", "ast", "at", "edt", "est", "et", "cdt", "cst", "ct", "mdt", "mst", "mt", "pdt", "pst", "pt",
    "a", "n", "m", "y", "met", "mest",
}  # fmt: skip
_NAMED = re.compile(r"\d\s*\(?([a-z]{1,5})\)?$", re.IGNORECASE)
_OFFSET = re.compile(r"(?:\d\s+|[\d:.]\s*[+-]|(?:GMT|UTC)\s*[+-])(\d{2}):?(\d{2,})$")
_TIME = re.compile(r"\d:\d\d|T\d{4}")
_ISO = re.compile(r"\d{4}(?:-\d\d-\d\d[T ]\d\d:|\d{4}T\d{4}|-W\d\d)")
_MISREAD = re.compile("[年년]")  # by the library: into the first of some month


def read_date(text: str, parsed: Sequence[int] | None, now: datetime) -> tuple[datetime | None, str | None]:
    """The moment and None (or `day-only`), or None and the flag: `no-date`, `bad-date`, `future-date`.

    `parsed` is what the feed library made of it: UTC, as nine numbers; our own reading goes first.
    """
    text = " ".join(text.split())[:80]
    if not text:
        return None, "no-date"
    try:
        moment = _with_named_zone(text) or _iso(text) or _from_nine(parsed) or _without_day(text)
    except (ValueError, OverflowError, TypeError, IndexError):
        moment = None
    if moment is None or moment < EARLIEST or _MISREAD.search(text) or text.startswith("-") or _odd_zone(text):
        return None, "bad-date"
    if moment > now + AHEAD:
        return None, "future-date"
    return moment, None if _TIME.search(text) else "day-only"


def _with_named_zone(text: str) -> datetime | None:
    named = _NAMED.search(text)
    if named is None or named[1].lower() not in _ZONES or "," not in text:
        return None
    return parsedate_to_datetime(text[: named.start(1)].rstrip("( ") + " " + _ZONES[named[1].lower()]).astimezone(UTC)


def _without_day(text: str) -> datetime | None:
    """RFC 822 with a day's name in another language."""
    rest = text.partition(",")[2].strip()
    return parsedate_to_datetime(rest).astimezone(UTC) if rest else None


def _iso(text: str) -> datetime | None:
    """ISO 8601 with a time; a bare day is left to the library, which knows more shapes of it."""
    if not _ISO.match(text):
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment.utcoffset() is None else moment.astimezone(UTC)


def _from_nine(parsed: Sequence[int] | None) -> datetime | None:
    if parsed is None:
        return None
    return datetime.fromtimestamp(timegm((*map(int, parsed[:6]), 0, 0, 0)), UTC)


def _odd_zone(text: str) -> bool:
    """Nobody lives more than 14 hours from Greenwich, nor in a zone of no name: who says so has no clock to be believed."""
    if not _TIME.search(text):
        return False
    named = _NAMED.search(text)
    if named and named[1].lower() not in _KNOWN | _ZONES.keys():
        return True
    offset = _OFFSET.search(text)
    return offset is not None and (len(offset[2]) > 2 or int(offset[2]) > 59 or int(offset[1] + offset[2]) > 1400)
