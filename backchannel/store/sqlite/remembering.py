"""A reader that remembers small answers until somebody commits.

Every page and every message asks for the epoch, its event and its session. SQLite's `data_version` tells whether another
connection has committed since the last look, in a fraction of a query's time: https://www.sqlite.org/pragma.html
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import TypeVar, cast

from backchannel.domain.model import Event, Room, Session
from backchannel.store.sql.reader import SqlReader
from backchannel.store.sqlite.connection import SqliteConnection

T = TypeVar("T")

MAX_ANSWERS = 1000  # forgotten all at once beyond this


class RememberingReader(SqlReader):
    """The reader of everything that does not write. Inside a writing transaction nothing may be remembered."""

    def __init__(self, connection: SqliteConnection) -> None:
        super().__init__(connection)
        self._sqlite = connection
        self._version = -1
        self._answers: dict[Hashable, object] = {}

    def _remember(self, key: Hashable, ask: Callable[[], T]) -> T:
        (version,) = self._sqlite.execute("PRAGMA data_version").fetchone()
        if version != self._version or len(self._answers) > MAX_ANSWERS:
            self._version = version
            self._answers.clear()
        if key not in self._answers:
            self._answers[key] = ask()
        return cast(T, self._answers[key])

    def epoch(self) -> str:
        return self._remember("epoch", super().epoch)

    def event(self, slug: str) -> Event:
        return self._remember(("event", slug), lambda: super(RememberingReader, self).event(slug))

    def events(self) -> list[Event]:
        return self._remember("events", super().events)

    def heads(self) -> dict[str, int]:
        return self._remember("heads", super().heads)

    def programme_heads(self) -> dict[str, tuple[int, int]]:
        return self._remember("programmes", super().programme_heads)

    def permissions(self) -> dict[str, tuple[str, bool, str, str]]:
        return self._remember("permissions", super().permissions)

    def generation(self, slug: str, role: str, session: str | None = None) -> int:
        key = ("generation", slug, role, session)
        return self._remember(key, lambda: super(RememberingReader, self).generation(slug, role, session))

    def rooms(self, event: str) -> tuple[Room, ...]:
        return self._remember(("rooms", event), lambda: super(RememberingReader, self).rooms(event))

    def sessions(self, event: str) -> tuple[Session, ...]:
        return self._remember(("sessions", event), lambda: super(RememberingReader, self).sessions(event))

    def session(self, event: str, ref: str) -> Session:
        return self._remember(("session", event, ref), lambda: super(RememberingReader, self).session(event, ref))

    def anonymous_sessions(self, event: str) -> frozenset[str]:
        key = ("anonymous", event)
        return self._remember(key, lambda: super(RememberingReader, self).anonymous_sessions(event))

    def revoked_keys(self, event: str) -> frozenset[str]:
        return self._remember(("revoked", event), lambda: super(RememberingReader, self).revoked_keys(event))

    def channel_head(self, event: str, channel: str) -> int:
        key = ("head", event, channel)
        return self._remember(key, lambda: super(RememberingReader, self).channel_head(event, channel))
