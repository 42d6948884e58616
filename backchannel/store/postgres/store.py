"""A store in PostgreSQL: one writing connection, and a pool for reading.

Jobs read before they write, so transactions that touch the same event must not overlap. Each takes an advisory lock on
its events first, in the order of their names, so that two never wait for each other. Transactions about different events
run at the same time. A job that doesn't name its event locks the whole store.

The lock is held until the commit is visible. A reader that has seen a seq of an event has therefore seen all smaller ones.
"""

from __future__ import annotations

import atexit
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import psycopg
from psycopg import errors

from backchannel.domain.errors import DiskFull
from backchannel.store.base import Events, Reader
from backchannel.store.postgres.connection import Driver, PostgresConnection, configure, parameters
from backchannel.store.postgres.reading import Lender, ReadingConnection, Single, busy, pool_of
from backchannel.store.postgres.schema import set_up
from backchannel.store.sql.reader import SqlReader
from backchannel.store.sql.store import SqlStore
from backchannel.store.sql.writer import NeedsSavepoints

LOCK_TIMEOUT_S = 5  # how long a commit waits for another process before it answers `Busy`
SETTINGS = {
    "synchronous_commit": "on",  # a commit is on disk when it returns, whatever the server's default is
    "lock_timeout": f"{LOCK_TIMEOUT_S}s",
    "statement_timeout": "30s",
    "idle_in_transaction_session_timeout": "10s",  # a process that hangs must not keep its lock
}
STORE_LOCK = 0x6261636B  # "back": shared by transactions that name their events


class PostgresStore(SqlStore):
    """A store in a PostgreSQL database, at `address`, such as `postgresql://user@host/database`."""

    FAULTS = (psycopg.OperationalError, psycopg.InterfaceError)

    def __init__(self, address: str, *, make: bool = True) -> None:
        """Open the database and apply pending migrations. Raises `Unknown` if it has no tables yet and `make` is false,
        and `Busy` if it can't be reached.
        """
        super().__init__()
        self._parameters = parameters(address)
        self._thread = threading.get_native_id()
        self._readers: dict[int, SqlReader] = {}
        self._lenders: list[Lender] = []
        self._writing: Driver | None = None
        set_up(self._parameters, make=make)
        atexit.register(self.close)  # a pool that is left open complains at the end of the process

    def reader(self) -> Reader:
        thread = threading.get_native_id()
        if thread not in self._readers:
            lender: Lender = pool_of(self._parameters) if thread == self._thread else Single(self._parameters)
            self._lenders.append(lender)
            self._readers[thread] = SqlReader(ReadingConnection(lender))
        return self._readers[thread]

    @contextmanager
    def transaction(self, events: Events, *, savepoints: bool) -> Iterator[PostgresConnection]:
        driver = self._connected()
        try:
            with nullcontext() if savepoints else driver.pipeline():
                driver.execute("BEGIN")
                _lock(driver, events)
                yield PostgresConnection(driver, pipelined=not savepoints)
                done = driver.execute("COMMIT")
            if done.statusmessage != "COMMIT":  # a job went on after an error of the database
                raise psycopg.InternalError(f"the transaction ended with {done.statusmessage}")
        except BaseException as fault:
            self._roll_back(driver)
            if isinstance(fault, psycopg.Error) and not isinstance(fault, self.FAULTS) and not savepoints:
                raise NeedsSavepoints from fault
            raise

    def _connected(self) -> Driver:
        if self._writing is None or self._writing.closed:
            self._writing = psycopg.connect(**self._parameters)
            configure(self._writing, SETTINGS)
        return self._writing

    def _roll_back(self, driver: Driver) -> None:
        try:
            driver.rollback()
        except psycopg.Error:
            driver.close()

    def translate(self, fault: Exception) -> Exception:
        return DiskFull() if isinstance(fault, errors.DiskFull) else busy()

    def secret(self) -> str:
        with psycopg.connect(**self._parameters) as driver:
            driver.execute(
                "INSERT INTO meta VALUES ('secret', %s) ON CONFLICT DO NOTHING", (secrets.token_urlsafe(48),)
            )
            return str(driver.execute("SELECT value FROM meta WHERE key = 'secret'").fetchall()[0][0])

    def free_bytes(self) -> int:
        """Return a large number: the database's disk can't be measured from here. A full one answers `DiskFull`."""
        return 1 << 62

    def close(self) -> None:
        atexit.unregister(self.close)
        for lender in self._lenders:
            lender.close()
        if self._writing is not None:
            self._writing.close()
        self._lenders.clear()
        self._readers.clear()


def _lock(driver: Driver, events: Events) -> None:
    """Wait for all transactions that share an event with this one, and keep the later ones waiting."""
    if events is None:
        driver.execute("SELECT pg_advisory_xact_lock(%s)", (STORE_LOCK,))
        return
    driver.execute("SELECT pg_advisory_xact_lock_shared(%s)", (STORE_LOCK,))
    for event in sorted(events):
        driver.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", (event,))
