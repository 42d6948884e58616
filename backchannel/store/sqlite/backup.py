"""Backups by SQLite's own backup API: whole, whatever is being written meanwhile. (A copied file without its WAL is not.)"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Callable
from pathlib import Path

from backchannel.domain.errors import AlreadyExists, Unknown, Unreadable
from backchannel.domain.ids import uuid7
from backchannel.store.sqlite.schema import set_up

PAGES = 2000  # copied between two calls of `progress`
Progress = Callable[[int, int], None]  # pages left, pages in all


def backup(db: Path, to: Path, progress: Progress = lambda left, whole: None) -> None:
    """Write a copy of the database as it stands now (`Unknown` where there is none); never over a file (`Taken`)."""
    if not db.exists():
        raise Unknown(f"There is no database at {db}.")
    if to.exists():
        raise AlreadyExists(f"There is a file {to} already; a backup does not overwrite it.")
    to.parent.mkdir(parents=True, exist_ok=True)
    _copy(db, to, progress)
    to.chmod(0o600)


def restore(copy: Path, db: Path, progress: Progress = lambda left, whole: None) -> None:
    """Make the database what the copy is, under a running server too. It gets a new epoch: phones then offer again what they
    had sent since the copy was made."""
    faults = check(copy)
    if faults:
        raise Unreadable(f"{copy} is not a sound backup ({faults[0]}); nothing was changed.")
    db.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=db.parent) as folder:
        fresh = Path(folder) / "restored.db"
        _copy(copy, fresh)
        _renew(fresh)
        _copy(fresh, db, progress)
    db.chmod(0o600)


def check(db: Path) -> list[str]:
    """What is wrong with a database, in SQLite's words; an empty list where nothing is."""
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


def _copy(source: Path, target: Path, progress: Progress = lambda left, whole: None) -> None:
    ours, theirs = sqlite3.connect(source), sqlite3.connect(target, timeout=30)
    try:
        ours.backup(theirs, pages=PAGES, progress=lambda status, left, whole: progress(left, whole))
    finally:
        ours.close()
        theirs.close()


def _renew(db: Path) -> None:
    connection = sqlite3.connect(db, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode=WAL")  # as the database it will become: the pages say which it is
        set_up(connection)
        connection.execute("UPDATE meta SET value = ? WHERE key = 'epoch'", (uuid7(),))
    finally:
        connection.close()
