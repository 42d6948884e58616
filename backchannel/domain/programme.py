"""The difference between a stored programme and a new one. Pure, so that an import can be previewed.

What people changed by hand since the last import is a difference of its own. It is kept unless somebody decides to take
the schedule's.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from .by_hand import ByHand
from .ids import slugify
from .model import Schedule, Session

# The fields that the programme decides. Slug, number and headings stay as first stored.
FIELDS = ("title", "room", "starts", "ends", "leaders", "hashtags", "abstract", "url", "cancelled")
PLACE = frozenset(("room", "starts", "ends"))  # is kept or taken as a whole


@dataclass(frozen=True, slots=True)
class Changed:
    """One session in both programmes: `new` as it will be stored (with the old slug, number and headings), and what
    differs.
    """

    old: Session
    new: Session
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ByHandHere:
    """A difference that people made by hand. `theirs` is what the schedule says, None if it leaves the session out."""

    ours: Session
    theirs: Session | None
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """The changes. `gone` are sessions that the new programme leaves out. `kept` differ because of changes by hand."""

    added: tuple[Session, ...] = ()
    changed: tuple[Changed, ...] = ()
    gone: tuple[Session, ...] = ()
    kept: tuple[ByHandHere, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.gone)


NOTHING_BY_HAND = ByHand()


def diff(old: Iterable[Session], new: Schedule, hand: ByHand = NOTHING_BY_HAND) -> Changes:
    """Return what to add, change and remove. Sessions are matched by guid.

    A session keeps its slug and number, because links and hashtags use them. Added sessions get unused ones. Sessions
    that were made by hand are not the schedule's business.
    """
    here = {session.guid: session for session in old}
    there = {session.guid for session in new.sessions}
    both = [_changed(here[s.guid], s, hand) for s in new.sessions if s.guid in here]
    left_out = [session for session in here.values() if session.guid not in there | hand.made]
    touched = {session.guid: _in_order(hand.fields("session", session)) for session in left_out}
    return Changes(
        added=_added([s for s in new.sessions if s.guid not in here], list(here.values())),
        changed=tuple(changed for changed, _ in both if changed.fields),
        gone=tuple(session for session in left_out if not touched[session.guid]),
        kept=(
            *(kept for _, kept in both if kept.fields),
            *(ByHandHere(session, None, touched[session.guid]) for session in left_out if touched[session.guid]),
        ),
    )


def take(changes: Changes, guids: Collection[str]) -> Changes:
    """Return the changes with the schedule's version of these sessions, in place of what was changed by hand."""
    changed = {one.old.guid: one for one in changes.changed}
    gone = list(changes.gone)
    for kept in changes.kept:
        if kept.ours.guid not in guids:
            continue
        if kept.theirs is None:
            gone.append(kept.ours)
        else:
            known = changed.get(kept.ours.guid, Changed(kept.ours, kept.ours, ()))
            changed[kept.ours.guid] = Changed(kept.ours, _with(known.new, kept.theirs, kept.fields), known.fields + kept.fields)
    return replace(
        changes, changed=tuple(changed.values()), gone=tuple(gone),
        kept=tuple(kept for kept in changes.kept if kept.ours.guid not in guids),
    )  # fmt: skip


def _changed(old: Session, new: Session, hand: ByHand) -> tuple[Changed, ByHandHere]:
    """Return the schedule's changes of a session, and those that would undo what people did."""
    touched = hand.fields("session", old)
    touched |= PLACE if touched & PLACE else frozenset()
    fields = [name for name in FIELDS if getattr(old, name) != getattr(new, name)]
    wanted = tuple(name for name in fields if name not in touched)
    return Changed(old, _with(old, new, wanted), wanted), ByHandHere(old, new, _in_order(touched & {*fields}))


def _with(session: Session, other: Session, fields: Iterable[str]) -> Session:
    return replace(session, **{name: getattr(other, name) for name in fields})


def _in_order(names: Collection[str]) -> tuple[str, ...]:
    return tuple(name for name in FIELDS if name in names)


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
