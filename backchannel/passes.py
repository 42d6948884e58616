"""Passes: signed, not stored. Whoever shows one is a follower, note-taker or organiser of one event.

A pass says which event (slug and uid: an event deleted and made again has other passes), which role, and of which
generation: raising the generation of a role ends all its passes at once. A shared pass is what a link carries; joining
with a name makes a personal one of it.
"""

from __future__ import annotations

from dataclasses import dataclass

from itsdangerous import BadSignature, URLSafeSerializer

from backchannel.domain.errors import BadPass
from backchannel.domain.model import ROLES, Event, Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Pass:
    """What a pass says. `key` is whose notes these are; `name` what stands beside them."""

    event: str
    uid: str
    role: Role
    generation: int
    session: str | None = None
    key: str = ""
    name: str = ""

    @property
    def personal(self) -> bool:
        return bool(self.key)

    @property
    def author_key(self) -> str:
        """Shared passes of a role are one writer."""
        return self.key or self.role

    @property
    def author(self) -> str:
        return self.name or {"organiser": "Organiser", "scribe": "Note-taker", "follower": "Follower"}[self.role]


class Passes:
    """Signs and reads passes with the server's secret."""

    def __init__(self, secret: str) -> None:
        self._passes = URLSafeSerializer(secret, salt="backchannel pass")
        self._pages = URLSafeSerializer(secret, salt="backchannel page")

    def sign(self, holder: Pass) -> str:
        fields = [holder.event, holder.uid, ROLES.index(holder.role), holder.generation, holder.session, holder.key, holder.name]
        while not fields[-1]:  # a short link is a QR code that a phone reads from the back row
            fields.pop()
        signed = self._passes.dumps(fields)
        return signed if isinstance(signed, str) else signed.decode()

    def read(self, token: str) -> Pass:
        """What the pass says, if it was signed here; whether its generation still holds is for the desk to say."""
        try:
            fields = self._passes.loads(token)
            event, uid, role, generation, session, key, name = (*fields, *_REST[len(fields) :])
            return Pass(
                event=event, uid=uid, role=ROLES[role], generation=generation, session=session, key=key, name=name
            )
        except (BadSignature, ValueError, TypeError, IndexError):
            raise BadPass("This pass is not one of ours, or was cut short in copying.") from None

    def sign_page(self, event: str, author_key: str) -> str:
        """The token that a page of ours carries, so that a socket's cookie alone is not enough."""
        signed = self._pages.dumps([event, author_key])
        return signed if isinstance(signed, str) else signed.decode()

    def read_page(self, token: str) -> tuple[str, str]:
        try:
            event, author_key = self._pages.loads(token)
            return str(event), str(author_key)
        except (BadSignature, ValueError, TypeError):
            raise BadPass("The page is too old; load it again when it suits you.") from None


_REST = (None, None, 0, 0, None, "", "")  # what a pass says that was cut short because there was nothing to say


def mark_of(event: Event) -> str:
    """What of an event's uid stands in its passes: enough to tell it from one of the same slug."""
    return event.uid[-8:]


def shared(event: Event, role: Role, generation: int, session: str | None = None) -> Pass:
    return Pass(event=event.slug, uid=mark_of(event), role=role, generation=generation, session=session)
