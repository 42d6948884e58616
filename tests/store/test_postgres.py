"""What is special about the store in PostgreSQL: several writers, a lost database, and its address."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from backchannel.config import PostgresAddress, Settings
from backchannel.domain.errors import Busy, Invalid, Unknown, Unreadable
from backchannel.domain.model import Event
from backchannel.store.base import Writer
from backchannel.store.postgres.store import PostgresStore
from backchannel.store.sqlite.connection import connect
from backchannel.store.sqlite.store import SqliteStore
from tests.postgres import execute
from tests.stage import ROOT
from tests.store.postgres_writers import add

WRITERS, NOTES = 8, 30

SLOW_QUERY = """
from gevent import monkey; monkey.patch_all()
import sys, gevent
from backchannel.store.postgres.store import PostgresStore
reader = PostgresStore(sys.argv[1]).reader()
slow = gevent.spawn(reader._connection.rows, "SELECT pg_sleep(1)")
turns = 0
while not slow.ready():
    assert reader.heads() == {}
    turns += 1
print("others ran" if turns > 10 else turns)
"""


@pytest.fixture
def store(postgres: str) -> Iterator[PostgresStore]:
    made = PostgresStore(postgres)
    made.write(lambda writer: writer.save_event(Event(slug="camp", uid="u1", title="Camp")))
    yield made
    made.close()


def note(id: str) -> Callable[[Writer], int]:
    return lambda writer: add(writer, id)


def test_a_reader_that_never_waits_misses_nothing_of_eight_writers_in_four_processes(store: PostgresStore, postgres: str) -> None:
    started = [
        subprocess.Popen(
            [sys.executable, "-m", "tests.store.postgres_writers", postgres, str(first), str(NOTES)],
            cwd=ROOT, stderr=subprocess.PIPE, text=True,
        )
        for first in range(0, WRITERS, 2)
    ]  # fmt: skip
    reader, after, seen = store.reader(), 0, []
    running = True
    while running:
        running = any(process.poll() is None for process in started)
        page = reader.changes("camp", "event", after, 500)
        seen += page.items
        after = page.seq
    assert [process.communicate()[1] for process in started] == [""] * len(started)
    assert [item.seq for item in seen] == list(range(1, WRITERS * NOTES + 1))
    assert {item.id for item in seen} == {f"{writer}-{n}" for writer in range(WRITERS) for n in range(NOTES)}


def test_a_slow_query_lets_other_greenlets_run(postgres: str) -> None:
    done = subprocess.run([sys.executable, "-c", SLOW_QUERY, postgres], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("others ran\n", "")


def test_a_lost_database_answers_busy_and_is_used_again_when_it_is_back(
    store: PostgresStore, postgres: str, postgres_server: str
) -> None:
    name = postgres.partition("?")[0].rpartition("/")[2]
    lost = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    store.write(note("kept"), "camp")
    assert store.reader().heads() == {"camp": 1}
    execute(postgres_server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS false", lost)
    for _ in range(2):
        with pytest.raises(Busy):
            store.write(note("refused"), "camp")
        with pytest.raises(Busy):
            store.reader().heads()
    execute(postgres_server, f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")
    assert store.write(note("later"), "camp") == 2
    assert [item.id for item in store.reader().items("camp")] == ["kept", "later"]


def test_a_read_survives_connections_that_were_closed(store: PostgresStore, postgres: str, postgres_server: str) -> None:
    name = postgres.partition("?")[0].rpartition("/")[2]
    assert store.reader().heads() == {"camp": 0}
    execute(postgres_server, f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
    assert store.reader().heads() == {"camp": 0}


def test_an_error_of_the_database_undoes_one_job_alone(store: PostgresStore) -> None:
    def twice(writer: Writer) -> None:
        writer._run("INSERT INTO moderator VALUES ('camp', 'a', 'Ann')")  # type: ignore[attr-defined]
        writer._run("INSERT INTO moderator VALUES ('camp', 'a', 'Ann')")  # type: ignore[attr-defined]

    outcomes = store.commit([note("one"), twice, note("two")], {"camp"})
    assert [outcomes[0], outcomes[2]] == [(True, 1), (True, 2)]
    assert isinstance(outcomes[1][1], psycopg.errors.UniqueViolation)


def test_both_schemas_have_the_same_columns_in_the_same_order(postgres: str, tmp_path: Path) -> None:
    SqliteStore(tmp_path / "camp.db").close()
    with closing(connect(tmp_path / "camp.db")) as sqlite:
        tables = {name for (name,) in sqlite.tuples("SELECT name FROM sqlite_master WHERE type = 'table'") if name[0] != "_"}
        tables -= {"sqlite_stat1", "sqlite_stat4"}
        ours = {table: [row[1] for row in sqlite.tuples(f"PRAGMA table_info({table})")] for table in tables}
    theirs: dict[str, list[str]] = {}
    with psycopg.connect(postgres) as driver:
        for table, column in driver.execute(
            """SELECT table_name, column_name FROM information_schema.columns
            WHERE table_schema = 'public' AND table_name <> 'backchannel_migration' ORDER BY table_name, ordinal_position"""
        ):
            theirs.setdefault(table, []).append(column)
    assert theirs == ours


def test_the_password_of_an_address_is_never_shown() -> None:
    address = "postgresql://ann:se?cr@et@127.0.0.1:1/camp?connect_timeout=1"
    settings = Settings.from_environment({"BACKCHANNEL_DB": address})
    assert str(settings.db) == "postgresql://127.0.0.1:1/camp"
    assert "cr@et" not in repr(settings)
    with pytest.raises(Busy, match="can't be reached") as raised:
        PostgresStore("postgresql://ann:secret@127.0.0.1:1/camp")
    assert "secret" not in str(raised.value)
    with pytest.raises(Invalid, match="isn't a PostgreSQL address") as refused:
        PostgresStore("postgresql://ann:secret@[::1/camp")
    assert "secret" not in str(refused.value)
    assert settings.db == PostgresAddress(address)


def test_an_empty_database_and_one_of_another_program_are_refused(postgres: str) -> None:
    execute(postgres, "DROP SCHEMA public CASCADE", "CREATE SCHEMA public")
    with pytest.raises(Unknown, match="is empty"):
        PostgresStore(postgres, make=False)
    execute(postgres, "CREATE TABLE event (id int)")
    with pytest.raises(Unreadable, match=r"tables of another program \(event\)"):
        PostgresStore(postgres)


def test_an_address_of_an_unknown_kind_is_refused() -> None:
    said = "BACKCHANNEL_DB can't be a mysql address. Use the path of an SQLite file, or a postgresql:// address."
    with pytest.raises(Invalid) as refused:
        Settings.from_environment({"BACKCHANNEL_DB": "mysql://ann@127.0.0.1/camp"})
    assert str(refused.value) == said
