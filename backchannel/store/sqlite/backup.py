"""Backup and restore through SQLite's backup API.

It copies a consistent database while others write to it. A plain copy of the file would miss the write-ahead log.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from backchannel.domain.errors import AlreadyExists, Unknown, Unreadable
from backchannel.domain.ids import uuid7
from backchannel.store.sql import counters
from backchannel.store.sqlite.connection import SqliteConnection
from backchannel.store.sqlite.schema import fill_counts, set_up

PAGES_PER_STEP = 2000  # copied between two calls of `progress`
Progress = Callable[[int, int], None]  # (pages left, total pages)


def _no_progress(_left: int, _total: int) -> None:
    """Show nothing."""


def backup(db: Path, to: Path, progress: Progress = _no_progress) -> None:
    """Copy the database to a new file. Raises `Unknown` if there is no database, `AlreadyExists` if `to` exists."""
    if not db.exists():
        raise Unknown(f"There is no database at {db}. Check --db or BACKCHANNEL_DB.")
    if to.exists():
        raise AlreadyExists(f"{to} already exists. Choose another name: a backup never overwrites a file.")
    to.parent.mkdir(parents=True, exist_ok=True)
    _copy(db, to, progress)
    to.chmod(0o600)


def restore(copy: Path, db: Path, progress: Progress = _no_progress) -> None:
    """Replace the database with a backup, even while a server runs.

    The database gets a new epoch, so that phones send again what they had sent since the backup.
    """
    faults = damage(copy)
    if faults:
        raise Unreadable(f"{copy} isn't a sound backup ({faults[0]}). Nothing was changed.")
    db.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=db.parent) as folder:
        fresh = Path(folder) / "restored.db"
        _copy(copy, fresh)
        _renew(fresh)
        _copy(fresh, db, progress)
    db.chmod(0o600)


def check(db: Path) -> list[str]:
    """Return what is wrong with a database: SQLite's complaints and wrong counts, or an empty list if it is sound."""
    return damage(db) or _miscounts(db)


def damage(db: Path) -> list[str]:
    """Return SQLite's complaints about a database, or an empty list if there are none."""
    if not db.exists():
        return ["there is no such file"]
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    try:
        found = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
        connection.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchone()
        return [fault for fault in found if fault != "ok"]
    except sqlite3.DatabaseError as fault:
        return [str(fault)]
    finally:
        connection.close()


def _miscounts(db: Path) -> list[str]:
    """Return a sentence for each table of counts that differs from the items."""
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True, factory=SqliteConnection)) as connection:
        if not connection.tuples("SELECT 1 FROM sqlite_master WHERE name = 'tally'"):  # not opened since an earlier version
            return []
        connection.execute("BEGIN")  # one moment for all queries, while a server writes
        wrong = counters.miscounted(connection)
    return [f"the counts in “{table}” are wrong. Back up and restore the database to count again" for table in wrong]


def _copy(source: Path, target: Path, progress: Progress = _no_progress) -> None:
    ours, theirs = sqlite3.connect(source), sqlite3.connect(target, timeout=30)
    try:
        ours.backup(theirs, pages=PAGES_PER_STEP, progress=lambda _status, left, total: progress(left, total))
    finally:
        ours.close()
        theirs.close()


def _renew(db: Path) -> None:
    connection = sqlite3.connect(db, isolation_level=None)
    try:
        # The pages themselves record the journal mode, so set the one that the restored database will have.
        connection.execute("PRAGMA journal_mode=WAL")
        set_up(connection)
        fill_counts(connection)
        connection.execute("UPDATE meta SET value = ? WHERE key = 'epoch'", (uuid7(),))
    finally:
        connection.close()
