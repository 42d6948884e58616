"""Days and times as people type them into a programme: "Friday", "8/6/2026", "2:15 pm", "9:30-10:45am"."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, tzinfo

_CLOCK = re.compile(r"(\d{1,2})(?:[:.h](\d{2}))?(?::\d{2})?\s*(?:([ap])\.?\s?m?\.?)?")
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def clock_range(text: str) -> tuple[str, str]:
    """Return the start and the end of a range, or the text and "". A start without am or pm has that of the end.

    >>> clock_range("9:30-10:45am"), clock_range("11:30–12:15 pm"), clock_range("10:40")
    (('9:30am', '10:45am'), ('11:30am', '12:15pm'), ('10:40', ''))
    """
    parts = [part.strip() for part in re.split(r"\s*[-–—]\s*|\s+to\s+", text.strip().casefold())]
    if len(parts) != 2 or not all(map(_CLOCK.fullmatch, parts)):
        return text, ""
    (first, half), (last, end_half) = map(_halved, parts)
    if end_half and not half:
        half = "am" if end_half == "am" or _hour(first) % 12 > _hour(last) % 12 else "pm"
    return first + half, last + end_half


def _halved(clock: str) -> tuple[str, str]:
    found = _CLOCK.fullmatch(clock)
    half = f"{found[3]}m" if found and found[3] else ""
    return re.sub(r"\s*[ap]\.?\s?m?\.?$", "", clock), half


def _hour(clock: str) -> int:
    return int(re.split(r"[:.h]", clock)[0])


def moment_on(text: str, on: date | None, zone: tzinfo) -> datetime | None:
    """Return a time of day such as "10:40", "10.40", "9am" or "2:15 pm" on that day, or a complete date and time."""
    clock = _CLOCK.fullmatch(text.strip().casefold())
    try:
        if clock and on and (clock[2] or clock[3]):
            hour = int(clock[1]) % 12 + 12 * (clock[3] == "p") if clock[3] else int(clock[1])
            return datetime(on.year, on.month, on.day, hour, int(clock[2] or 0), tzinfo=zone)
        when = datetime.fromisoformat(text.strip())
    except ValueError:
        return None
    if not re.search(r"\d[T ]\d", text):
        return None
    return when if when.utcoffset() is not None else when.replace(tzinfo=zone)


def day_named(text: str, first: date | None) -> date | None:
    """Return 2026-06-08, 8/6/2026 in British order, or the first such weekday from the event's first day on.

    >>> day_named("Saturday", date(2026, 6, 12))
    datetime.date(2026, 6, 13)
    """
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%d %B %Y", "%d %b %Y"):
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007  (only the day is kept)
        except ValueError:
            continue
    word = text.strip().casefold()
    weekday = next((n for n, short in enumerate(_WEEKDAYS) if re.fullmatch(rf"{short}\.?|{short}[a-z]*day", word)), None)
    if weekday is None or first is None:
        return None
    return first + timedelta(days=(weekday - first.weekday()) % 7)
