"""The programme: import a schedule, merge sessions. A schedule is imported in one transaction and can be imported
again.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from backchannel.desk.desk import Desk
from backchannel.desk.grid import Editor, carry_out
from backchannel.desk.placing import following
from backchannel.domain.by_hand import ByHand, by_hand, in_our_rooms
from backchannel.domain.channels import channels_of
from backchannel.domain.errors import Invalid
from backchannel.domain.grid import Programme, implied_slots
from backchannel.domain.grid_changes import differences, keys
from backchannel.domain.grid_edits import Edit
from backchannel.domain.grid_log import LoggedEdit
from backchannel.domain.ids import uuid7
from backchannel.domain.model import Event, Item, Placement, Room, Schedule, Session
from backchannel.domain.programme import Changes, diff, take
from backchannel.store.base import Reader, Writer


def take_schedule(
    desk: Desk, slug: str, schedule: Schedule, *, theirs: Collection[str] | None = (), dry_run: bool = False
) -> Changes:
    """Make the programme match the schedule and return the changes.

    Sessions keep the schedule's guid. The items of removed sessions go to the hallway. Rooms, slots and sessions that were
    made here stay, and so does what was changed by hand, but for the sessions whose guids are in `theirs` (None: all).
    """
    if dry_run:
        return compare(desk.read(), slug, schedule, theirs).changes
    return following(desk, slug, lambda writer: apply_schedule(desk, writer, slug, schedule, theirs))


@dataclass(frozen=True, slots=True)
class Compared:
    """A schedule beside the programme: its changes, the schedule with our names of rooms, and what is made by hand."""

    changes: Changes
    schedule: Schedule
    hand: ByHand


def compare(reader: Reader, slug: str, schedule: Schedule, theirs: Collection[str] | None = ()) -> Compared:
    """Compare a schedule with the programme. Merged sessions are not the schedule's business."""
    hand = by_hand(reversed(reader.grid_edits(slug)))
    merged = reader.merged_sessions(slug)
    ours = in_our_rooms(schedule, reader.programme(slug), hand)
    ours = replace(ours, sessions=tuple(session for session in ours.sessions if session.guid not in merged))
    changes = diff(reader.sessions(slug), ours, hand)
    chosen = {kept.ours.guid for kept in changes.kept} if theirs is None else theirs
    return Compared(take(changes, chosen), ours, hand)


def apply_schedule(desk: Desk, writer: Writer, slug: str, schedule: Schedule, theirs: Collection[str] | None) -> Changes:
    """Take a schedule inside a write job and return the changes. Run the job with `following`."""
    event, before = writer.event(slug), writer.programme(slug)
    compared = compare(writer, slug, schedule, theirs)
    changes, schedule = compared.changes, compared.schedule
    for session in changes.gone:
        _to_hallway(writer, desk, slug, session)
        writer.remove_session(slug, session.guid)
    for session in (*changes.added, *(changed.new for changed in changes.changed)):
        writer.save_session(slug, session)
    save_rooms(writer, slug, schedule, compared.hand.made)
    _save_slots(writer, slug, before, {session.guid for session in schedule.sessions})
    writer.save_event(_dated(event, schedule))
    _log(desk, writer, slug, before)
    return changes


def save_rooms(writer: Writer, slug: str, schedule: Schedule, by_hand: Collection[str] = ()) -> None:
    """Save the schedule's rooms, rooms named only by sessions, and rooms made here. Known rooms keep their seats."""
    known = {room.name: room for room in writer.rooms(slug)}
    rooms = {room.name: room for room in schedule.rooms}
    for session in (*schedule.sessions, *writer.sessions(slug)):
        if session.room:
            rooms.setdefault(session.room, Room(name=session.room))
    for room in known.values():
        if room.guid in by_hand:
            rooms.setdefault(room.name, room)
    writer.save_rooms(slug, tuple(
        replace(room, guid=known[name].guid, seats=known[name].seats or room.seats) if name in known else room
        for name, room in rooms.items()
    ))  # fmt: skip


def _save_slots(writer: Writer, slug: str, before: Programme, imported: Collection[str]) -> None:
    """Give every start of an imported session a slot, and remove slots that only earlier sessions of it used."""
    after = writer.programme(slug)
    used, wanted = ({one.starts for one in programme.planned} for programme in (before, after))
    for slot in after.slots.values():
        if slot.starts in used - wanted:
            writer.remove_part(slug, slot)
    there = {slot.starts for slot in after.slots.values()} & wanted
    for slot in implied_slots((one for one in after.planned if one.guid in imported), []):
        if slot.starts not in there:
            writer.save_part(slug, slot)


def _log(desk: Desk, writer: Writer, slug: str, before: Programme) -> None:
    """Log an import as one edit, so that open pages hear of it."""
    changes = differences(before, writer.programme(slug))
    if changes:
        writer.log_edit(slug, LoggedEdit(
            op=uuid7(), do="import", by="schedule", author="The schedule", at=desk.clock(), said="was imported",
            changes=changes, keys=keys(changes),
        ))  # fmt: skip


def merge_sessions(desk: Desk, slug: str, ref: str, into: str) -> tuple[Session, Session]:
    """Merge a session into another. Its items, hashtags and addresses then lead to the second one."""

    def job(writer: Writer) -> tuple[Session, Session]:
        old, new = writer.session(slug, ref), writer.session(slug, into)
        if old.guid == new.guid or old.merged_into or new.merged_into:
            raise Invalid("Choose two different sessions on the grid: a merged session can't be merged again.", field="session")
        edit = Edit(op=uuid7(), do="merge", session=old.guid, other=new.guid)
        carry_out(desk, writer, slug, edit, Editor("host", "The host"))
        return old, writer.session(slug, new.guid)

    return following(desk, slug, job)


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
