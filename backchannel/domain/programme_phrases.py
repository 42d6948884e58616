"""The differences of two programmes in words: "moved to Loft", "new", "gone", "changed by hand here"."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, tzinfo

from .model import Session
from .programme import PLACE, ByHandHere, Changes
from .times import read_date


def sentences(changes: Changes, zone: tzinfo = UTC) -> tuple[str, ...]:
    """Return the changes as sentences, with times in `zone`.

    >>> sentences(Changes(gone=(Session(guid="g", slug="tea", title="Tea"),)))
    ('Gone: “Tea”.',)
    """
    return (
        *(f"New: “{s.title}”, {when_and_where(s, zone)}." for s in changes.added),
        *(f"Changed: “{c.old.title}”: {differences(c.old, c.new, c.fields, zone)}." for c in changes.changed),
        *(f"Gone: “{s.title}”." for s in changes.gone),
        *(f"Changed by hand here: “{k.ours.title}”: {by_hand(k, zone)}. Ours is kept." for k in changes.kept),
        *(() if changes else ("No changes.",)),
    )


def when_and_where(session: Session, zone: tzinfo) -> str:
    """Return the place of a session: "10:00 on 8 June 2026, Main Hall"."""
    when = said(session.starts, zone) if session.starts else "without a time"
    return f"{when}, {session.room}" if session.room else when


def differences(old: Session, new: Session, fields: Iterable[str], zone: tzinfo) -> str:
    """Return how the fields of a session change: "moved to Loft; led by Ann"."""
    return "; ".join(_differences(old, new, set(fields), zone))


def by_hand(kept: ByHandHere, zone: tzinfo) -> str:
    """Return what the schedule says instead of what was changed by hand."""
    if kept.theirs is None:
        return "the schedule leaves it out"
    return f"the schedule says: {differences(kept.ours, kept.theirs, kept.fields, zone)}"


def _differences(old: Session, new: Session, fields: set[str], zone: tzinfo) -> Iterator[str]:
    if "title" in fields:
        yield f"renamed to “{new.title}”"
    if place := fields & PLACE:
        yield _moved(old, new, place, zone)
    if "cancelled" in fields:
        yield "cancelled" if new.cancelled else "takes place after all"
    if "leaders" in fields:
        yield f"led by {', '.join(new.leaders)}" if new.leaders else "no leader"
    if "hashtags" in fields:
        yield f"hashtags {' '.join(f'#{tag}' for tag in new.hashtags)}" if new.hashtags else "no hashtags"
    if "abstract" in fields:
        yield "another abstract" if new.abstract else "no abstract"
    if "url" in fields:
        yield f"link {new.url}" if new.url else "no link"


def _moved(old: Session, new: Session, place: set[str], zone: tzinfo) -> str:
    if place == {"ends"}:
        return f"ends at {_end(new, zone)}" if new.ends else "no end"
    parts = [said(new.starts, zone) if new.starts else "no time"] if "starts" in place else []
    parts += [new.room or "no room"] if "room" in place else []
    until = f" until {_end(new, zone)}" if new.ends and "ends" in place and _length(old) != _length(new) else ""
    return f"moved to {', '.join(parts)}{until}"


def _length(session: Session) -> object:
    return session.starts and session.ends and session.ends - session.starts


def _end(session: Session, zone: tzinfo) -> str:
    """Return the time of day that a session ends, with its day if that is another."""
    if session.ends is None:
        return ""
    ends, starts = session.ends.astimezone(zone), session.starts and session.starts.astimezone(zone)
    return f"{ends:%H:%M}" if starts and starts.date() == ends.date() else said(session.ends, zone)


def said(when: datetime | None, zone: tzinfo) -> str:
    """Return a moment in words: "10:00 on 8 June 2026"."""
    if when is None:
        return ""
    local = when.astimezone(zone)
    return f"{local:%H:%M} on {read_date(local.date())}"
