"""One SQLite file with one writing connection, and one reading connection a thread.

The database runs in WAL mode with `synchronous=FULL`, so a commit is on disk when it returns. Transactions begin
IMMEDIATE: a deferred one that reads before it writes can fail at any time with "database is locked".
"""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import TypeVar

from backchannel.domain.errors import Busy, DiskFull, Unknown, Unreadable
from backchannel.store.base import Job, JobResult, Reader, Repeatable, Writer
from backchannel.store.sqlite.remembering import RememberingReader
from backchannel.store.sqlite.schema import migrations, set_up
from backchannel.store.sqlite.writer import NeedsSavepoints, SqliteWriter

T = TypeVar("T")

LOCK_TIMEOUT_S = 5.0  # how long a commit waits for another process before it answers `Busy`


class SqliteStore:
    """A store in one file. `write` commits each job on its own; `store.group` shares commits."""

    def __init__(self, path: Path | str, *, make: bool = True) -> None:
        """Open the database at `path`, creating it unless `make` is false.

        Raises `Unknown` if it does not exist, and `Unreadable` if the file is something else (which is then left as it
        is).
        """
        self.path = Path(path)
        if make:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.touch(mode=0o600)
        elif not self.path.exists():
            raise Unknown(
                f"There is no database at {path}. Create one with `backchannel event create`, or name another with --db."
            )
        self._readers: dict[int, RememberingReader] = {}
        self._connections: list[sqlite3.Connection] = []
        _refuse_foreign_database(self.path)
        self.path.chmod(0o600)
        self._writing = self._connect()
        self._lock = threading.Lock()
        set_up(self._writing)

    def _connect(self) -> sqlite3.Connection:
        # A connection is used by one thread at a time. SQLite's own check would forbid closing it from another.
        connection = sqlite3.connect(self.path, timeout=LOCK_TIMEOUT_S, isolation_level=None, check_same_thread=False)
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")
        self._connections.append(connection)
        return connection

    def reader(self) -> Reader:
        # Keyed by native thread: greenlets of one thread can share a connection, because the reader leaves no
        # statement open while another greenlet runs.
        thread = threading.get_native_id()
        if thread not in self._readers:
            self._readers[thread] = RememberingReader(self._connect())
        return self._readers[thread]

    def write(self, job: Callable[[Writer], T]) -> T:
        ((ok, result),) = self.commit([job])
        if not ok:
            raise result
        return result  # type: ignore[no-any-return]

    def commit(self, jobs: Sequence[Job]) -> list[JobResult]:
        """Run the jobs in one transaction. A failing job is undone alone; a failing commit fails them all."""
        with self._lock:
            try:
                if all(isinstance(job, Repeatable) for job in jobs):
                    with suppress(NeedsSavepoints):
                        return self._transact(jobs, savepoints=False)
                return self._transact(jobs, savepoints=True)
            except sqlite3.OperationalError as fault:
                return [(False, _translate_error(fault))] * len(jobs)

    def _transact(self, jobs: Sequence[Job], *, savepoints: bool) -> list[JobResult]:
        try:
            self._writing.execute("BEGIN IMMEDIATE")
            writer = SqliteWriter(self._writing, savepoints=savepoints)
            outcomes = [_attempt(writer, job) for job in jobs]
            self._writing.execute("COMMIT")
            return outcomes
        finally:
            if self._writing.in_transaction:
                self._writing.execute("ROLLBACK")

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


def _attempt(writer: SqliteWriter, job: Job) -> JobResult:
    try:
        return True, writer.attempt(lambda: job(writer))
    except (sqlite3.OperationalError, NeedsSavepoints):
        raise  # a full disk or a lock leaves the whole transaction in doubt
    except Exception as fault:
        return False, fault


def _translate_error(fault: sqlite3.OperationalError) -> Exception:
    code = fault.sqlite_errorcode & 0xFF  # the high bits say where: SQLITE_IOERR_WRITE, _SHMSIZE, ...
    if code in (sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR):
        return DiskFull()
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return Busy("The server is busy. Nothing was lost; try again in a moment.")
    return fault
