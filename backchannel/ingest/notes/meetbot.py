"""MeetBot's minutes of a log.

    #puddle: Weekly meeting
    Meeting started by ann at 15:00:12 UTC. The full logs are available at http://.../2021/puddle.2021-10-27-15.00.log.html .
    Meeting summary
    * Rain  (ann, 15:01:02)                     ->  Draft("Topic: Rain", author="ann", at=15:01:02)
      * ACTION: bob to count  (ann, 15:03:44)   ->  Draft("ACTION: bob to count", depth=1, ...)
    Meeting ended at 15:44:01 UTC.

Everything after the end repeats the summary and is left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from itertools import takewhile

from backchannel.domain.model import Document, Draft
from backchannel.ingest.notes.hints import Hints
from backchannel.ingest.notes.log import day_of, moment
from backchannel.ingest.notes.outline import Bullet, Heading, outline

_STARTED = re.compile(r"^Meeting started by (\S+)", re.MULTILINE)
_SUMMARY = re.compile(r"^Meeting summary\s*$", re.MULTILINE)
_BY = re.compile(r"\s*\((?P<nick>[^\s(),]{1,40}), (?P<clock>\d\d:\d\d:\d\d)\)\Z")
_NAMED = re.compile(r"(?:#[\w.+-]+|#?\w+):\s*(\S.*)\Z")


def is_it(text: str) -> bool:
    return bool(_STARTED.search(text) and _SUMMARY.search(text))


def read(text: str, hints: Hints) -> list[Document]:
    day = day_of(text, hints)
    started, summary = _STARTED.search(text), _SUMMARY.search(text)
    assert started, "is_it() has checked"
    assert summary, "is_it() has checked"
    lines = takewhile(lambda line: not line.startswith("Meeting ended"), text[summary.end() :].split("\n"))
    drafts = tuple(_drafts("\n".join(lines), day, hints))
    title = _title(text[: started.start()]) or hints.title
    return [Document(title=title, drafts=drafts, date=day, leaders=(started[1],))]


def _title(head: str) -> str:
    """Return the first line with words, without the channel's name."""
    first = next((line.strip() for line in head.split("\n") if any(c.isalnum() for c in line)), "")
    named = _NAMED.match(first)
    return named[1] if named else first.lstrip("#= ")


def _drafts(summary: str, day: date | None, hints: Hints) -> Iterator[Draft]:
    for block in outline(summary):
        depth = block.depth if isinstance(block, Bullet) else 0
        said = _BY.search(block.text)
        words = block.text[: said.start()] if said else block.text
        is_topic = said and not depth and not re.match(r"[A-Z]{3,9}:|https?://", words)
        at: datetime | date | None = (moment(day, said["clock"]) if said else None) or day
        yield Draft(
            origin="note", text=f"Topic: {words}" if is_topic and not isinstance(block, Heading) else words,
            author=said["nick"] if said else hints.author, depth=depth, at=at,
        )  # fmt: skip
