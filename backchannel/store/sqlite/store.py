"""One SQLite file with one writing connection, and one reading connection a thread.

The database runs in WAL mode with `synchronous=FULL`, so a commit is on disk when it returns. Transactions begin
IMMEDIATE: a deferred one that reads before it writes can fail at any time with "database is locked".
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from backchannel.domain.errors import Busy, DiskFull, Unknown, Unreadable
from backchannel.store.base import Events, Reader
from backchannel.store.sql.store import SqlStore
from backchannel.store.sqlite.connection import LOCK_TIMEOUT_S, SqliteConnection, connect
from backchannel.store.sqlite.remembering import RememberingReader
from backchannel.store.sqlite.schema import migrations, set_up
from backchannel.store.sqlite.secret import stored_secret


class SqliteStore(SqlStore):
    """A store in one file."""

    FAULTS = (sqlite3.OperationalError,)

    def __init__(self, path: Path | str, *, make: bool = True) -> None:
        """Open the database at `path`, creating it unless `make` is false.

        Raises `Unknown` if it does not exist, and `Unreadable` if the file is something else (which is then left as it
        is).
        """
        super().__init__()
        self.path = Path(path)
        if make:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
        elif not self.path.exists():
            raise Unknown(
                f"There is no database at {path}. Create one with `backchannel event create`, or name another with --db."
            )
        self._readers: dict[int, RememberingReader] = {}
        self._connections: list[SqliteConnection] = []
        _refuse_foreign_database(self.path)
        self.path.chmod(0o600)
        self._writing = self._connect()
        set_up(self._writing)

    def _connect(self) -> SqliteConnection:
        self._connections.append(connect(self.path))
        return self._connections[-1]

    def reader(self) -> Reader:
        # Keyed by native thread: greenlets of one thread can share a connection, because the reader leaves no
        # statement open while another greenlet runs.
        thread = threading.get_native_id()
        if thread not in self._readers:
            self._readers[thread] = RememberingReader(self._connect())
        return self._readers[thread]

    @contextmanager
    def transaction(self, events: Events, *, savepoints: bool) -> Iterator[SqliteConnection]:  # noqa: ARG002  one writer at a time
        try:
            self._writing.execute("BEGIN IMMEDIATE")
            yield self._writing
            self._writing.execute("COMMIT")
        finally:
            if self._writing.in_transaction:
                self._writing.execute("ROLLBACK")

    def translate(self, fault: Exception) -> Exception:
        assert isinstance(fault, sqlite3.OperationalError)
        code = fault.sqlite_errorcode & 0xFF  # the high bits say where: SQLITE_IOERR_WRITE, _SHMSIZE, ...
        if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
            return DiskFull()
        if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            return Busy("The server is busy. Nothing was lost; try again in a moment.")
        return fault

    def secret(self) -> str:
        return stored_secret(self.path.with_name(self.path.name + ".secret"))

    def free_bytes(self) -> int:
        return shutil.disk_usage(self.path.parent).free

    def close(self) -> None:
        for connection in self._connections:
            connection.close()
        self._connections.clear()
        self._readers.clear()


def _refuse_foreign_database(path: Path) -> None:
    """Raise `Unreadable` unless the file is empty or one of ours, before opening it could change it."""
    try:
        with closing(sqlite3.connect(path, timeout=LOCK_TIMEOUT_S)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    except sqlite3.DatabaseError as fault:
        if fault.sqlite_errorcode not in (sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT):
            raise
        raise Unreadable(f"{path} isn't a database ({fault}).") from None
    tables.discard(migrations.migrations_table)
    if tables and "meta" not in tables:
        raise Unreadable(f"{path} is another program's database ({', '.join(sorted(tables)[:3])}).")
