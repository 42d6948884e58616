"""The people of an event: joining with a name, inviting co-organisers, and revoking one person's pass."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from backchannel.desk import access
from backchannel.desk.desk import Desk
from backchannel.domain.errors import BadPass, Clash, Unknown
from backchannel.domain.ids import uuid7
from backchannel.domain.joining import Holder, Via
from backchannel.domain.wire import name_text
from backchannel.passes import Pass, Passes, short_uid
from backchannel.store.base import Reader, Writer

USED = "This invitation was used, withdrawn, or is too old. Ask an organiser for a new one."


def join(desk: Desk, passes: Passes, actor: Pass, name: object, via: Via = "link") -> str:
    """Return a personal pass with the same permissions, for somebody with a name, and list them as a holder."""
    own = replace(actor, key=uuid7(), name=name_text(name))
    now = desk.clock()

    def job(writer: Writer) -> None:
        access.authenticate(writer, actor, actor.event)
        writer.save_holder(_holder_of(own, via, now))

    desk.write(actor.event, job)
    return passes.sign(own)


def _holder_of(own: Pass, via: Via, now: datetime) -> Holder:
    return Holder(
        event=own.event, key=own.key, role=own.role, name=own.name, via=via, generation=own.generation,
        session=own.session, room=own.room, joined_at=now, seen_at=now, expires_at=own.expires_at,
    )  # fmt: skip


def invite(desk: Desk, passes: Passes, actor: Pass, name: object) -> str:
    """Invite another organiser by name. Returns the invitation, which can be accepted once."""
    invited = Holder(
        event=actor.event, key=uuid7(), role="organiser", name=name_text(name), via="invite", invited_at=desk.clock()
    )

    def job(writer: Writer) -> str:
        event = access.authorise_organising(writer, actor, actor.event)
        writer.save_holder(invited)
        return passes.sign_invite(event, invited.key)

    return desk.write(actor.event, job)


def invited(reader: Reader, passes: Passes, token: str, now: datetime) -> Holder:
    """Return the person whom an invitation names. Looking at it does not use it up. Raises `BadPass`."""
    slug, uid, key = passes.read_invite(token)
    holder = reader.holder(slug, key)
    if holder is None or uid != short_uid(reader.event(slug)) or not holder.is_open_invite(now):
        raise BadPass(USED)
    return holder


def accept(desk: Desk, passes: Passes, token: str) -> tuple[str, str]:
    """Accept an invitation. Returns the event's slug and the new organiser's personal pass."""
    now = desk.clock()

    def job(writer: Writer) -> Pass:
        holder = invited(writer, passes, token, now)
        generation = writer.generation(holder.event, holder.role)
        writer.save_holder(replace(holder, generation=generation, joined_at=now, seen_at=now))
        return Pass(
            event=holder.event, uid=short_uid(writer.event(holder.event)), role=holder.role, generation=generation,
            key=holder.key, name=holder.name,
        )  # fmt: skip

    slug = passes.read_invite(token)[0]
    return slug, passes.sign(desk.write(slug, job))


def revoke(desk: Desk, actor: Pass, key: str) -> Holder:
    """End one person's access, or withdraw an invitation. Their notes stay."""
    if key == actor.author_key:
        raise Clash("This is your own access. Ask another organiser to end it.", field="key")
    return _change(desk, actor, key, desk.clock())


def restore(desk: Desk, actor: Pass, key: str) -> Holder:
    """Give a person their access back."""
    return _change(desk, actor, key, None)


def _change(desk: Desk, actor: Pass, key: str, revoked_at: datetime | None) -> Holder:
    def job(writer: Writer) -> Holder:
        access.authorise_organising(writer, actor, actor.event)
        holder = writer.holder(actor.event, key)
        if holder is None:
            raise Unknown("Nobody with this pass joined the event.", field="key")
        changed = replace(holder, revoked_at=revoked_at)
        writer.save_holder(changed)
        return changed

    return desk.write(actor.event, job)


def save_seen(desk: Desk, event: str, seen: Mapping[str, datetime]) -> None:
    """Save when the holders of personal passes were last seen."""
    desk.store.write(lambda writer: writer.save_seen(event, seen), event)
