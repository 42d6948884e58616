"""Plain text, in the shape people have always written up a session: thoughts on top, below them what was written live.

Social media policy 8 June 2009, 10:00–10:45 · Main hall · led by Carl

Post-event thoughts (updated 8 June 2009): A paragraph an afterthought.

What was written at the time:
– 10:05 Ann: a bullet a note
  – 10:06 Bob: one level deeper
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from backchannel.domain.times import read_date
from backchannel.domain.wire import one_line
from backchannel.writeup.markdown import reason_of
from backchannel.writeup.mdtext import printable
from backchannel.writeup.model import Bar, Commitment, Due, EventWriteUp, KeyPoint, Line, SessionWriteUp, Thoughts


def write_session(writeup: SessionWriteUp) -> str:
    return _file([*_session(writeup), *_drawn(writeup)])


def write_event(writeup: EventWriteUp) -> str:
    lines = [one_line(writeup.title), *_facts([writeup.when, _named("notes by", writeup.note_takers)])]
    parts = (*writeup.sessions, *((writeup.hallway,) if writeup.hallway else ()))
    lines += _list("Contents", (_entry(part) for part in parts))
    for part in parts:
        lines += ["", "", *_session(part)]
    lines += [
        *([""] if writeup.ledger else []),
        *_list("Actions, pledges and open questions", map(_due, writeup.ledger)),
    ]
    lines += _list("Links", (f"{one_line(link.title)} {link.url}".strip() for link in writeup.links))
    lines += _list("People", map(one_line, writeup.people))
    without = (f"{one_line(s.title)} {writeup.door(s)}".strip() for s in writeup.without_notes)
    lines += _list("Sessions without notes", without)
    lines += _list("Notes over the day", map(_bar, writeup.statistics.day))
    lines += _list("Notes by session", map(_bar, writeup.statistics.sessions))
    return _file(lines)


def _entry(part: SessionWriteUp) -> str:
    return ", ".join(one_line(fact) for fact in (part.title, part.when, part.room) if fact)


def _bar(bar: Bar) -> str:
    posts = f", {bar.posts} post{'s' * (bar.posts != 1)}" if bar.posts else ""
    return f"{one_line(bar.label)}: {bar.notes} note{'s' * (bar.notes != 1)}{posts}"


def _session(writeup: SessionWriteUp) -> Iterator[str]:
    title = one_line(writeup.title)
    yield title
    yield "=" * min(len(title), 72)
    tags = " ".join(f"#{one_line(tag)}" for tag in writeup.hashtags)
    led, taken = _named("led by", writeup.leaders), _named("notes by", writeup.note_takers)
    spoke = _named("speakers", writeup.speakers)
    yield from _facts([writeup.when, one_line(writeup.room), led, tags, taken, spoke, writeup.counted])
    if writeup.introduction.strip():
        yield from ("", *printable(writeup.introduction).split("\n"))
    yield from _list("Key points", map(_key_point, writeup.key_points))
    for at, group in enumerate(writeup.thoughts):
        yield from _thoughts(group, writeup.thoughts_heading if not at else "")
    for heading, lines, gaps in (
        (writeup.notes_heading, writeup.notes, ()),
        (writeup.posts_heading, writeup.posts, writeup.gaps),
    ):
        if lines or gaps:
            yield from ("", f"{one_line(heading)}:", *(f"({gap})" for gap in gaps))
            for line in lines:
                yield from _item(line, "  " * line.level + "– ", _head(line))


def _key_point(point: KeyPoint) -> str:
    return f"{one_line(point.line.body)} ({reason_of(point)})"


def _thoughts(group: Thoughts, heading: str) -> Iterator[str]:
    updated = f"(updated {read_date(group.updated)})" if group.updated else ""
    said = " ".join(
        part for part in (one_line(heading), f"– {one_line(group.author)}" if group.author else "", updated) if part
    )
    yield from ("", f"{said}:".removeprefix("– ")) if said else ("",)
    for line in group.lines:
        yield from _item(line, "  " * line.level, "")


def _item(line: Line, mark: str, head: str) -> Iterator[str]:
    first, *more = printable(line.item.text).split("\n")
    url = f" ({line.item.url})" if line.item.origin == "post" and line.item.url else ""
    corrected = " (corrected)" if line.corrected else ""
    lines = [f"{mark}{head}{first}", *(" " * len(mark) + line for line in more)]
    lines[-1] += printable(url) + corrected
    yield from lines
    for other in line.others:
        if other.item.text != line.item.text:
            yield from _item(other, " " * len(mark) + "in other words: ", _head(other))


def _head(line: Line) -> str:
    author = f"{' and '.join(map(one_line, line.voices))}:" if line.voices else ""
    return "".join(f"{part} " for part in (line.time, author) if part)


def _drawn(writeup: SessionWriteUp) -> Iterator[str]:
    questions = [
        "\n".join([one_line(asked.line.body), *(f"  – {one_line(answer.body)}" for answer in asked.answers)])
        for asked in writeup.questions
    ]
    yield from _list("Questions", questions)
    yield from _list("Actions and pledges", map(_commitment, writeup.commitments))
    yield from _list("Decisions", (one_line(line.body) for line in writeup.decisions))
    yield from _list("Links", (f"{one_line(link.title)} {one_line(link.url)}".strip() for link in writeup.links))
    yield from _list("People", map(one_line, writeup.people))


def _list(heading: str, entries: Iterable[str]) -> Iterator[str]:
    listed = [f"– {entry}" for entry in entries]
    if listed:
        yield from ("", f"{heading}:", *listed)


def _commitment(made: Commitment) -> str:
    owner = f" – {one_line(made.owner)}" if made.owner else ""
    return f"{made.kind.capitalize()}: {one_line(made.line.body)}{owner}"


def _due(due: Due) -> str:
    said = _commitment(due.commitment) if due.commitment else ""
    asked = f"Open question: {one_line(due.question.line.body)}" if due.question else ""
    where = ", ".join(part for part in (one_line(due.part.title), due.line.time) if part)
    return f"{said or asked} ({where})"


def _facts(facts: Sequence[str]) -> list[str]:
    said = " · ".join(fact for fact in facts if fact)
    return [said] if said else []


def _named(role: str, names: Sequence[str]) -> str:
    return f"{role} {', '.join(one_line(name) for name in names)}" if names else ""


def _file(lines: Iterable[str]) -> str:
    return "\n".join(lines).strip("\n") + "\n"
