"""A note-taker's phone: what a client of docs/protocol.md does, and nothing that only this program could do.

Ops go into the outbox first and are crossed off when the server says that they are on its disk. They go over the
socket; when that does not answer, or for a phone whose network has none, they are POSTed.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx2
import socketio

from backchannel.domain.ids import uuid7
from backchannel.domain.wire import MOST_OPS

PATIENCE = 4  # seconds without an answer on the socket, before plain HTTP is tried

Op = dict[str, Any]


class Phone:
    """One note-taker's. `join` first; `write`, `correct` and `take_back` put into the outbox; `send` offers it."""

    def __init__(self, server: str, event: str, name: str, *, sockets: bool = True) -> None:
        self.name = name
        self._api = f"{server}/api/v1/events/{event}"
        self._http = httpx2.Client(timeout=30, trust_env=False)
        self._server = server
        self._socket = socketio.Client(reconnection=True) if sockets else None
        self._pass = ""
        self._outbox: list[Op] = []
        self._revs: dict[str, int] = {}  # item -> the revision last acked

    def join(self, scribe_pass: str) -> None:
        """Change the pass everybody was handed for one of her own, and connect."""
        answer = self._post("join", {"name": self.name}, scribe_pass)
        self._pass = answer["pass"]
        if self._socket:
            self._socket.connect(self._server, auth={"pass": self._pass}, transports=["websocket"], wait_timeout=10)

    def write(
        self,
        session: str | None,
        text: str,
        *,
        origin: str = "note",
        depth: int = 0,
        written_at: datetime | None = None,
    ) -> str:
        """A new note; its id."""
        id = uuid7()
        when = (written_at or datetime.now(UTC)).isoformat(timespec="milliseconds")
        note = {"origin": origin, "session": session, "text": text, "depth": depth, "written_at": when}
        self._put_in({"do": "put", "id": id} | note)
        return id

    def correct(self, id: str, session: str | None, text: str) -> None:
        self._put_in({"do": "put", "id": id, "session": session, "text": text, "base_rev": self._revs.get(id)})

    def take_back(self, id: str, session: str | None) -> None:
        self._put_in({"do": "retract", "id": id, "session": session})

    def send(self) -> list[str]:
        """Offer what is in the outbox, once. What is refused for good is crossed off too: its sentences come back."""
        refused: list[str] = []
        for result in self._offer(self._outbox[:MOST_OPS]):
            if result.get("ok"):
                self._revs[result["id"]] = result["rev"]
            elif not result["error"]["permanent"]:
                continue
            else:
                refused.append(result["error"]["message"])
            self._outbox = [op for op in self._outbox if op["op"] != result["op"]]
        return refused

    @property
    def waiting(self) -> int:
        """How many ops are in the outbox."""
        return len(self._outbox)

    def close(self) -> None:
        if self._socket:
            self._socket.disconnect()
        self._http.close()

    def _put_in(self, op: Op) -> None:
        self._outbox.append({"op": uuid7()} | op)

    def _offer(self, ops: list[Op]) -> list[dict[str, Any]]:
        batch = {"ops": ops, "sent_at": datetime.now(UTC).isoformat(timespec="milliseconds")}
        for way in (self._over_socket, self._over_http):
            answer = way(batch)
            if answer is not None:
                return list(answer.get("results", ()))
        return []

    def _over_socket(self, batch: dict[str, Any]) -> dict[str, Any] | None:
        if not (self._socket and self._socket.connected):
            return None
        try:
            answer: dict[str, Any] = self._socket.call("ops", batch, timeout=PATIENCE)
        except socketio.exceptions.SocketIOError:
            return None
        return answer

    def _over_http(self, batch: dict[str, Any]) -> dict[str, Any] | None:
        try:
            return self._post("ops", batch, self._pass)
        except httpx2.HTTPError:
            return None

    def _post(self, path: str, body: dict[str, Any], pass_: str) -> dict[str, Any]:
        answer = self._http.post(f"{self._api}/{path}", json=body, headers={"Authorization": f"Bearer {pass_}"})
        if answer.status_code != 429:
            answer.raise_for_status()
        told: dict[str, Any] = answer.json()
        return told
