"""One socket connection: the part of Socket.IO 5 over Engine.IO 4 that the protocol needs, over WebSocket only.

A dedicated thread reads, so that frames keep their order (python-socketio's client starts a thread for every message).
Messages by their first characters:

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

ANSWER_TIMEOUT_S = 4.0  # seconds to wait for an answer
SILENCE_TIMEOUT_S = 46.0  # seconds without a message: the server pings every 25 s and waits 20

Message = dict[str, Any]
_PACKET = re.compile(r"(4[0-4]|[0-6])(\d*)(.*)", re.DOTALL)


class Connection:
    """An open connection. `events` receives (name, data) in order of arrival, and None at the end."""

    def __init__(
        self,
        server: str,
        auth: Mapping[str, Any],
        *,
        timeout: float = ANSWER_TIMEOUT_S,
        silence: float = SILENCE_TIMEOUT_S,
    ):
        self.events: queue.SimpleQueue[tuple[str, Message] | None] = queue.SimpleQueue()
        self.closed = False
        self._timeout = timeout
        self._numbers = itertools.count()
        self._awaited: dict[int, Future[Message]] = {}
        self._socket = self._connect(server, auth)
        self._socket.settimeout(silence)
        threading.Thread(target=self._read, name="line", daemon=True).start()

    def _connect(self, server: str, auth: Mapping[str, Any]) -> websocket.WebSocket:
        address = re.sub("^http", "ws", server.rstrip("/")) + "/socket.io/?EIO=4&transport=websocket"
        try:
            socket = websocket.create_connection(address, timeout=self._timeout, enable_multithread=True)
        except (websocket.WebSocketException, OSError) as fault:
            raise (Unanswered if _late(fault) else Unreachable)(f"no socket: {fault!r}") from fault
        try:
            self._greet(socket, auth)
        except (websocket.WebSocketException, OSError) as fault:
            _shut_down(socket)
            raise (Unanswered if _late(fault) else Unreachable)(f"no greeting: {fault!r}") from fault
        except Refused:
            _shut_down(socket)
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

    # --- sending

    def call(self, event: str, message: Message) -> Message:
        """Send a message and wait for its ack. Raises `Unanswered` after the timeout and closes the connection."""
        number, answer = next(self._numbers), Future[Message]()
        self._awaited[number] = answer
        try:
            self._socket.send(f"42{number}" + json.dumps([event, message]))
            answered = answer.result(self._timeout)
        except (Late, websocket.WebSocketTimeoutException) as fault:
            self.close()
            raise Unanswered(f"no answer to {event}") from fault
        except (websocket.WebSocketException, OSError) as fault:
            self.close()
            raise Unreachable(f"could not send {event}: {fault!r}") from fault
        finally:
            self._awaited.pop(number, None)
        if "error" in answered:
            raise Refused(answered["error"])
        return answered

    def close(self) -> None:
        """Close the socket immediately, without a close frame."""
        self.closed = True
        _shut_down(self._socket)

    # --- receiving

    def _read(self) -> None:
        try:
            while text := self._socket.recv():
                self._take(str(text))
        except (websocket.WebSocketException, OSError, ValueError, AttributeError):
            pass  # lost, silent for too long, not Socket.IO, or closed while reading
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
            raise ValueError("the server closed the connection")


def _shut_down(socket: websocket.WebSocket) -> None:
    """Shut the socket down, because closing alone does not wake the reading thread."""
    if socket.sock is not None:
        with contextlib.suppress(OSError):
            socket.sock.shutdown(SHUT_RDWR)
    socket.shutdown()  # type: ignore[no-untyped-call]


def _late(fault: Exception) -> bool:
    return isinstance(fault, TimeoutError | websocket.WebSocketTimeoutException)
