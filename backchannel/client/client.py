"""The client: one thread offers the outbox, one keeps the line and follows; both go on over plain HTTP where no socket holds."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from backchannel.client.connection import Line
from backchannel.client.errors import Refused, Unanswered, Unreachable
from backchannel.client.follow import Keeper
from backchannel.client.http import Http
from backchannel.client.outbox import MOST_OPS, Op, Outbox
from backchannel.client.view import View

STILL_THERE = 10.0  # seconds without an answer after which one who keeps acked ops asks
BREATH = 1.0  # seconds a thread has to end; one that waits for an answer ends later, by itself

Clock = Callable[[], datetime]
Result = dict[str, Any]


def _now() -> datetime:
    return datetime.now(UTC)


def _nobody(answer: Result) -> None:
    """Nobody wants to be told."""


class Client:
    """One person at one event. `waits` are the seconds between tries: the first, and the longest they grow to.
    `on_answer` is told every op's answer, on the sender's thread."""

    def __init__(
        self, server: str, event: str, *, pass_: str = "", outbox: Path | None = None, sockets: bool = True,
        waits: tuple[float, float] = (1.0, 30.0), clock: Clock = _now, on_answer: Callable[[Result], None] = _nobody,
    ) -> None:  # fmt: skip
        self.outbox = Outbox(outbox)
        self.answers: dict[str, Result] = {}  # op id -> what was answered, of this client's life
        self.fault: Refused | None = None  # why nothing is offered any more; a new pass puts it right
        self._server, self._event, self._pass = server, event, pass_
        self._waits, self._clock, self._on_answer = waits, clock, on_answer
        self._http = Http(server, event, pass_)
        self._keeper = Keeper(self._connect, Http(server, event, pass_), self._meet, sockets=sockets, waits=waits)
        self._most = MOST_OPS  # ops a batch
        self._heard_at = time.monotonic()
        self._filled = threading.Event()
        self._closing = threading.Event()
        self._sender = threading.Thread(target=self._send_for_ever, name="sender", daemon=True)

    # --- for its owner

    def join(self, name: str) -> str:
        """Change a shared pass for a personal one, which is returned and used from now on."""
        self.show(self._http.join(name)["pass"])
        return self._pass

    def show(self, pass_: str) -> None:
        """The pass to use from now on."""
        self._pass = self._http.pass_ = self._keeper.http.pass_ = pass_
        self.fault = None
        self._filled.set()

    def start(self) -> None:
        self._sender.start()
        self._keeper.start()

    def follow(self, channel: str) -> View:
        """The channel's replica; it fills once the client is started. Follow before that."""
        return self._keeper.follow(channel)

    def write(self, text: str, *, session: str | None = None, **more: Any) -> Op:
        """A new note. On return it is in the outbox, on disk if that has a file; the op as it will be sent."""
        return self.put(do="put", id=str(uuid.uuid4()), text=text, session=session, origin="note", **more)

    def correct(self, id: str, text: str, base_rev: int | None = None, **more: Any) -> Op:
        return self.put(do="put", id=id, text=text, base_rev=base_rev, **more)

    def put(self, **op: Any) -> Op:
        """Any op, but for its own id and the time it was written."""
        op = {"op": str(uuid.uuid4()), "written_at": self._clock().isoformat(), **op}
        self.outbox.put(op)
        self._filled.set()
        return op

    @property
    def transport(self) -> str:
        """What is in use just now: `socket` or `http`."""
        return self._keeper.transport

    def close(self) -> None:
        """Stop. What waits stays in the outbox."""
        self._closing.set()
        self._filled.set()
        self._keeper.close()
        if self._sender.is_alive():
            self._sender.join(BREATH)
        self.outbox.close()

    # --- the sender

    def _send_for_ever(self) -> None:
        wait = self._waits[0]
        while not self._closing.is_set():
            if self.fault or not (len(self.outbox) or self._unheard()):
                self._filled.wait(1.0)
                self._filled.clear()
            elif (delay := self._offer()) is not None:
                self._closing.wait(max(delay, wait * random.uniform(0.5, 1.0)))
                wait = min(wait * 2, self._waits[1])
            else:
                wait = self._waits[0]
        self._http.close()

    def _unheard(self) -> bool:
        """Whether it is time to ask, with an empty batch, if the database is still the one that acked."""
        return self.outbox.keeps and time.monotonic() - self._heard_at > STILL_THERE

    def _offer(self) -> float | None:
        """Offer the oldest ops once. None: some were settled; else at least how many seconds to wait."""
        ops, epoch = self.outbox.batch(self._most), self.outbox.epoch
        try:
            answer = self._ask({"ops": ops, "sent_at": self._clock().isoformat()})
        except Unreachable:
            return 0.0
        except Refused as refused:
            return self._refused(ops, refused)
        self._most, self._heard_at = MOST_OPS, time.monotonic()
        self._meet(answer["epoch"])
        if epoch != self.outbox.epoch:  # acked by which database, the one before or the one since? ask again
            return None
        return None if self._settle(answer["results"]) or not ops else 0.0

    def _refused(self, ops: list[Op], refused: Refused) -> float | None:
        """The batch as a whole: it waits; or its one bad op is found by offering them singly; or the pass is no good."""
        if not refused.permanent:
            return refused.retry_after
        if refused.code != "invalid":
            self.fault = refused
        elif len(ops) > 1:
            self._most = 1
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

    def _meet(self, epoch: str) -> None:
        """Told to both halves by both: what comes first knows first."""
        self.outbox.meet(epoch)
        self._filled.set()

    def _connect(self, silence: float) -> Line:
        return Line(self._server, {"pass": self._pass} if self._pass else {}, silence=silence)
