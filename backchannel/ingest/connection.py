"""One guarded connection: the name is resolved once, checked, and connected to at the checked address, within a budget.

The HTTP library opens its sockets here, so nothing is connected without the check. `Host` and the certificate still use
the name. The deadline covers everything together, so a server that sends one byte now and then is cut off, whether in
the body, the headers or the TLS handshake. It works on plain sockets and on gevent's.
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

BROKEN_OFF = "The feed's server broke off its answer, or doesn't speak HTTP."
SLOW = "The feed's server took longer than {seconds:g} seconds to answer."
LARGE = "The feed is larger than {megabytes:g} MB."

READ_BYTES = 8 * 1024  # bytes per read, which limits how long parsing them blocks others

T = TypeVar("T")
Resolve = Callable[[str, int], list[str]]  # name, port -> addresses as text


@dataclass(kw_only=True)
class Budget:
    """The limits of one fetch including redirects. `spent` is the number of received bytes."""

    total: float = 20.0  # seconds
    connect: float = 5.0  # seconds for each lookup and each connection
    wire: int = 5 * 1024 * 1024  # bytes as received
    inflated: int = 10 * 1024 * 1024  # bytes after decompression
    redirects: int = 3
    head: int = 256 * 1024  # bytes of headers, handshake and `100 Continue`
    spent: int = 0
    began: float = field(default_factory=time.monotonic)

    _head_ends: float = inf

    def expect_head(self) -> None:
        """Count the following bytes as headers, which have a lower limit because parsing them costs more."""
        self._head_ends = self.spent + self.head

    def expect_body(self) -> None:
        self._head_ends = inf

    def left(self) -> float:
        """Return the remaining seconds. Raises `Unreadable` if there are none."""
        seconds = self.began + self.total - time.monotonic()
        if seconds <= 0:
            raise Unreadable(SLOW.format(seconds=self.total))
        return seconds

    def spend(self, size: int) -> None:
        """Count received bytes. Raises `Unreadable` beyond the limit."""
        self.spent += size
        if self.spent > self._head_ends:
            raise Unreadable(BROKEN_OFF)
        if self.spent > self.wire:
            raise Unreadable(LARGE.format(megabytes=self.wire / 1024 / 1024))


def look_up(name: str, port: int) -> list[str]:
    """Return every address of a name."""
    found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


@dataclass(frozen=True)
class FixedNames:
    """A `Resolve` for tests, with a table of names. A list of lists gives one answer after the other (rebinding)."""

    names: dict[str, list[list[str]]]

    def __call__(self, name: str, port: int) -> list[str]:
        answers = self.names.get(name)
        if not answers:
            raise OSError(f"no such name: {name}")
        return answers.pop(0) if len(answers) > 1 else answers[0]


class GuardedBackend(httpcore2.NetworkBackend):
    """Opens the HTTP library's sockets through the guard and within the budget."""

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
        """Look up a name with a time limit, by abandoning a lookup that takes too long."""
        found: list[str] = []

        def ask() -> None:
            try:
                found.extend(self._resolve(host, port))
            except (OSError, UnicodeError):  # no such name, or an impossible one
                found.clear()

        thread = Thread(target=ask, daemon=True, name="look-up")
        thread.start()
        thread.join(min(self._budget.connect, self._budget.left()))
        return [] if thread.is_alive() else found


class BudgetedStream(httpcore2.NetworkStream):
    """A socket whose every wait ends with the budget, whatever timeout the HTTP library asks for."""

    def __init__(self, sock: socket.socket, budget: Budget) -> None:
        self._sock = sock
        self._budget = budget

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        time.sleep(0)  # gevent only switches when it must wait, so a fast sender would never let others run
        try:
            self._sock.settimeout(self._budget.left())
            data = self._sock.recv(min(max_bytes, READ_BYTES))
        except TimeoutError:
            self._budget.left()  # raises the better message
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

    `SSLContext.wrap_socket` under gevent restarts its timeout for each byte of the handshake, so a slow server could
    hold it for hours. Here every wait uses the stream below, which knows the deadline.
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
        except (ssl.SSLZeroReturnError, ssl.SSLEOFError):  # closed; the HTTP library knows whether that was too early
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
