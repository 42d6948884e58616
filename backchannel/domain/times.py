"""Times as text, in storage and on the wire.

A moment is written in UTC as ISO 8601 with an offset, a day as a bare date, an unknown time as None:

    datetime(2009, 6, 8, 10, 5, tzinfo=UTC)  ->  "2009-06-08T10:05:00+00:00"
    date(2009, 6, 8)                         ->  "2009-06-08"
    None                                     ->  None

In this form, moments sort as text. The parser accepts any offset, including `Z`.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, tzinfo

from .errors import Invalid
from .model import When


def write_when(when: When) -> str | None:
    """Return the text of `when`, with microseconds only if there are any. Raises ValueError without an offset."""
    if when is None:
        return None
    if not isinstance(when, datetime):
        return when.isoformat()
    if when.utcoffset() is None:
        raise ValueError(f"{when!r} has no offset")
    return when.astimezone(UTC).isoformat()


def parse_when(text: str | None, zone: tzinfo | None = None) -> When:
    """Parse a time in ISO 8601. A moment without an offset is read in `zone`, if given.

    Raises `Invalid` for other text, and for a missing offset without `zone`.
    """
    if text is None or not text.strip():
        return None
    text = text.strip()
    try:
        if "T" not in text and ":" not in text:
            return date.fromisoformat(text)
        return _in_utc(datetime.fromisoformat(text), zone)
    except (ValueError, OverflowError):
        said = f"“{text[:40]}” isn't a time we can read. Use 2009-06-08T10:05:00+01:00, or a date like 2009-06-08."
        raise Invalid(said) from None


def _in_utc(moment: datetime, zone: tzinfo | None) -> datetime:
    if moment.utcoffset() is None:
        if zone is None:
            raise ValueError
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)


def read_date(when: date) -> str:
    """Return a day for people.

    >>> read_date(date(2009, 6, 8))
    '8 June 2009'
    """
    return f"{when.day} {MONTHS[when.month - 1]} {when.year}"


def local_day(when: datetime | date, zone: tzinfo) -> date:
    """Return the day of `when` in the event's zone."""
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
