"""One guarded connection: looked up once, checked, connected to the address that was checked, never past its budget.

It stands where the HTTP library opens its sockets, so that nothing is ever connected that did not pass here, while the
address asked for keeps its name for `Host` and for the certificate. The deadline is for everything together: a server
that sends one byte now and then, in the body, in the headers or in the TLS handshake, is cut off like any other.

It works the same on plain sockets and on gevent's.
"""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from functools import partial
from math import inf
from threading import Thread
from typing import Any, TypeVar

import httpcore2

from backchannel.domain.errors import FeedRefused, Unreadable

from .guard import REFUSED, check_addresses

BROKEN_OFF = "The feed's server broke off its answer, or does not answer as a web server should."
SLOW = "The feed's server took longer than {seconds:g} seconds to answer."
LARGE = "The feed is larger than {megabytes:g} MB."

PIECE = 8 * 1024  # bytes read in one go; what they may cost to take apart is how long others wait

T = TypeVar("T")
Resolve = Callable[[str, int], list[str]]  # name, port -> the addresses it stands for, as text


@dataclass(kw_only=True)
class Budget:
    """What one fetch may cost, redirects and all; `spent` says how much of the wire is used up."""

    total: float = 20.0  # seconds
    connect: float = 5.0  # seconds, of each look-up and each connection
    wire: int = 5 * 1024 * 1024  # bytes, as they came
    inflated: int = 10 * 1024 * 1024  # bytes, unpacked
    redirects: int = 3
    head: int = 256 * 1024  # bytes before the answer proper: headers, the handshake, any number of `100 Continue`
    spent: int = 0
    began: float = field(default_factory=time.monotonic)

    _head_ends: float = inf

    def expect_head(self) -> None:
        """From now on headers come; they cost ten times as much to take apart as to send, so they have a limit of their own."""
        self._head_ends = self.spent + self.head

    def expect_body(self) -> None:
        self._head_ends = inf

    def left(self) -> float:
        """Seconds; `Unreadable` when there are none."""
        seconds = self.began + self.total - time.monotonic()
        if seconds <= 0:
            raise Unreadable(SLOW.format(seconds=self.total))
        return seconds

    def spend(self, size: int) -> None:
        """So many bytes came; `Unreadable` when they are too many."""
        self.spent += size
        if self.spent > self._head_ends:
            raise Unreadable(BROKEN_OFF)
        if self.spent > self.wire:
            raise Unreadable(LARGE.format(megabytes=self.wire / 1024 / 1024))


def look_up(name: str, port: int) -> list[str]:
    """Every address that the system knows for a name."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


@dataclass(frozen=True)
class FixedNames:
    """A `Resolve` for tests: names and what they stand for. A list of lists answers once each, in turn (rebinding)."""

    names: dict[str, list[list[str]]]

    def __call__(self, name: str, port: int) -> list[str]:
        answers = self.names.get(name)
        if not answers:
            raise OSError(f"no such name: {name}")
        return answers.pop(0) if len(answers) > 1 else answers[0]


class GuardedBackend(httpcore2.NetworkBackend):
    """How the HTTP library opens sockets: through the guard, within the budget."""

    def __init__(
        self,
        budget: Budget,
        *,
        allow: Collection[str] = (),
        resolve: Resolve = look_up,
        connect: Callable[[tuple[str, int], float], socket.socket] = socket.create_connection,
    ) -> None:
        self._budget = budget
        self._allow = allow
        self._resolve = resolve
        self._connect = connect

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore2.NetworkStream:
        until = time.monotonic() + min(self._budget.connect, self._budget.left())
        addresses = check_addresses(self._look_up(host.strip("[]"), port), port, self._allow)
        for address in addresses:
            try:
                sock = self._connect((address, port), max(until - time.monotonic(), 0.01))
            except OSError:
                continue
            sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return BudgetedStream(sock, self._budget)
        raise FeedRefused(REFUSED, field="url")

    def _look_up(self, host: str, port: int) -> list[str]:
        """A look-up cannot be given a time limit, but it can be left alone."""
        found: list[str] = []

        def ask() -> None:
            try:
                found.extend(self._resolve(host, port))
            except (OSError, UnicodeError):  # no such name; a name that cannot be one
                found.clear()

        thread = Thread(target=ask, daemon=True, name="look-up")
        thread.start()
        thread.join(min(self._budget.connect, self._budget.left()))
        return [] if thread.is_alive() else found


class BudgetedStream(httpcore2.NetworkStream):
    """A socket whose every wait ends with the budget, whatever the HTTP library asks for."""

    def __init__(self, sock: socket.socket, budget: Budget) -> None:
        self._sock = sock
        self._budget = budget

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        time.sleep(0)  # gevent switches only where it must wait; a fast endless sender would never let others in
        try:
            self._sock.settimeout(self._budget.left())
            data = self._sock.recv(min(max_bytes, PIECE))
        except TimeoutError:
            self._budget.left()  # says it better
            raise httpcore2.ReadTimeout() from None
        except OSError as error:
            raise httpcore2.ReadError(str(error)) from error
        self._budget.spend(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            self._sock.settimeout(self._budget.left())
            self._sock.sendall(buffer)
        except OSError as error:
            raise httpcore2.WriteError(str(error)) from error

    def close(self) -> None:
        self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        try:
            return TlsStream(self, ssl_context, server_hostname)
        except (ssl.SSLError, httpcore2.NetworkError, ValueError) as error:
            self.close()
            raise httpcore2.ConnectError(str(error)) from error
        except BaseException:
            self.close()
            raise

    def get_extra_info(self, info: str) -> Any:
        return None


class TlsStream(httpcore2.NetworkStream):
    """TLS over a budgeted stream.

    Not `SSLContext.wrap_socket`: gevent's waits anew for each byte of the handshake, so that one byte every four
    seconds would keep it for hours. Here every wait is the stream's below, which knows the deadline.
    """

    def __init__(self, below: BudgetedStream, context: ssl.SSLContext, name: str | None) -> None:
        self._below = below
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=name)
        self._until_done(self._tls.do_handshake)

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        try:
            return self._until_done(partial(self._tls.read, max_bytes))
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):  # hung up; whether too early, the HTTP library knows
            return b""
        except ssl.SSLError as error:
            raise httpcore2.ReadError(str(error)) from error

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        try:
            while buffer:
                buffer = buffer[self._until_done(partial(self._tls.write, buffer)) :]
        except ssl.SSLError as error:
            raise httpcore2.WriteError(str(error)) from error

    def close(self) -> None:
        self._below.close()

    def get_extra_info(self, info: str) -> Any:
        return self._tls if info == "ssl_object" else None

    def _until_done(self, step: Callable[[], T]) -> T:
        while True:
            try:
                done = step()
            except ssl.SSLWantReadError:
                self._send()
                self._receive()
            else:
                self._send()
                return done

    def _send(self) -> None:
        if data := self._outgoing.read():
            self._below.write(data)

    def _receive(self) -> None:
        if data := self._below.read(64 * 1024):
            self._incoming.write(data)
        else:
            self._incoming.write_eof()
