"""Following: one thread that keeps the line, applies what comes in order, and fetches what does not fit.

Two states. On the **line**, frames come over the socket and only what is missing is fetched. **Without** one, each channel
is asked over plain HTTP, and the socket is tried again at growing intervals. A connection that was merely lost is tried
again at once; only one that is there and does not answer leads to plain HTTP.
"""

from __future__ import annotations

import queue
import random
import threading
import time
from collections.abc import Callable
from typing import Any

from backchannel.client.connection import SILENCE, Line
from backchannel.client.errors import Refused, Unanswered, Unreachable
from backchannel.client.http import Http
from backchannel.client.view import View

BEHIND = 2.0  # seconds a channel may lag behind a head before it is fetched
TWO_HEADS = 21.0  # seconds of silence on a line that follows something
HELD = 25.0  # seconds the server may hold an answer
RETRY = (5.0, 300.0)  # seconds on plain HTTP before the socket is tried again: the first time, and the longest
BREATH = 1.0  # seconds the thread has to end; while an answer is held it ends later, by itself
PAUSE = 0.5  # seconds after a page that brought nothing


class Keeper:
    """Keeps `line` (None: there is none just now) and the views up to date."""

    def __init__(
        self, connect: Callable[[float], Line], http: Http, meet: Callable[[str], None], *, sockets: bool,
        waits: tuple[float, float],
    ) -> None:  # fmt: skip
        self.http = http
        self.line: Line | None = None
        self.views: dict[str, View] = {}
        self._connect, self._meet, self._waits = connect, meet, waits
        self._epoch = ""
        self._socket_at = time.monotonic() if sockets else float("inf")  # when to try the socket
        self._retry = RETRY[0]
        self._behind: dict[str, tuple[int, float]] = {}  # channel -> (seq of a head beyond us, when to fetch)
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._run, name="keeper", daemon=True)

    @property
    def transport(self) -> str:
        return "socket" if self.line else "http"

    def follow(self, channel: str) -> View:
        return self.views.setdefault(channel, View(channel))

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        self._closing.set()
        line = self.line
        if line:
            line.close()
        if self._thread.is_alive():
            self._thread.join(BREATH)

    def demote(self) -> None:
        """The line did not answer: plain HTTP for a while."""
        self._socket_at = time.monotonic() + self._retry * random.uniform(0.75, 1.25)
        self._retry = min(self._retry * 2, RETRY[1])

    def _run(self) -> None:
        wait = self._waits[0]
        while not self._closing.is_set():
            try:
                if time.monotonic() >= self._socket_at:
                    self._live_on_the_line()
                else:
                    self._ask_in_turn()
                wait = self._waits[0]
            except Unanswered:
                self.demote()
            except (Unreachable, Refused) as fault:
                least = fault.retry_after if isinstance(fault, Refused) else 0.0
                self._closing.wait(max(least, wait * random.uniform(0.5, 1.0)))
                wait = min(wait * 2, self._waits[1])
        self.http.close()

    # --- on the line

    def _live_on_the_line(self) -> None:
        """Until it is lost, or closed by us."""
        line = self._connect(TWO_HEADS if self.views else SILENCE)
        try:
            for view in self.views.values():
                self._know(line.call("follow", {"event": self.http.event, "channel": view.channel}))
            self._fetch_all()
            self.line = line
            self._retry = RETRY[0]
            while self._take_next(line):
                pass
        finally:
            self.line = None
            line.close()
        raise Unreachable("the line was lost")

    def _take_next(self, line: Line) -> bool:
        try:
            event = line.events.get(timeout=self._until_fetch())
        except queue.Empty:
            self._fetch_those_behind()
            return True
        if event is not None:
            self._take(*event)
        return event is not None

    def _take(self, name: str, data: dict[str, Any]) -> None:
        view = self.views.get(data.get("channel", ""))
        if name == "resume":
            self._fetch_all()
        elif name == "changes" and view and not view.take(data):
            self._fetch(view)
        elif name == "head" and view:
            self._know(data)
            self._compare(view, data["seq"], data["digest"])

    def _compare(self, view: View, seq: int, digest: str) -> None:
        if seq > view.cursor:
            self._behind.setdefault(view.channel, (seq, time.monotonic() + BEHIND))
        elif not view.agrees(seq, digest):
            view.clear()
            self._fetch(view)

    def _until_fetch(self) -> float | None:
        """Seconds until something that is behind has to be fetched."""
        self._behind = {name: late for name, late in self._behind.items() if late[0] > self.views[name].cursor}
        return max(0.0, min(at for _, at in self._behind.values()) - time.monotonic()) if self._behind else None

    def _fetch_those_behind(self) -> None:
        for channel, (_, at) in list(self._behind.items()):
            if time.monotonic() >= at:
                del self._behind[channel]
                self._fetch(self.views[channel])

    # --- over plain HTTP

    def _fetch_all(self) -> None:
        for view in self.views.values():
            self._fetch(view)

    def _fetch(self, view: View, held: float = 0.0) -> bool:
        """Everything from the cursor on; whether there was anything. A digest that differs twice is left to the next head."""
        before, resets, more = view.cursor, view.resets, True
        while more and not self._closing.is_set():
            page = self.http.changes(view.channel, view.cursor, wait=held)
            more, held = page["more"], 0.0
            if self._know(page):  # a restored database: our cursor may lie in a future that never happened
                more = True
                continue
            view.take(page)
            if not more and view.resets == resets and not view.agrees(page["seq"], page["digest"]):
                view.clear()
                more = True
        return view.cursor != before

    def _ask_in_turn(self) -> None:
        """Each channel once; with only one, its answer is held until there is something."""
        held = HELD if len(self.views) == 1 else 1.0
        news = [self._fetch(view, held) for view in self.views.values()]
        if not any(news):
            self._closing.wait(PAUSE)

    def _know(self, answer: dict[str, Any]) -> bool:
        """Whether the database is another one than before; then every view starts again."""
        epoch, before = answer["epoch"], self._epoch
        self._epoch = epoch
        self._meet(epoch)
        if not before or epoch == before:
            return False
        for view in self.views.values():
            view.clear()
        return True
