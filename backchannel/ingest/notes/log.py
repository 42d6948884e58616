"""Split a channel's log into messages with time, nick and text.

15:04:17 <cpn> hello        [15:04:17] <cpn> hello        2021-10-27T15:04:17 <cpn> hello
15:04 [cpn] hello           15:04:17 cpn | hello          15:04:17 [cpn]
                                                          hello
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import takewhile

from backchannel.ingest.notes.hints import Hints
from backchannel.ingest.notes.layers import date_in

_NICK = r"[@+%&~! ]?(?P<{}>[A-Za-z_\[\]\\`^{{|}}][\w\[\]\\`^{{|}}.-]{{0,40}})"
_WHEN = (
    r"[ \t]*\[?(?:(?P<day>\d{4}-\d\d-\d\d)[T ])?(?P<hour>\d\d):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d+)?)?"
    r"(?:Z|[+-]\d\d:?\d\d)?\]?"
)
_WHO = (
    r"[ \t]+<" + _NICK.format("angled") + ">",
    r"[ \t]+\[" + _NICK.format("squared") + r"\]",
    r"[ \t]+" + _NICK.format("barred") + r"[ \t]*\|",
    r"\t" + _NICK.format("tabbed") + r"\t",
    r"[ \t]+(?P<event>\*{1,3}|-!-|-->|<--|--)(?= )",
)
_LINE = re.compile(rf"{_WHEN}(?:{'|'.join(_WHO)})[ \t]?(?P<text>.*)\Z")
_ENOUGH = 5  # such lines make a log, if they are a large share of it
_DAY = re.compile(r"(?:\blog\b|minutes|started|\bon\b).*?(\d{4})-(\d\d)-(\d\d)", re.IGNORECASE)
_PATH_DAY = re.compile(r"(?<!\d)(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)")


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a log."""

    at: datetime | None
    nick: str
    text: str


def is_log(text: str) -> bool:
    """Return whether there are enough lines of a log, and at least every third line is one."""
    lines = [line for line in text.split("\n") if line.strip()]
    timed = sum(1 for line in lines if _LINE.match(line))
    return timed >= _ENOUGH and 3 * timed >= len(lines)


def messages(text: str, hints: Hints) -> tuple[list[str], list[Message]]:
    """Return the text before the log, and its messages. Times are UTC, and a day later after midnight."""
    lines = text.split("\n")
    before = list(takewhile(lambda line: not _LINE.match(line), lines))
    day, last = day_of(text, hints), ""
    made: list[Message] = []
    for line in lines[len(before) :]:
        found = _LINE.match(line)
        if found is None:
            if made and line.strip() and not line.strip().startswith(("~~~", "```")):
                said = f"{made[-1].text} {line.strip()}".strip()
                made[-1] = replace(made[-1], text=said)
            continue
        clock = f"{found['hour']}:{found['minute']}:{found['second'] or '00'}"
        if found["day"]:
            day = date.fromisoformat(found["day"]) if _is_day(found["day"]) else day
        elif day and last and clock < last and int(last[:2]) - int(clock[:2]) > 12:
            day += timedelta(days=1)
        last = clock
        nick = found["angled"] or found["squared"] or found["barred"] or found["tabbed"] or ""
        made.append(Message(moment(day, clock), nick, found["text"].strip()))
    return before, made


def day_of(text: str, hints: Hints) -> date | None:
    """Return the day named in the log, else in the file's name, else the given one."""
    head = "\n".join(text.split("\n", 40)[:40])
    for found in (_DAY.search(head), _PATH_DAY.search(hints.name), _PATH_DAY.search(head)):
        if found and _is_day(said := f"{found[1]}-{found[2]}-{found[3]}"):
            return date.fromisoformat(said)
    return date_in(head) or hints.date


def _is_day(said: str) -> bool:
    try:
        return date.fromisoformat(said).year > 1980
    except ValueError:
        return False


def moment(day: date | None, clock: str) -> datetime | None:
    try:
        return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC) if day else None
    except ValueError:
        return None
