"""Recognise the headings of a write-up's layers: later thoughts, and what was written at the time.

"Post-event thoughts (updated 8 June 2009):"  ->  Layer("afterthought", "Post-event thoughts", date(2009, 6, 8))
"What I wrote at the time:"                   ->  Layer("note", "What I wrote at the time", None)
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from backchannel.domain.model import Origin
from backchannel.domain.times import MONTHS
from backchannel.writeup.markdown import LAYER_HEADINGS

_MONTHS = {name[:3].lower(): number for number, name in enumerate(MONTHS, 1)}
_DAY_FIRST = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)?\s+(?:of\s+)?([A-Za-z]{3,9})\.?,?\s+(\d{4})\b")
_MONTH_FIRST = re.compile(r"\b([A-Za-z]{3,9})\.?\s+(\d{1,2})(?:st|nd|rd|th)?,?\s+(\d{4})\b")
_ISO = re.compile(r"\b(\d{4})-(\d\d)-(\d\d)\b")
_DATED = re.compile(r"\s*[(\[]([^()\[\]]{0,80})[)\]]\s*:?\s*\Z")
_LAYERS: tuple[Origin, ...] = ("afterthought", "note")
_LONGEST = 120  # characters in a heading


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer's heading, and when the layer was updated."""

    origin: Origin
    heading: str
    updated: date | None


def layer_of(line: str) -> Layer | None:
    """Return the layer that a line introduces, or None."""
    line = line.strip().strip("*_").strip()
    if len(line) > _LONGEST:
        return None
    dated = _DATED.search(line)
    updated = date_in(dated[1]) if dated else None
    heading = (line[: dated.start()] if dated and updated else line).rstrip(" :").rstrip("*_")
    for origin in _LAYERS:
        found = LAYER_HEADINGS[origin].match(heading)
        if found and len(heading) - found.end() < 30:
            return Layer(origin, heading, updated)
    return None


def date_in(text: str) -> date | None:
    """Return the first day in a text, with the month in words or as 2009-06-08."""
    for pattern, day, month, year in ((_DAY_FIRST, 1, 2, 3), (_MONTH_FIRST, 2, 1, 3), (_ISO, 3, 2, 1)):
        for found in pattern.finditer(text):
            number = _MONTHS.get(found[month][:3].lower()) or (int(found[month]) if found[month].isdecimal() else 0)
            try:
                return date(int(found[year]), number, int(found[day]))
            except ValueError:
                continue
    return None
