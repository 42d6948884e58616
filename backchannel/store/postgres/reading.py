"""Reading connections: a pool for the greenlets of the process, and one connection for each other native thread.

The pool's locks belong to the thread that made it, because gevent may have patched them. Other native threads, such as
those that compute digests, therefore have their own connection.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any, Protocol, TypeVar

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from backchannel.domain.errors import Busy
from backchannel.store.postgres.connection import Driver, PostgresConnection, configure

T = TypeVar("T")

MAX_CONNECTIONS = 8  # of the pool, so at most this many queries run at once in a process
WAIT_S = 4.0  # how long a query waits for a connection
SETTINGS = {"statement_timeout": "30s", "idle_in_transaction_session_timeout": "60s"}


class Lender(Protocol):
    """A source of connections."""

    def connection(self) -> AbstractContextManager[Driver]:
        """Lend a connection for a `with` block."""

    def check(self) -> None:
        """Drop connections that were lost."""

    def close(self) -> None:
        """Close all connections."""


def pool_of(parameters: dict[str, Any]) -> ConnectionPool[Driver]:
    """Return a pool that opens a connection when one is wanted.

    It keeps none ready and does not try again by itself: its pauses between attempts would double, and a database that
    is back would wait for the end of one.
    """
    return ConnectionPool(
        kwargs=parameters, configure=lambda driver: configure(driver, SETTINGS), min_size=0, max_size=MAX_CONNECTIONS,
        timeout=WAIT_S, reconnect_timeout=0, open=True,
    )  # fmt: skip


class Single:
    """The connection of one native thread."""

    def __init__(self, parameters: dict[str, Any]) -> None:
        self._parameters = parameters
        self._driver: Driver | None = None

    @contextmanager
    def connection(self) -> Iterator[Driver]:
        if self._driver is None or self._driver.closed:
            self._driver = psycopg.connect(**self._parameters)
            configure(self._driver, SETTINGS)
        yield self._driver

    def check(self) -> None:
        """Do nothing: a lost connection is replaced when it is wanted."""

    def close(self) -> None:
        if self._driver is not None:
            self._driver.close()


class ReadingConnection:
    """A `Connection` of store/sql that borrows one for each query, or for a snapshot.

    A query that fails because the server closed the connection runs again on a new one. Raises `Busy` while the
    database can't be reached.
    """

    IN, MINUTE = PostgresConnection.IN, PostgresConnection.MINUTE
    total_changes = 0

    def __init__(self, lender: Lender) -> None:
        self._lender = lender
        self._snapshots: dict[int, PostgresConnection] = {}  # by thread, which is the greenlet in a patched process

    @property
    def in_transaction(self) -> bool:
        return threading.get_ident() in self._snapshots

    def rows(self, sql: str, parameters: Sequence[Any] = (), /) -> list[dict[str, Any]]:
        return self._ask(lambda connection: connection.rows(sql, parameters))

    def tuples(self, sql: str, parameters: Sequence[Any] = (), /) -> list[tuple[Any, ...]]:
        return self._ask(lambda connection: connection.tuples(sql, parameters))

    def run(self, sql: str, parameters: Sequence[Any] = (), /) -> None:
        raise NotImplementedError("readers make no changes")

    def run_many(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> None:
        raise NotImplementedError("readers make no changes")

    def array(self, values: Sequence[str], /) -> list[str]:
        return list(values)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        if self.in_transaction:
            yield
            return
        with self._borrowed() as connection, connection.snapshot():
            self._snapshots[threading.get_ident()] = connection
            try:
                yield
            finally:
                del self._snapshots[threading.get_ident()]

    @contextmanager
    def _borrowed(self) -> Iterator[PostgresConnection]:
        try:
            with self._lender.connection() as driver:
                yield PostgresConnection(driver)
        except psycopg.OperationalError as fault:  # includes PoolTimeout
            raise busy() from fault

    def _ask(self, query: Callable[[PostgresConnection], T]) -> T:
        snapshot = self._snapshots.get(threading.get_ident())
        if snapshot is not None:
            return query(snapshot)
        try:
            with self._lender.connection() as driver:
                return query(PostgresConnection(driver))
        except PoolTimeout as fault:
            raise busy() from fault
        except psycopg.OperationalError:
            self._lender.check()
        with self._borrowed() as connection:
            return query(connection)


def busy() -> Busy:
    """Return the error for everybody who asks while the database can't be reached."""
    return Busy("The server is busy. Nothing was lost; try again in a moment.")
