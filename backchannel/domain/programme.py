"""The difference between a stored programme and a new one. Pure, so that an import can be previewed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

from .ids import slugify
from .model import Schedule, Session
from .times import read_date

# The fields that the programme decides. Slug, number and headings stay as first stored, and a cancelled session cancelled.
FIELDS = ("title", "room", "starts", "ends", "leaders", "hashtags", "abstract", "url")


@dataclass(frozen=True, slots=True)
class Changed:
    """One session in both programmes: `new` as it will be stored (with the old slug, number and headings), and what
    differs.
    """

    old: Session
    new: Session
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes. `gone` are sessions that the new programme leaves out."""

    added: tuple[Session, ...] = ()
    changed: tuple[Changed, ...] = ()
    gone: tuple[Session, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone)


def diff(old: Iterable[Session], new: Schedule) -> Changes:
    """Return what to add, change and remove. Sessions are matched by guid.

    A session keeps its slug and number, because links and hashtags use them. Added sessions get unused ones.
    """
    kept = {session.guid: session for session in old}
    changed = [_changed(kept[s.guid], s) for s in new.sessions if s.guid in kept]
    there = {session.guid for session in new.sessions}
    return Changes(
        added=_added([s for s in new.sessions if s.guid not in kept], list(kept.values())),
        changed=tuple(c for c in changed if c.fields),
        gone=tuple(s for s in kept.values() if s.guid not in there),
    )


def _changed(old: Session, new: Session) -> Changed:
    merged = replace(
        new, slug=old.slug, number=old.number, headings=old.headings, no_names=old.no_names, cancelled=old.cancelled
    )
    return Changed(old, merged, tuple(f for f in FIELDS if getattr(old, f) != getattr(new, f)))


def _added(added: Sequence[Session], kept: Sequence[Session]) -> tuple[Session, ...]:
    slugs = {session.slug for session in kept}
    numbers = {session.number for session in kept}
    last = max((n for n in numbers if n is not None), default=0)
    made = []
    for session in added:
        number = session.number
        if kept and (number is None or number in numbers):
            number = last = last + 1
        slug = _free(session.slug or slugify(session.title) or f"session-{number}", slugs)
        last = max(last, number or 0)
        numbers.add(number)
        slugs.add(slug)
        made.append(replace(session, slug=slug, number=number))
    return tuple(made)


def _free(slug: str, taken: set[str]) -> str:
    tries = (slug if n == 1 else f"{slug[:56]}-{n}" for n in range(1, len(taken) + 2))
    return next(each for each in tries if each not in taken)


def sentences(changes: Changes, zone: tzinfo = UTC) -> tuple[str, ...]:
    """Return the changes as sentences, with times in `zone`.

    >>> sentences(Changes(gone=(Session(guid="g", slug="tea", title="Tea"),)))
    ('Gone: “Tea”.',)
    """
    return (
        *(f"New: “{s.title}”, {_when_and_where(s, zone)}." for s in changes.added),
        *(f"Changed: “{c.old.title}”: {_differences(c, zone)}." for c in changes.changed),
        *(f"Gone: “{s.title}”." for s in changes.gone),
    )


def _when_and_where(session: Session, zone: tzinfo) -> str:
    when = _said(session.starts, zone) if session.starts else "without a time"
    return f"{when}, {session.room}" if session.room else when


def _differences(changed: Changed, zone: tzinfo) -> str:
    return "; ".join(_difference(changed, field, zone) for field in changed.fields)


def _difference(changed: Changed, field: str, zone: tzinfo) -> str:
    """Return how one field differs; for an abstract only that it does."""
    if field == "abstract":
        return "another abstract"
    return f"{field} was {_said(getattr(changed.old, field), zone)}, is {_said(getattr(changed.new, field), zone)}"


def _said(value: object, zone: tzinfo) -> str:
    match value:
        case None | () | "":
            return "not given"
        case datetime():
            local = value.astimezone(zone)
            return f"{local:%H:%M} on {read_date(local.date())}"
        case tuple():
            return ", ".join(map(str, value))
        case _:
            return f"“{value}”"
