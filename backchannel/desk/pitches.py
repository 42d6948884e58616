"""Pitches: sessions that people propose on the day, and their votes. Organisers put them on the grid (desk/grid.py)."""

from __future__ import annotations

from dataclasses import replace

from backchannel.desk import access
from backchannel.desk.desk import Desk
from backchannel.domain.errors import AlreadyExists, Clash, EventClosed
from backchannel.domain.grid_edits import find_pitch
from backchannel.domain.model import Pitch
from backchannel.passes import Pass
from backchannel.store.base import Writer

MAX_PITCHES = 500  # in one event
MAX_OWN_PITCHES = 20  # open pitches of one person


def propose(desk: Desk, actor: Pass, pitch: Pitch) -> Pitch:
    """Save a pitch with its author's vote. The same pitch again changes nothing."""
    desk.require_space()

    def job(writer: Writer) -> Pitch:
        _authorise(writer, actor)
        known = writer.programme(actor.event)
        if pitch.guid in known.pitches:
            kept = known.pitches[pitch.guid]
            if (kept.by, kept.title) != (actor.author_key, pitch.title):
                raise AlreadyExists("This pitch was made already. Reload the page to make another one.", field="pitch")
            return kept
        own = [one for one in known.pitches.values() if one.by == actor.author_key and one.state == "open"]
        if len(known.pitches) >= MAX_PITCHES or (actor.personal and len(own) >= MAX_OWN_PITCHES):
            raise Clash("There are too many pitches already. Ask an organiser to decline some.", field="title")
        if pitch.guid in known.sessions:
            raise AlreadyExists("There is already a session with this id.", field="pitch")
        kept = replace(pitch, by=actor.author_key, at=desk.clock(), state="open")
        writer.save_part(actor.event, kept)
        writer.vote(actor.event, kept.guid, actor.author_key, True)
        writer.raise_pitches(actor.event)
        return replace(kept, votes=1)

    return desk.write(actor.event, job)


def vote(desk: Desk, actor: Pass, guid: str, on: bool) -> Pitch:
    """Add or remove the actor's vote, "I'd come". A person has one vote for each pitch."""

    def job(writer: Writer) -> Pitch:
        _authorise(writer, actor)
        pitch = find_pitch(writer.programme(actor.event), guid)
        if pitch.state == "declined":
            raise Clash(f"“{pitch.title}” was declined, so it takes no more votes.", field="pitch")
        if (guid in writer.voted(actor.event, actor.author_key)) != on:
            writer.vote(actor.event, guid, actor.author_key, on)
            writer.raise_pitches(actor.event)
        return find_pitch(writer.programme(actor.event), guid)

    return desk.write(actor.event, job)


def _authorise(writer: Writer, actor: Pass) -> None:
    """Let everybody with a pass propose and vote until the event is closed."""
    event = access.authenticate(writer, actor, actor.event)
    if event.closed and actor.role != "organiser":
        raise EventClosed(event.slug)
