"""The programme: a schedule is taken whole, in one transaction; a schedule taken again is a diff."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from backchannel.desk.desk import Desk
from backchannel.desk.placing import follow_the_grid, forget
from backchannel.domain.channels import channels_of
from backchannel.domain.errors import Invalid
from backchannel.domain.ids import slugify
from backchannel.domain.model import Event, Item, Placement, Room, Schedule, Session
from backchannel.domain.programme import Changes, diff
from backchannel.store.base import Writer


def take_schedule(desk: Desk, slug: str, schedule: Schedule, *, dry_run: bool = False) -> Changes:
    """Make the programme what the schedule says, and tell what that changed. Sessions keep the guid of the schedule;
    those that are gone from it leave the grid, and their items go to the hallway."""
    if dry_run:
        return diff(desk.read().sessions(slug), _without(schedule, desk.read().merged_sessions(slug)))

    def job(writer: Writer) -> Changes:
        event = writer.event(slug)
        changes = diff(writer.sessions(slug), _without(schedule, writer.merged_sessions(slug)))
        save_rooms(writer, slug, schedule)
        for session in changes.gone:
            _to_hallway(writer, desk, slug, session)
            writer.remove_session(slug, session.guid)
        for session in (*changes.added, *(changed.new for changed in changes.changed)):
            writer.save_session(slug, session)
        writer.save_event(_dated(event, schedule))
        if changes.changed or changes.gone:
            follow_the_grid(desk, writer, slug)
        else:
            forget(desk, event)
        return changes

    return desk.write(slug, job)


def _without(schedule: Schedule, guids: Collection[str]) -> Schedule:
    """The schedule without sessions that were merged here: its file may not have heard of that."""
    return replace(schedule, sessions=tuple(session for session in schedule.sessions if session.guid not in guids))


def merge_sessions(desk: Desk, slug: str, ref: str, into: str) -> tuple[Session, Session]:
    """Two sessions became one: items, hashtags and addresses of the first lead to the second."""

    def job(writer: Writer) -> tuple[Session, Session]:
        old, new = writer.session(slug, ref), writer.session(slug, into)
        if old.guid == new.guid or old.merged_into or new.merged_into:
            raise Invalid("A session is merged into another one that is on the grid, once.", field="session")
        for item in writer.items(slug, session=old.guid, states=("visible", "held", "hidden")):
            moved = replace(item, session=new.guid)
            writer.save_item(moved, channels_of(moved), do="move", by="merge", at=desk.clock(), new_text=False)
        writer.save_session(slug, replace(old, merged_into=new.guid, hashtags=()))
        leaders = tuple(dict.fromkeys((*new.leaders, *old.leaders)))
        new = replace(new, hashtags=(*new.hashtags, *old.hashtags), leaders=leaders)
        writer.save_session(slug, new)
        forget(desk, writer.event(slug))
        return old, new

    return desk.write(slug, job)


def save_rooms(writer: Writer, slug: str, schedule: Schedule) -> None:
    rooms = {room.name: room for room in schedule.rooms}
    for session in schedule.sessions:
        if session.room:
            rooms.setdefault(session.room, Room(name=session.room))
    writer.save_rooms(slug, tuple(rooms.values()))


def free_slug(title: str, used: set[str]) -> str:
    """A slug of the title that is not in use: `maps`, then `maps-2`, `maps-3`, ..."""
    base = slugify(title) or "session"
    slug, n = base, 1
    while slug in used:
        n += 1
        slug = f"{base[:56]}-{n}"
    return slug


def _to_hallway(writer: Writer, desk: Desk, slug: str, session: Session) -> None:
    reason = f"its session, “{session.title}”, left the grid"
    for item in writer.items(slug, session=session.guid, states=("visible", "held", "hidden")):
        moved: Item = replace(item, session=None, placed=Placement(method="hallway", confidence=1.0, reason=reason))
        writer.save_item(moved, channels_of(moved), do="move", by="schedule", at=desk.clock(), new_text=False)


def _dated(event: Event, schedule: Schedule) -> Event:
    """What the organiser did not say, the schedule may."""
    return replace(
        event,
        starts=event.starts or schedule.starts,
        ends=event.ends or schedule.ends,
        timezone=schedule.timezone if event.timezone == "UTC" and schedule.timezone else event.timezone,
    )
