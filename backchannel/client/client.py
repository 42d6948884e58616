"""The client: one thread sends the outbox, another follows channels. Both fall back to plain HTTP without a socket."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backchannel.client.connection import Connection
from backchannel.client.errors import Refused, Unanswered, Unreachable
from backchannel.client.follow import Follower
from backchannel.client.http import Http
from backchannel.client.outbox import MAX_BATCH_OPS, Op, Outbox
from backchannel.client.view import View

EPOCH_CHECK_S = 10.0  # seconds without an answer after which a client with kept ops checks the epoch
JOIN_TIMEOUT_S = 1.0  # seconds to wait for a thread to end; one that waits for an answer ends later

Clock = Callable[[], datetime]
Result = dict[str, Any]


def _now() -> datetime:
    return datetime.now(UTC)


def _ignore(answer: Result) -> None:
    """Ignore answers."""


class Client:
    """One person at one event.

    `waits` are the shortest and longest seconds between retries. `on_answer` is called with every op's answer on the
    sender's thread.
    """

    def __init__(
        self, server: str, event: str, *, pass_: str = "", outbox: Path | None = None, sockets: bool = True,
        waits: tuple[float, float] = (1.0, 30.0), clock: Clock = _now, on_answer: Callable[[Result], None] = _ignore,
    ) -> None:  # fmt: skip
        self.outbox = Outbox(outbox)
        self.answers: dict[str, Result] = {}  # op id -> answer, during this client's life
        self.fault: Refused | None = None  # why sending stopped; a new pass resumes it
        self._server, self._event, self._pass = server, event, pass_
        self._waits, self._clock, self._on_answer = waits, clock, on_answer
        self._http = Http(server, event, pass_)
        self._keeper = Follower(self._connect, Http(server, event, pass_), self._note_epoch, sockets=sockets, waits=waits)
        self._batch_size = MAX_BATCH_OPS  # ops in a batch
        self._heard_at = time.monotonic()
        self._filled = threading.Event()
        self._closing = threading.Event()
        self._sender = threading.Thread(target=self._send_loop, name="sender", daemon=True)

    # --- public

    def join(self, name: str) -> str:
        """Exchange a shared pass and a name for a personal pass, which is returned and used from now on."""
        self.show(self._http.join(name)["pass"])
        return self._pass

    def show(self, pass_: str) -> None:
        """Use this pass from now on."""
        self._pass = self._http.pass_ = self._keeper.http.pass_ = pass_
        self.fault = None
        self._filled.set()

    def start(self) -> None:
        """Start sending and following."""
        self._sender.start()
        self._keeper.start()

    def follow(self, channel: str) -> View:
        """Return the channel's replica, which fills once the client is started. Call it before `start`."""
        return self._keeper.follow(channel)

    def write(self, text: str, *, session: str | None = None, **more: Any) -> Op:
        """Put a new note into the outbox and return its op. With an outbox file, the note is on disk when this returns.
        """
        return self.put(do="put", id=str(uuid.uuid4()), text=text, session=session, origin="note", **more)

    def correct(self, id: str, text: str, base_rev: int | None = None, **more: Any) -> Op:
        """Put a correction of a note into the outbox."""
        return self.put(do="put", id=id, text=text, base_rev=base_rev, **more)

    def put(self, **op: Any) -> Op:
        """Put any op into the outbox. Its own id and the time of writing are added."""
        op = {"op": str(uuid.uuid4()), "written_at": self._clock().isoformat(), **op}
        self.outbox.put(op)
        self._filled.set()
        return op

    @property
    def transport(self) -> str:
        """Return the current transport: `socket` or `http`."""
        return self._keeper.transport

    def close(self) -> None:
        """Stop the client. Unsent ops stay in the outbox."""
        self._closing.set()
        self._filled.set()
        self._keeper.close()
        if self._sender.is_alive():
            self._sender.join(JOIN_TIMEOUT_S)
        self.outbox.close()

    # --- sending

    def _send_loop(self) -> None:
        wait = self._waits[0]
        while not self._closing.is_set():
            if self.fault or not (len(self.outbox) or self._should_check_epoch()):
                self._filled.wait(1.0)
                self._filled.clear()
            elif (delay := self._send_oldest()) is not None:
                self._closing.wait(max(delay, wait * random.uniform(0.5, 1.0)))  # noqa: S311  jitter, not a secret
                wait = min(wait * 2, self._waits[1])
            else:
                wait = self._waits[0]
        self._http.close()

    def _should_check_epoch(self) -> bool:
        """Return whether to check, with an empty batch, that the database is still the one that acknowledged the kept
        ops.
        """
        return self.outbox.keeps and time.monotonic() - self._heard_at > EPOCH_CHECK_S

    def _send_oldest(self) -> float | None:
        """Send the oldest ops once. Returns None if some were settled, else the least number of seconds to wait."""
        ops, epoch = self.outbox.batch(self._batch_size), self.outbox.epoch
        try:
            answer = self._ask({"ops": ops, "sent_at": self._clock().isoformat()})
        except Unreachable:
            return 0.0
        except Refused as refused:
            return self._refused(ops, refused)
        self._batch_size, self._heard_at = MAX_BATCH_OPS, time.monotonic()
        self._note_epoch(answer["epoch"])
        if epoch != self.outbox.epoch:  # it is unclear which database acknowledged these, so ask again
            return None
        return None if self._settle(answer["results"]) or not ops else 0.0

    def _refused(self, ops: list[Op], refused: Refused) -> float | None:
        """Handle a refused batch: wait, send ops one by one to find the bad one, or stop because of the pass."""
        if not refused.permanent:
            return refused.retry_after
        if refused.code != "invalid":
            self.fault = refused
        elif len(ops) > 1:
            self._batch_size = 1
        else:
            self._settle([{"op": ops[0]["op"], "error": refused.error}])
        return None

    def _settle(self, results: list[Result]) -> bool:
        settled = self.outbox.settle(results)
        for result in results:
            self.answers[result["op"]] = result
            self._on_answer(result)
        return settled

    def _ask(self, batch: Mapping[str, Any]) -> dict[str, Any]:
        line = self._keeper.line
        if line is None:
            return self._http.ops(batch)
        try:
            return line.call("ops", {"event": self._event, **batch})
        except Unanswered:
            self._keeper.demote()
            raise

    def _note_epoch(self, epoch: str) -> None:
        """Pass a new epoch to both threads' state."""
        self.outbox.meet(epoch)
        self._filled.set()

    def _connect(self, silence: float) -> Connection:
        return Connection(self._server, {"pass": self._pass} if self._pass else {}, silence=silence)
