"""Times as text: how they are kept, and how they stand on the wire.

A moment is written in UTC, ISO 8601 with its offset; a day as a bare date; what is not known as None:

    datetime(2009, 6, 8, 10, 5, tzinfo=UTC)  ->  "2009-06-08T10:05:00+00:00"
    date(2009, 6, 8)                         ->  "2009-06-08"
    None                                     ->  None

Written so, moments sort as text in the order of time. The reader takes any offset, `Z` among them.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo

from .errors import Invalid
from .model import When


def write_when(when: When) -> str | None:
    """The text of `when`; microseconds stand there only if there are any. A moment without offset is a ValueError."""
    if when is None:
        return None
    if not isinstance(when, datetime):
        return when.isoformat()
    if when.utcoffset() is None:
        raise ValueError(f"{when!r} has no offset")
    return when.astimezone(UTC).isoformat()


def parse_when(text: str | None, zone: tzinfo | None = None) -> When:
    """What `write_when` wrote, or anybody's ISO 8601; a moment without offset is read in `zone`, if one is given.

    Raises `Invalid` for what is no time, or has no offset when there is no `zone`.
    """
    if text is None or not text.strip():
        return None
    text = text.strip()
    try:
        if "T" not in text and ":" not in text:
            return date.fromisoformat(text)
        return _in_utc(datetime.fromisoformat(text), zone)
    except (ValueError, OverflowError):
        said = f"“{text[:40]}” is not a time like 2009-06-08T10:05:00+01:00, nor a date like 2009-06-08."
        raise Invalid(said) from None


def _in_utc(moment: datetime, zone: tzinfo | None) -> datetime:
    if moment.utcoffset() is None:
        if zone is None:
            raise ValueError
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


def read_date(when: date) -> str:
    """A day as people read it.

    >>> read_date(date(2009, 6, 8))
    '8 June 2009'
    """
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def local_day(when: datetime | date, zone: tzinfo) -> date:
    """The day on which `when` falls where the event is."""
    if not isinstance(when, datetime):
        return when
    try:
        return when.astimezone(zone).date()
    except OverflowError:  # the first or last hours of the calendar
        return when.date()


MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
