"""Spoken codes: create, replace, remove, and exchange for a pass.

    scope + rotation -> words (derived from the secret) -> their hashes are stored
    typed words -> the first two find the code -> all four prove it -> a shared pass, which a name makes personal
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass, replace
from datetime import datetime

from backchannel.desk import access
from backchannel.desk.desk import Desk
from backchannel.domain.errors import BadPass
from backchannel.domain.joining import JoinCode, Scope, code_expiry, room_guid
from backchannel.domain.model import Event
from backchannel.domain.spoken import FINDING_WORDS, read_spoken
from backchannel.passes import Pass, Passes, shared
from backchannel.store.base import Reader, Writer

WRONG = "No code like this works now. Check the words, or ask an organiser for the current code."


@dataclass(frozen=True, slots=True)
class SpokenCode:
    """A code with its words, for the organisers who hand it out."""

    code: JoinCode
    words: tuple[str, ...]
    scope: Scope

    @property
    def text(self) -> str:
        """Return the words as one piece of an address."""
        return "-".join(self.words)


def make_code(
    desk: Desk, passes: Passes, actor: Pass, scope: Scope, *, duration: str = "event", limits_passes: bool = False
) -> SpokenCode:
    """Create the code of a scope, or replace it with a new one."""
    now = desk.clock()

    def job(writer: Writer) -> SpokenCode:
        event = access.authorise_organising(writer, actor, actor.event)
        _require_part(writer, event, scope)
        expires_at = code_expiry(event, duration, now)
        return save_code(writer, passes, event, scope, expires_at=expires_at, limits_passes=limits_passes)

    return desk.write(actor.event, job)


def save_code(
    writer: Writer, passes: Passes, event: Event, scope: Scope, *, expires_at: datetime, limits_passes: bool = False
) -> SpokenCode:
    """Save the next code of a scope. One whose first words another code has already is skipped."""
    known = writer.join_codes(event.slug).get(str(scope))
    rotation = known.rotation + 1 if known else 1
    while True:
        words = passes.code_words(event.uid, scope, rotation)
        finder = passes.hash_words(words[:FINDING_WORDS])
        if writer.join_code(finder) is None:
            break
        rotation += 1
    code = JoinCode(
        event=event.slug, scope=str(scope), rotation=rotation, finder=finder, proof=passes.hash_words(words),
        expires_at=expires_at, limits_passes=limits_passes,
    )  # fmt: skip
    writer.save_join_code(code)
    return SpokenCode(code, words, scope)


def end_code(desk: Desk, actor: Pass, scope: Scope) -> None:
    """Make a code expire now. People who joined with it stay."""
    now = desk.clock()

    def job(writer: Writer) -> None:
        access.authorise_organising(writer, actor, actor.event)
        code = writer.join_codes(actor.event).get(str(scope))
        if code:
            writer.save_join_code(replace(code, expires_at=min(code.expires_at, now)))

    desk.write(actor.event, job)


def codes(reader: Reader, passes: Passes, event: Event) -> list[SpokenCode]:
    """Return the event's codes with their words."""
    return [
        SpokenCode(code, passes.code_words(event.uid, code.scope, code.rotation), Scope.read(code.scope))
        for code in reader.join_codes(event.slug).values()
    ]


def open_code(desk: Desk, passes: Passes, typed: object) -> Pass:
    """Return the shared pass that a typed code opens.

    Raises `Invalid` for a misspelt one and `BadPass` for a wrong one, which counts against the code it may have meant.
    """
    words = read_spoken(typed)
    finder = passes.hash_words(words[:FINDING_WORDS])
    reader = desk.read()
    code = reader.join_code(finder)
    if code is None:
        raise BadPass(WRONG)
    if not hmac.compare_digest(code.proof, passes.hash_words(words)):
        desk.write(code.event, lambda writer: writer.count_failure(finder))
        raise BadPass(WRONG)
    if not code.works(desk.clock()):
        raise BadPass(WRONG)
    return _pass_of(reader, code)


def _pass_of(reader: Reader, code: JoinCode) -> Pass:
    scope = Scope.read(code.scope)
    generation = reader.generation(code.event, scope.role, scope.session)
    expires = int(code.expires_at.timestamp()) if code.limits_passes else 0
    return shared(reader.event(code.event), scope.role, generation, scope.session, room=scope.room, expires=expires)


def _require_part(reader: Reader, event: Event, scope: Scope) -> None:
    """Raise an error unless the scope's session or room is on the grid."""
    if scope.session:
        reader.session(event.slug, scope.session)
    if scope.room and scope.room not in rooms(reader, event.slug):
        raise BadPass("This room isn't on the grid any more. Reload the page.")


def rooms(reader: Reader, slug: str) -> dict[str, str]:
    """Return the names of the rooms by guid, including those that only sessions name."""
    known = reader.rooms(slug)
    names = dict.fromkeys([room.name for room in known] + [one.room for one in reader.sessions(slug) if one.room])
    return {guid: name for name in names if (guid := room_guid(known, name))}
