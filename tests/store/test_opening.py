"""A database is created once even by concurrent processes, and a foreign file is left unchanged."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from backchannel.domain.errors import Unknown, Unreadable
from backchannel.store.sqlite.store import SqliteStore

OPENING = """
import sys
from pathlib import Path
from backchannel.config import Settings
from backchannel.store.sqlite.store import SqliteStore
path = Path(sys.argv[1])
store = SqliteStore(path)
print(store.reader().epoch(), Settings(db=path).signing_secret(store.secret))
"""


def test_processes_that_start_together_create_one_database_and_one_secret(tmp_path: Path) -> None:
    command = [sys.executable, "-c", OPENING, str(tmp_path / "camp.db")]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(6)]
    told = [process.communicate(timeout=60) for process in started]
    assert [errors for _, errors in told] == [""] * 6
    assert len({printed for printed, _ in told}) == 1
    assert {path.name for path in tmp_path.glob("camp.db.*")} == {"camp.db.secret"}


def test_only_its_owner_can_read_the_database_file(tmp_path: Path) -> None:
    SqliteStore(tmp_path / "new" / "camp.db").close()
    assert (tmp_path / "new" / "camp.db").stat().st_mode & 0o777 == 0o600


def test_opening_a_missing_database_does_not_create_it_unless_asked(tmp_path: Path) -> None:
    with pytest.raises(Unknown, match="There is no database at"):
        SqliteStore(tmp_path / "cmap.db", make=False)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_a_database_is_refused_and_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_text("Dear all,\n" * 100)
    path.chmod(0o644)
    with pytest.raises(Unreadable, match="is not a database"):
        SqliteStore(path)
    assert (path.read_text(), path.stat().st_mode & 0o777) == ("Dear all,\n" * 100, 0o644)


def test_a_database_of_another_program_is_refused_and_unchanged(tmp_path: Path) -> None:
    path = tmp_path / "photos.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE photo (name TEXT)")
    before = path.read_bytes()
    with pytest.raises(Unreadable, match=r"is another program's database \(photo\)"):
        SqliteStore(path)
    assert path.read_bytes() == before
