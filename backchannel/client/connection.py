"""One connection of the socket: as much of Socket.IO 5 over Engine.IO 4 as the protocol needs, websocket only.

A thread of its own reads, so that frames come in the order they were sent (python-socketio's client starts a thread for
every message, which may change it). What is read, by its first characters:

    0{...}              Engine.IO is open: pingInterval, pingTimeout
    2                   a ping; 3 is the answer
    40{...} 44{...}     Socket.IO is connected, or refused: {"message": ...}
    42["changes",{..}]  an event
    43<n>[{...}]        the ack of message n
"""

from __future__ import annotations

import contextlib
import itertools
import json
import queue
import re
import threading
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as Late
from socket import SHUT_RDWR
from typing import Any

import websocket

from backchannel.client.errors import Refused, Unanswered, Unreachable

PATIENCE = 4.0  # seconds for an answer
SILENCE = 46.0  # seconds without a word: the server pings every 25 s and waits 20

Message = dict[str, Any]
_PACKET = re.compile(r"(4[0-4]|[0-6])(\d*)(.*)", re.DOTALL)


class Line:
    """Connected when made. `events` has (name, data) in the order of arrival, and None when the connection is over."""

    def __init__(self, server: str, auth: Mapping[str, Any], *, patience: float = PATIENCE, silence: float = SILENCE):
        self.events: queue.SimpleQueue[tuple[str, Message] | None] = queue.SimpleQueue()
        self.closed = False
        self._patience = patience
        self._numbers = itertools.count()
        self._awaited: dict[int, Future[Message]] = {}
        self._socket = self._connect(server, auth)
        self._socket.settimeout(silence)
        threading.Thread(target=self._read, name="line", daemon=True).start()

    def _connect(self, server: str, auth: Mapping[str, Any]) -> websocket.WebSocket:
        address = re.sub("^http", "ws", server.rstrip("/")) + "/socket.io/?EIO=4&transport=websocket"
        try:
            socket = websocket.create_connection(address, timeout=self._patience, enable_multithread=True)
        except (websocket.WebSocketException, OSError) as fault:
            raise (Unanswered if _late(fault) else Unreachable)(f"no socket: {fault!r}") from fault
        try:
            self._greet(socket, auth)
        except (websocket.WebSocketException, OSError) as fault:
            _hang_up(socket)
            raise (Unanswered if _late(fault) else Unreachable)(f"no greeting: {fault!r}") from fault
        except Refused:
            _hang_up(socket)
            raise
        return socket

    @staticmethod
    def _greet(socket: websocket.WebSocket, auth: Mapping[str, Any]) -> None:
        socket.recv()  # 0{...}
        socket.send("40" + json.dumps(auth))
        while (answer := str(socket.recv()))[:2] not in ("40", "44"):
            if not answer:
                raise websocket.WebSocketConnectionClosedException("closed instead of a greeting")
        if answer[:2] == "44":
            raise Refused({"code": "bad_pass", "permanent": True} | json.loads(answer[2:] or "{}"))

    # --- what goes out

    def call(self, event: str, message: Message) -> Message:
        """Send, and wait for the ack. `Unanswered`: nothing came in time; the line is of no use any more and is closed."""
        number, answer = next(self._numbers), Future[Message]()
        self._awaited[number] = answer
        try:
            self._socket.send(f"42{number}" + json.dumps([event, message]))
            told = answer.result(self._patience)
        except (Late, websocket.WebSocketTimeoutException) as fault:
            self.close()
            raise Unanswered(f"no answer to {event}") from fault
        except (websocket.WebSocketException, OSError) as fault:
            self.close()
            raise Unreachable(f"{event} did not go out: {fault!r}") from fault
        finally:
            self._awaited.pop(number, None)
        if "error" in told:
            raise Refused(told["error"])
        return told

    def close(self) -> None:
        """At once, without a last word: it may be that nobody listens."""
        self.closed = True
        _hang_up(self._socket)

    # --- what comes in

    def _read(self) -> None:
        try:
            while text := self._socket.recv():
                self._take(str(text))
        except (websocket.WebSocketException, OSError, ValueError, AttributeError):
            pass  # lost, silent for too long, no Socket.IO, or closed by us in the middle of reading
        finally:
            self.close()
            self.events.put(None)
            for answer in list(self._awaited.values()):
                if not answer.done():
                    answer.set_exception(Unreachable("the connection was lost before the answer came"))

    def _take(self, text: str) -> None:
        found = _PACKET.match(text)
        kind, number, rest = found.groups() if found else ("", "", "")
        if kind == "2":
            self._socket.send("3")
        elif kind == "42":
            name, data = json.loads(rest)
            self.events.put((name, data))
        elif kind == "43" and int(number) in self._awaited:
            self._awaited[int(number)].set_result(json.loads(rest)[0])
        elif kind in ("1", "41"):
            raise ValueError("the server says goodbye")


def _hang_up(socket: websocket.WebSocket) -> None:
    """Closing alone does not wake the thread that reads."""
    if socket.sock is not None:
        with contextlib.suppress(OSError):
            socket.sock.shutdown(SHUT_RDWR)
    socket.shutdown()  # type: ignore[no-untyped-call]


def _late(fault: Exception) -> bool:
    return isinstance(fault, TimeoutError | websocket.WebSocketTimeoutException)
