"""A database of an earlier schema opens, migrates, and exports the same bytes as the code that made it."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from backchannel.store.sqlite.backup import check
from backchannel.store.sqlite.store import SqliteStore
from tests.stage import command

STORES = Path(__file__).parent.parent / "data" / "stores"
SESSION = ("--session", "who-mends-the-footpath")
FORMATS = ("md", "txt", "html", "json", "ndjson", "csv", "atom", "ics")
COMMANDS = {
    **{f"event.{name}": ("export", "heathcamp", "--format", name) for name in FORMATS},
    **{f"session.{name}": ("export", "heathcamp", *SESSION, "--format", name) for name in FORMATS},
    "all.ndjson": ("export", "heathcamp", "--all", "--format", "ndjson"),
    "show.json": ("event", "show", "heathcamp", "--json"),
    "list.json": ("event", "list", "--json"),
    "feeds.json": ("feed", "list", "heathcamp", "--json"),
}


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the old database, migrated by opening it."""
    copy = tmp_path_factory.mktemp("stores") / "old.db"
    shutil.copy(STORES / "schema-1.db", copy)
    SqliteStore(copy, make=False).close()
    return copy


def test_every_stored_export_is_compared() -> None:
    assert {path.name for path in (STORES / "schema-1").iterdir()} == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_an_old_database_exports_the_same_bytes(migrated: Path, name: str) -> None:
    done = command(*COMMANDS[name], "--db", str(migrated))
    assert (done.returncode, done.stdout.encode()) == (0, (STORES / "schema-1" / name).read_bytes())


def test_a_migrated_database_has_the_schema_of_a_new_one(migrated: Path, tmp_path: Path) -> None:
    SqliteStore(tmp_path / "new.db").close()
    assert schema(migrated) == schema(tmp_path / "new.db")
    assert check(migrated) == []


def schema(path: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        return set(connection.execute("SELECT type, name FROM sqlite_master WHERE name NOT LIKE 'sqlite_autoindex%'"))
