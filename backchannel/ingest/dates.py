"""Dates as feeds write them, and whether they are plausible.

    read_date("Sat, 13 Jun 2009 10:05:00 BST", parsed, now)  ->  (datetime(2009, 6, 13, 9, 5, tzinfo=UTC), None)
    read_date("2009-06-13", parsed, now)                     ->  (datetime(2009, 6, 13, tzinfo=UTC), "day-only")
    read_date("0000-00-00", None, now)                       ->  (None, "bad-date")

dateutil parses what it can. The code here rejects what no post can mean: unknown zones, impossible offsets, guessed
parts. A post with an implausible date gets its time of arrival and a flag.
"""

from __future__ import annotations

import re
from calendar import timegm
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from dateutil import parser

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # older dates are forgotten defaults: there were no feeds
MAX_CLOCK_SKEW = timedelta(minutes=15)  # of other people's clocks

# Seconds east of Greenwich of zones that RFC 822 lacks. Ambiguous names (IST, BST) have their usual meaning in feeds.
_ZONES = {
    "bst": 3600, "ist": 19800, "wet": 0, "west": 3600, "cet": 3600, "cest": 7200, "mez": 3600,
    "mesz": 7200, "eet": 7200, "eest": 10800, "msk": 10800, "sast": 7200, "jst": 32400, "kst": 32400,
    "hkt": 28800, "sgt": 28800, "awst": 28800, "acst": 34200, "acdt": 37800, "aest": 36000, "aedt": 39600,
    "nzst": 43200, "nzdt": 46800, "akst": -32400, "akdt": -28800, "hst": -36000, "brt": -10800, "utc": 0,
}  # fmt: skip
_DEFAULTS = (datetime(2000, 1, 1), datetime(2004, 2, 2))  # noqa: DTZ001  a missing part of a date shows as a difference
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
    if moment > now + MAX_CLOCK_SKEW:
        return None, "future-date"
    return moment, None if _TIME.search(text) else "day-only"


def _with_named_zone(text: str) -> datetime | None:
    named = _NAMED.search(text)
    if named is None or named[1].lower() not in _ZONES or "," not in text:
        return None
    return _parse(text.replace("(", "").replace(")", ""))


def _without_day(text: str) -> datetime | None:
    """Parse RFC 822 without its weekday, which may be in another language."""
    rest = text.partition(",")[2].strip()
    return _parse(rest) if rest else None


def _parse(text: str) -> datetime | None:
    """Parse a free-form date that names its day, month and year; dateutil would take missing parts from the default."""
    first, second = (parser.parse(text, default=default, tzinfos=_offset_of) for default in _DEFAULTS)
    if first.utcoffset() is None or first != second:
        return None
    return first.astimezone(UTC)


def _offset_of(name: str | None, seconds: int | None) -> int | None:
    return seconds if seconds is not None else _ZONES.get((name or "").lower())


def _iso(text: str) -> datetime | None:
    """Parse ISO 8601 with a time. feedparser knows more forms of bare days."""
    if not _ISO.match(text):
        return None
    try:
        moment = parser.isoparse(text)
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
