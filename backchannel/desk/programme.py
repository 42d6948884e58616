"""The programme: import a schedule, merge sessions. A schedule is imported in one transaction and can be imported
again.
"""

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
    """Make the programme match the schedule and return the changes.

    Sessions keep the schedule's guid. The items of removed sessions go to the hallway.
    """
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
    """Return the schedule without sessions that were merged here, which its file may still contain."""
    return replace(schedule, sessions=tuple(session for session in schedule.sessions if session.guid not in guids))


def merge_sessions(desk: Desk, slug: str, ref: str, into: str) -> tuple[Session, Session]:
    """Merge a session into another. Its items, hashtags and addresses then lead to the second one."""

    def job(writer: Writer) -> tuple[Session, Session]:
        old, new = writer.session(slug, ref), writer.session(slug, into)
        if old.guid == new.guid or old.merged_into or new.merged_into:
            raise Invalid("Choose two different sessions on the grid: a merged session can't be merged again.", field="session")
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
    """Save the schedule's rooms, and rooms named only by sessions."""
    rooms = {room.name: room for room in schedule.rooms}
    for session in schedule.sessions:
        if session.room:
            rooms.setdefault(session.room, Room(name=session.room))
    writer.save_rooms(slug, tuple(rooms.values()))


def free_slug(title: str, used: set[str]) -> str:
    """Return an unused slug for the title: `maps`, then `maps-2`, `maps-3`, ..."""
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
    """Return the event with dates and time zone from the schedule where the organiser gave none."""
    return replace(
        event,
        starts=event.starts or schedule.starts,
        ends=event.ends or schedule.ends,
        timezone=schedule.timezone if event.timezone == "UTC" and schedule.timezone else event.timezone,
    )
