"""A connection to an SQLite file, with the store's settings."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LOCK_TIMEOUT_S = 5.0  # how long a commit waits for another process before it answers `Busy`
PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON")


class SqliteConnection(sqlite3.Connection):
    """A `Connection` of store/sql."""

    IN = "IN (SELECT value FROM json_each(?))"
    MINUTE = "strftime('%s', substr(item.at, 1, 16)) / 60"  # 16 characters of a time, without its seconds

    def rows(self, sql: str, parameters: Sequence[Any] = (), /) -> list[sqlite3.Row]:
        cursor = self.cursor()
        cursor.row_factory = sqlite3.Row
        return cursor.execute(sql, parameters).fetchall()

    def tuples(self, sql: str, parameters: Sequence[Any] = (), /) -> list[tuple[Any, ...]]:
        return self.execute(sql, parameters).fetchall()

    def run(self, sql: str, parameters: Sequence[Any] = (), /) -> None:
        self.execute(sql, parameters)

    def run_many(self, sql: str, parameters: Sequence[Sequence[Any]], /) -> None:
        self.executemany(sql, parameters)

    def array(self, values: Sequence[str], /) -> str:
        return json.dumps(list(values))

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        if self.in_transaction:  # a writer is already inside a transaction
            yield
            return
        self.execute("BEGIN")
        try:
            yield
        finally:
            self.execute("COMMIT")


def connect(path: Path) -> SqliteConnection:
    """Open a connection. It is used by one thread at a time."""
    connection = sqlite3.connect(
        path, timeout=LOCK_TIMEOUT_S, isolation_level=None,
        check_same_thread=False,  # SQLite's own check would forbid closing it from another thread
        factory=SqliteConnection,
    )  # fmt: skip
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection
