"""Placement of posts: one placer an event, and repeated placement after a changed programme.

All of it runs in short write jobs, because notes wait for each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TypeVar

from backchannel.desk.desk import Desk
from backchannel.desk.placer_state import PlacerState
from backchannel.domain.channels import channels_of
from backchannel.domain.grid import length_of
from backchannel.domain.grid_changes import Change
from backchannel.domain.model import Event, Item, Session
from backchannel.domain.placing import Placed, Unplaced
from backchannel.domain.times import parse_when
from backchannel.store.base import Reader, Writer

T = TypeVar("T")

BY_HAND = ("person", "explicit")  # methods that only a person may override
BY_CLOCK = ("time", "room")
LAG = timedelta(hours=1)  # how far from a session the clock alone may place a post in it
POSTS_PER_JOB = 25  # posts placed in one write job

Span = tuple[datetime, datetime]


def placer_state(desk: Desk, writer: Writer, event: Event) -> PlacerState:
    """Return the event's placer, up to date with the programme and the timeline.

    It learns here whatever is new. Call `catch_up` before the job, so that this is little.
    """
    known = _known(desk, writer, event)
    while known.learn_page(writer, event.slug):
        pass
    return known


def catch_up(desk: Desk, slug: str) -> None:
    """Teach the event's placer what it has missed, in one write job for each page of items."""
    while desk.store.write(lambda writer: _known(desk, writer, writer.event(slug)).learn_page(writer, slug)):
        pass


def _known(desk: Desk, writer: Writer, event: Event) -> PlacerState:
    known = desk.placers.get(event.uid)
    if known is None:
        known = desk.placers[event.uid] = PlacerState()
    known.follow_programme(writer, event)
    return known


def write_placing(desk: Desk, slug: str, job: Callable[[Writer], T]) -> T:
    """Run a job that places posts. The placer catches up before, and is discarded if the job fails: it has then learnt
    what was not saved.
    """
    catch_up(desk, slug)
    try:
        return desk.write(slug, job)
    except BaseException:
        forget(desk, slug)
        raise


def forget(desk: Desk, slug: str) -> None:
    """Discard the event's placer."""
    desk.placers.pop(desk.read().event(slug).uid, None)


@dataclass(frozen=True, slots=True)
class Move:
    """A post and the placement it would get now."""

    item: Item
    to: Placed


def following(desk: Desk, slug: str, job: Callable[[Writer], T]) -> T:
    """Run a job that may change the programme. Afterwards, place posts again that only the clock or a room had placed.

    Only posts around the changed sessions are concerned. All others stay with their session.
    """
    before, _ = desk.read().programme_heads().get(slug, (0, 0))
    done = desk.write(slug, job)
    changes = [change for edit in desk.read().grid_edits(slug, before) for change in edit.changes]
    if changes and (span := _span(changes, {one.guid: one for one in desk.read().sessions(slug)})):
        _place_again_by_clock(desk, slug, span)
    return done


def _place_again_by_clock(desk: Desk, slug: str, span: Span) -> None:
    last = ""
    while ids := desk.read().posts_by_clock(slug, *span, after=last, limit=POSTS_PER_JOB):
        if not last:
            catch_up(desk, slug)
        desk.write(slug, lambda writer, ids=ids: _follow(desk, writer, slug, ids))  # type: ignore[misc]
        last = ids[-1]


def _follow(desk: Desk, writer: Writer, slug: str, ids: Sequence[str]) -> None:
    known = placer_state(desk, writer, writer.event(slug))
    for item in _present(writer, slug, ids):
        if item.placed is None or item.placed.method not in BY_CLOCK:
            continue
        post, placed = Unplaced.of_item(item), known.place_again(item)
        moved = item if placed.session == item.session else _move(writer, Move(item, placed), desk.clock())
        known.keep(post, placed, moved)


def _span(changes: Iterable[Change], sessions: Mapping[str, Session]) -> Span | None:
    """Return the time in which the changes may concern posts placed by the clock."""
    times = [span for change in changes if change.kind == "session" for span in _times(change, sessions.get(change.guid))]
    return (min(times)[0] - LAG, max(ends for _, ends in times) + LAG) if times else None


def _times(change: Change, session: Session | None) -> Iterator[Span]:
    """Return when the session takes place now, and when it did before the change."""
    if session and session.starts:
        yield session.starts, session.starts + length_of(session)
    starts = parse_when((change.before or {}).get("starts"))
    ends = parse_when((change.before or {}).get("ends"))
    if isinstance(starts, datetime):
        yield starts, ends if isinstance(ends, datetime) else starts + (length_of(session) if session else LAG)


def _present(reader: Reader, slug: str, ids: Sequence[str]) -> list[Item]:
    """Return the items that are visible or held, in the order of the ids."""
    found = reader.items_by_id(slug, ids)
    return [found[id] for id in ids if id in found and found[id].state in ("visible", "held")]


def _move(writer: Writer, move: Move, now: datetime) -> Item:
    item = replace(move.item, session=move.to.session, placed=move.to.placement)
    return writer.save_item(item, channels_of(item), do="place", by="machine", at=now, new_text=False)


def slices(all: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """Return the values in parts of at most this size."""
    return (all[at : at + size] for at in range(0, len(all), size))
