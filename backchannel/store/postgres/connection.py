"""Connections to PostgreSQL through psycopg, as the shared queries need them.

psycopg waits with `select`, so in a process that gevent has patched, a query lets other greenlets run:
https://www.psycopg.org/psycopg3/docs/advanced/async.html#gevent-support
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import TransactionStatus
from psycopg.rows import dict_row, tuple_row

from backchannel.domain.errors import Invalid
from backchannel.store.sql.writer import NeedsSavepoints

Driver = psycopg.Connection[tuple[Any, ...]]

DEFAULTS = {  # of a connection, unless the address says otherwise; times are in seconds
    "application_name": "backchannel", "connect_timeout": 3, "keepalives_idle": 10, "keepalives_interval": 5,
    "keepalives_count": 2, "tcp_user_timeout": 8000,  # milliseconds
}  # fmt: skip


def parameters(address: str) -> dict[str, Any]:
    """Return the parameters of a connection in which each statement is a transaction. Raises `Invalid`."""
    try:
        return {**DEFAULTS, **conninfo_to_dict(address), "autocommit": True}
    except psycopg.ProgrammingError:  # its message may contain the password
        raise Invalid("BACKCHANNEL_DB isn't a PostgreSQL address. Use postgresql://user:password@host/database.") from None


def configure(driver: Driver, settings: Mapping[str, str]) -> None:
    """Set parameters of the server for this connection."""
    for name, value in settings.items():
        driver.execute("SELECT set_config(%s, %s, false)", (name, value))


@cache
def translate(sql: str) -> str:
    """Return the statement with psycopg's placeholders.

    >>> translate("SELECT seq FROM item WHERE id = ?")
    'SELECT seq FROM item WHERE id = %s'
    """
    return sql.replace("%", "%%").replace("?", "%s")


class PostgresConnection:
    """A `Connection` of store/sql over one connection of psycopg.

    With `pipelined`, the driver is in pipeline mode: changes are sent without waiting for their results, and an error
    appears at a later statement. Any error then means that the jobs must run again with savepoints.
    """

    IN = "= ANY(?)"
    MINUTE = "(extract(epoch FROM (substr(item.at, 1, 16) || '+00')::timestamptz) / 60)::bigint"

    def __init__(self, driver: Driver, *, pipelined: bool = False) -> None:
        self._driver = driver
        self._pipelined = pipelined
        self.total_changes = 0

    @property
    def in_transaction(self) -> bool:
        return self._driver.info.transaction_status in (TransactionStatus.INTRANS, TransactionStatus.INERROR)

    def rows(self, sql: str, parameters: Sequence[Any] = (), /) -> list[dict[str, Any]]:
        with self._errors():
            return self._driver.cursor(row_factory=dict_row).execute(translate(sql), parameters).fetchall()

    def tuples(self, sql: str, parameters: Sequence[Any] = (), /) -> list[tuple[Any, ...]]:
        with self._errors():
            return self._driver.cursor(row_factory=tuple_row).execute(translate(sql), parameters).fetchall()

    def run(self, sql: str, parameters: Sequence[Any] = (), /) -> None:
        self.total_changes += 1
        with self._errors():
            self._driver.cursor().execute(translate(sql), parameters)

    def run_many(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> None:
        self.total_changes += 1
        with self._errors():
            self._driver.cursor().executemany(translate(sql), parameters)

    def array(self, values: Sequence[str], /) -> list[str]:
        return list(values)

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        if self.in_transaction:
            yield
            return
        self._driver.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        try:
            yield
        finally:
            if not self._driver.closed:
                self._driver.execute("ROLLBACK")

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except psycopg.Error as fault:
            if self._pipelined and not isinstance(fault, psycopg.OperationalError):
                raise NeedsSavepoints from fault
            raise
