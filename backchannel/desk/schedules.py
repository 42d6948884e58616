"""Schedules that organisers take in the browser: only the programme that they were shown is changed."""

from __future__ import annotations

from collections.abc import Collection

from backchannel.desk import access
from backchannel.desk.desk import Desk
from backchannel.desk.programme import apply_schedule
from backchannel.domain.errors import ProgrammeChanged
from backchannel.domain.model import Schedule
from backchannel.domain.programme import Changes
from backchannel.passes import Pass
from backchannel.store.base import Writer

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

    return desk.write(actor.event, job)


def _said_since(writer: Writer, slug: str, number: int) -> str:
    edits = writer.grid_edits(slug, number, limit=MAX_NAMED + 1)
    said = [f"{edit.author} {edit.said}" for edit in reversed(edits[:MAX_NAMED])]
    more = [" and more"] if len(edits) > MAX_NAMED else []
    return "; ".join(said) + "".join(more) if said else "the database was restored"
