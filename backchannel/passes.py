"""Signed passes that make their holder a follower, note-taker or organiser of one event.

A pass is not stored. It names the event (by slug and uid, so that a deleted event's passes do not open a new one of the
same name), the role and the role's generation. Raising the generation revokes all passes of the role. Links carry
shared passes; joining with a name turns one into a personal pass, which can also be revoked by its key.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from itsdangerous import BadSignature, URLSafeSerializer

from backchannel.domain.errors import BadPass
from backchannel.domain.model import ROLES, Event, Role
from backchannel.domain.spoken import HOST_WORDS, JOIN_WORDS, spoken


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """The contents of a pass. `key` identifies the holder's notes, `name` is shown beside them."""

    event: str
    uid: str
    role: Role
    generation: int
    session: str | None = None
    key: str = ""
    name: str = ""
    room: str | None = None  # a room's guid: it opens the sessions in that room
    expires: int = 0  # in seconds since 1970; 0 for a pass that does not expire

    @property
    def personal(self) -> bool:
        """Return whether the pass belongs to one person."""
        return bool(self.key)

    @property
    def author_key(self) -> str:
        """Return the id of the holder as an author. All holders of a shared pass count as one author."""
        return self.key or self.role

    @property
    def author(self) -> str:
        """Return the name shown beside the holder's notes."""
        return self.name or {"organiser": "Organiser", "scribe": "Note-taker", "follower": "Follower"}[self.role]

    @property
    def expires_at(self) -> datetime | None:
        """Return when the pass expires, or None."""
        return datetime.fromtimestamp(self.expires, UTC) if self.expires else None


class Passes:
    """Signs and verifies passes with the server's secret."""

    def __init__(self, secret: str) -> None:
        self._passes = URLSafeSerializer(secret, salt="backchannel pass")
        self._pages = URLSafeSerializer(secret, salt="backchannel page")
        self._invites = URLSafeSerializer(secret, salt="backchannel invite")
        self._secret = secret.encode()

    def sign(self, holder: Pass) -> str:
        """Return a pass as a URL-safe token."""
        fields = [
            holder.event, holder.uid, ROLES.index(holder.role), holder.generation, holder.session, holder.key, holder.name,
            holder.room, holder.expires,
        ]  # fmt: skip
        while not fields[-1]:  # a short link makes a QR code that can be read from the back row
            fields.pop()
        signed = self._passes.dumps(fields)
        return signed if isinstance(signed, str) else signed.decode()

    def read(self, token: str) -> Pass:
        """Return the contents of a pass. Raises `BadPass` if the signature is wrong; the desk checks whether it was
        revoked.
        """
        try:
            fields: list[Any] = self._passes.loads(token)
            event, uid, role, generation, session, key, name, room, expires = [*fields, *_REST[len(fields) :]]
            return Pass(
                event=event, uid=uid, role=ROLES[role], generation=generation, session=session, key=key, name=name,
                room=room, expires=expires,
            )  # fmt: skip
        except (BadSignature, ValueError, TypeError, IndexError):
            raise BadPass(
                "This link is incomplete or isn't from this server. Copy it again, or ask the organisers for a new one."
            ) from None

    def sign_page(self, event: str, author_key: str) -> str:
        """Return the token that our pages carry, so that a cookie alone cannot open a socket."""
        signed = self._pages.dumps([event, author_key])
        return signed if isinstance(signed, str) else signed.decode()

    def sign_visitor(self, uid: str, address: str) -> str:
        """Return a key that tells visitors without a pass apart in one event. The address can't be found from it."""
        return sha256(str(self._pages.dumps(["visitor", uid, address])).encode()).hexdigest()[:24]

    def read_page(self, token: str) -> tuple[str, str]:
        """Return (event, author key) of a page token. Raises `BadPass`."""
        try:
            event, author_key = self._pages.loads(token)
            return str(event), str(author_key)
        except (BadSignature, ValueError, TypeError):
            raise BadPass("This page is too old. Reload it.") from None

    def sign_invite(self, event: Event, key: str) -> str:
        """Return the token of an invitation. It is no pass: it can be exchanged for one, once."""
        signed = self._invites.dumps([event.slug, short_uid(event), key])
        return signed if isinstance(signed, str) else signed.decode()

    def read_invite(self, token: str) -> tuple[str, str, str]:
        """Return (event, short uid, key) of an invitation. Raises `BadPass`."""
        try:
            event, uid, key = self._invites.loads(token)
            return str(event), str(uid), str(key)
        except (BadSignature, ValueError, TypeError):
            raise BadPass("This invitation is incomplete. Copy it again, or ask the organisers for a new one.") from None

    def code_words(self, *parts: object) -> tuple[str, ...]:
        """Return the spoken code of an event's scope and rotation. It is derived from the secret and never stored."""
        return spoken(self._keyed("code", *parts), JOIN_WORDS)

    def host_words(self) -> tuple[str, ...]:
        """Return the code that lets somebody create events on this server."""
        return spoken(self._keyed("host"), HOST_WORDS)

    def hash_words(self, words: Sequence[str]) -> str:
        """Return the keyed hash by which a code, or its first words, is stored and found."""
        return self._keyed("hash", *words).hex()

    def _keyed(self, *parts: object) -> bytes:
        return hmac.digest(self._secret, "\x1f".join(map(str, ("backchannel", *parts))).encode(), "sha256")


_REST: list[Any] = [None, None, 0, 0, None, "", "", None, 0]  # the values of trailing fields that `sign` leaves out


def short_uid(event: Event) -> str:
    """Return the part of an event's uid that its passes carry."""
    return event.uid[-8:]


def shared(
    event: Event, role: Role, generation: int, session: str | None = None, *, room: str | None = None, expires: int = 0
) -> Pass:
    """Return the pass that a role's link or a code carries."""
    return Pass(
        event=event.slug, uid=short_uid(event), role=role, generation=generation, session=session, room=room,
        expires=expires,
    )  # fmt: skip
