"""Schedules that organisers take in the browser, and addresses that programmes follow."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from backchannel.desk import access
from backchannel.desk.desk import Desk
from backchannel.desk.placing import following
from backchannel.desk.programme import apply_schedule
from backchannel.domain.errors import ProgrammeChanged
from backchannel.domain.model import Schedule, WatchedSchedule
from backchannel.domain.programme import Changes
from backchannel.passes import Pass
from backchannel.store.base import Reader, Writer

MAX_NAMED = 3  # edits named in an answer


def take_shown(desk: Desk, actor: Pass, schedule: Schedule, *, number: int, theirs: Collection[str]) -> Changes:
    """Take a schedule whose changes the organiser saw beside the programme of this number.

    Raises `ProgrammeChanged` if the programme is another by now. `theirs` are the guids of the sessions for which the
    schedule wins over changes by hand.
    """
    desk.require_space()

    def job(writer: Writer) -> Changes:
        event = access.authorise_writing(writer, actor, actor.event)
        access.require_organiser(actor)
        if event.programme != number:
            raise ProgrammeChanged(_said_since(writer, actor.event, number))
        return apply_schedule(desk, writer, actor.event, schedule, theirs)

    return following(desk, actor.event, job)


def watched_schedule(reader: Reader, slug: str) -> WatchedSchedule | None:
    """Return the address that the event's programme follows."""
    return next((one for one in reader.watched_schedules() if one.event == slug), None)


def watch_schedule(desk: Desk, actor: Pass, url: str) -> None:
    """Let the programme follow an address."""

    def job(writer: Writer) -> None:
        access.authorise_organising(writer, actor, actor.event)
        writer.save_watched_schedule(WatchedSchedule(event=actor.event, url=url))

    desk.write(actor.event, job)


def unwatch_schedule(desk: Desk, actor: Pass) -> None:
    """Stop following an address. The programme stays as it is."""

    def job(writer: Writer) -> None:
        access.authorise_organising(writer, actor, actor.event)
        writer.remove_watched_schedule(actor.event)

    desk.write(actor.event, job)


def claim(desk: Desk, watched: WatchedSchedule, until: datetime) -> bool:
    """Lease an address until then. Returns whether no other process was faster, and the address is still followed."""

    def job(writer: Writer) -> bool:
        ours = watched_schedule(writer, watched.event) == watched
        if ours:
            writer.save_watched_schedule(replace(watched, due_at=until))
        return ours

    return desk.write(watched.event, job)


def save_look(desk: Desk, watched: WatchedSchedule, schedule: Schedule | None) -> None:
    """Save the result of a look, and take the schedule. What was changed by hand stays.

    Does nothing if the address is no longer followed.
    """

    def job(writer: Writer) -> None:
        known = watched_schedule(writer, watched.event)
        if known is None or known.url != watched.url:
            return
        writer.save_watched_schedule(watched)
        if schedule is not None:
            apply_schedule(desk, writer, watched.event, schedule, ())

    following(desk, watched.event, job)


def _said_since(writer: Writer, slug: str, number: int) -> str:
    edits = writer.grid_edits(slug, number, limit=MAX_NAMED + 1)
    said = [f"{edit.author} {edit.said}" for edit in reversed(edits[:MAX_NAMED])]
    more = [" and more"] if len(edits) > MAX_NAMED else []
    return "; ".join(said) + "".join(more) if said else "the database was restored"
