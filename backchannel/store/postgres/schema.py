"""The tables in PostgreSQL, as migrations. Add steps; never change a released one.

They have the tables and columns of SQLite's schema, in the same order, because the statements are shared. Text is compared
byte by byte, as SQLite does, whatever the database's language. Rows without a time come first in an index of times, because
the queries ask for that order.
"""

from __future__ import annotations

from typing import Any

import psycopg

from backchannel.domain.errors import Busy, Unknown, Unreadable
from backchannel.domain.ids import uuid7
from backchannel.store.postgres.connection import Driver
from backchannel.store.sql.rows import BY_CLOCK, TO_CHECK
from backchannel.store.sql.tables import TABLES

MIGRATION_LOCK = 0x6D696772  # "migr": processes that start together migrate one after another
TYPES = {" TEXT": ' text COLLATE "C"', " INTEGER": " bigint", " REAL": " double precision"}


def set_up(parameters: dict[str, Any], *, make: bool) -> None:
    """Apply pending migrations in one transaction.

    Raises `Unreadable` for a database of another program, `Unknown` for an empty one unless `make` is true, and `Busy` if
    the database can't be reached.
    """
    try:
        with psycopg.connect(**parameters) as driver, driver.transaction():
            driver.execute("SELECT pg_advisory_xact_lock(%s)", (MIGRATION_LOCK,))
            _apply_pending(driver, make=make)
    except psycopg.OperationalError as fault:
        said = str(fault).splitlines()[0].removeprefix("connection failed: ")
        raise Busy(f"The PostgreSQL database can't be reached: {said}. Check BACKCHANNEL_DB and the server.") from None


def _apply_pending(driver: Driver, *, make: bool) -> None:
    tables = _tables(driver)
    if "backchannel_migration" not in tables:
        _refuse(tables, make=make)
        driver.execute("CREATE TABLE backchannel_migration (name text PRIMARY KEY)")
    done = {name for (name,) in driver.execute("SELECT name FROM backchannel_migration")}
    for name in [name for name in STEPS if name not in done]:
        for statement in STEPS[name].split(";\n"):
            driver.execute(_typed(statement).encode())
        driver.execute("INSERT INTO backchannel_migration VALUES (%s)", (name,))
    driver.execute("INSERT INTO meta VALUES ('epoch', %s) ON CONFLICT DO NOTHING", (uuid7(),))


def _tables(driver: Driver) -> set[str]:
    found = driver.execute("SELECT tablename FROM pg_tables WHERE schemaname = current_schema()")
    return {name for (name,) in found}


def _refuse(tables: set[str], *, make: bool) -> None:
    """Raise an error unless our tables may be created beside these."""
    others = sorted(tables & {"meta", "event", *TABLES})
    if others:
        named = ", ".join(others[:3])
        raise Unreadable(f"The PostgreSQL database has tables of another program ({named}). Name another database.")
    if not make:
        raise Unknown(
            "The PostgreSQL database is empty. Create an event with `backchannel event create`, or name another database."
        )


def _typed(statement: str) -> str:
    """Return the statement with PostgreSQL's names of the types."""
    for ours, theirs in TYPES.items():
        statement = statement.replace(ours, theirs)
    return statement


_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE event (
    slug TEXT PRIMARY KEY, uid TEXT NOT NULL, title TEXT NOT NULL, timezone TEXT NOT NULL, starts TEXT, ends TEXT,
    hashtags TEXT NOT NULL, public INTEGER NOT NULL, closed INTEGER NOT NULL,
    head INTEGER NOT NULL DEFAULT 0, generations TEXT NOT NULL DEFAULT '{}', withheld TEXT NOT NULL,
    version INTEGER NOT NULL DEFAULT 0, programme INTEGER NOT NULL DEFAULT 0, pitches INTEGER NOT NULL DEFAULT 0,
    policy TEXT NOT NULL DEFAULT '{}');
CREATE TABLE room (
    event TEXT NOT NULL, name TEXT NOT NULL, guid TEXT NOT NULL, position INTEGER NOT NULL, seats INTEGER,
    PRIMARY KEY (event, name)
);
CREATE TABLE session (
    event TEXT NOT NULL, guid TEXT NOT NULL, slug TEXT NOT NULL, number INTEGER, title TEXT NOT NULL,
    abstract TEXT NOT NULL, room TEXT, starts TEXT, ends TEXT, leaders TEXT NOT NULL, hashtags TEXT NOT NULL,
    url TEXT, headings TEXT NOT NULL, no_names INTEGER NOT NULL,
    merged_into TEXT, cancelled INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (event, guid), UNIQUE (event, slug)
);
CREATE TABLE item (
    event TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, rev INTEGER NOT NULL, origin TEXT NOT NULL,
    session TEXT, author TEXT NOT NULL, author_key TEXT NOT NULL, at TEXT, written_at TEXT, received_at TEXT,
    url TEXT, sources TEXT NOT NULL, method TEXT, confidence REAL, reason TEXT, reactions TEXT NOT NULL,
    state TEXT NOT NULL, source_id TEXT, outcome TEXT, PRIMARY KEY (event, id)
);
CREATE TABLE revision (
    event TEXT NOT NULL, id TEXT NOT NULL, rev INTEGER NOT NULL, text TEXT NOT NULL, html TEXT NOT NULL,
    kind TEXT NOT NULL, depth INTEGER NOT NULL, speaker TEXT, by TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (event, id, rev)
);
CREATE TABLE channel_item (
    event TEXT NOT NULL, id TEXT NOT NULL, channel TEXT NOT NULL, seq INTEGER NOT NULL, gone INTEGER NOT NULL,
    PRIMARY KEY (event, id, channel)
);
CREATE TABLE change (
    event TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL, "do" TEXT NOT NULL, by TEXT NOT NULL,
    at TEXT NOT NULL,
    session TEXT, state TEXT NOT NULL, rev INTEGER NOT NULL, method TEXT, confidence REAL, reason TEXT,
    PRIMARY KEY (event, seq)
);
CREATE TABLE op (
    event TEXT NOT NULL, author_key TEXT NOT NULL, op TEXT NOT NULL, fingerprint TEXT NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY (event, author_key, op)
);
CREATE TABLE reaction (
    event TEXT NOT NULL, id TEXT NOT NULL, author_key TEXT NOT NULL, reaction TEXT NOT NULL,
    PRIMARY KEY (event, id, author_key, reaction)
);
CREATE TABLE source (
    event TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, feed TEXT NOT NULL, fingerprint TEXT NOT NULL,
    PRIMARY KEY (event, key)
);
CREATE TABLE edition (
    event TEXT NOT NULL, session TEXT NOT NULL, rev INTEGER NOT NULL, body TEXT NOT NULL, by TEXT NOT NULL,
    at TEXT NOT NULL, PRIMARY KEY (event, session, rev)
);
CREATE TABLE gap (
    event TEXT NOT NULL, feed TEXT NOT NULL, begins TEXT NOT NULL, ends TEXT NOT NULL, PRIMARY KEY (event, feed,
    begins)
);
CREATE TABLE feed (
    event TEXT NOT NULL, id TEXT NOT NULL, url TEXT NOT NULL, session TEXT, title TEXT NOT NULL, etag TEXT,
    modified TEXT, fingerprint TEXT, polled_at TEXT, due_at TEXT, failures INTEGER NOT NULL, health TEXT NOT NULL,
    off INTEGER NOT NULL, newest_at TEXT, moved_to TEXT, hub TEXT, hub_topic TEXT, hub_secret TEXT,
    hub_due_at TEXT, hub_until TEXT, nudged INTEGER NOT NULL, hold TEXT NOT NULL DEFAULT '', PRIMARY KEY (event, id)
);
CREATE TABLE slot (
    event TEXT NOT NULL, guid TEXT NOT NULL, starts TEXT NOT NULL, ends TEXT NOT NULL, PRIMARY KEY (event, guid)
);
CREATE TABLE pitch (
    event TEXT NOT NULL, guid TEXT NOT NULL, title TEXT NOT NULL, leader TEXT NOT NULL, wish TEXT NOT NULL,
    by TEXT NOT NULL, at TEXT, state TEXT NOT NULL, PRIMARY KEY (event, guid)
);
CREATE TABLE pitch_vote (
    event TEXT NOT NULL, guid TEXT NOT NULL, author_key TEXT NOT NULL, PRIMARY KEY (event, guid, author_key)
);
CREATE TABLE grid_edit (
    event TEXT NOT NULL, rev INTEGER NOT NULL, op TEXT NOT NULL, "do" TEXT NOT NULL, by TEXT NOT NULL,
    author TEXT NOT NULL, at TEXT NOT NULL, said TEXT NOT NULL, changes TEXT NOT NULL, keys TEXT NOT NULL, moved TEXT,
    undone INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (event, rev)
);
CREATE TABLE tally (
    event TEXT NOT NULL, session TEXT NOT NULL, origin TEXT NOT NULL, kind TEXT NOT NULL, items INTEGER NOT NULL,
    PRIMARY KEY (event, session, origin, kind)
);
CREATE TABLE note_taker (
    event TEXT NOT NULL, session TEXT NOT NULL, author TEXT NOT NULL, notes INTEGER NOT NULL,
    first_seq INTEGER NOT NULL, PRIMARY KEY (event, session, author)
);
CREATE TABLE activity (
    event TEXT NOT NULL, minute INTEGER NOT NULL, session TEXT NOT NULL, items INTEGER NOT NULL,
    PRIMARY KEY (event, minute, session)
);
CREATE TABLE block (
    event TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, typed TEXT NOT NULL,
    effect TEXT NOT NULL, author TEXT NOT NULL, at TEXT NOT NULL, lifted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (event, id)
);
CREATE TABLE report (
    event TEXT NOT NULL, id TEXT NOT NULL, reporter TEXT NOT NULL, reason TEXT NOT NULL, words TEXT NOT NULL,
    at TEXT NOT NULL, settled INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (event, id, reporter)
);
CREATE TABLE moderation_log (
    event TEXT NOT NULL, seq INTEGER NOT NULL, "do" TEXT NOT NULL, author TEXT NOT NULL, at TEXT NOT NULL,
    said TEXT NOT NULL, before TEXT NOT NULL, PRIMARY KEY (event, seq)
);
CREATE TABLE moderator (
    event TEXT NOT NULL, author_key TEXT NOT NULL, author TEXT NOT NULL, PRIMARY KEY (event, author_key)
);
CREATE TABLE last_note (
    event TEXT NOT NULL, author_key TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (event, author_key)
);
CREATE TABLE join_code (
    event TEXT NOT NULL, scope TEXT NOT NULL, rotation INTEGER NOT NULL, finder TEXT NOT NULL, proof TEXT NOT NULL,
    expires_at TEXT NOT NULL, limits_passes INTEGER NOT NULL, failures INTEGER NOT NULL, PRIMARY KEY (event, scope)
);
CREATE TABLE holder (
    event TEXT NOT NULL, key TEXT NOT NULL, role TEXT NOT NULL, name TEXT NOT NULL, via TEXT NOT NULL,
    generation INTEGER NOT NULL, session TEXT, room TEXT, invited_at TEXT, joined_at TEXT, seen_at TEXT,
    expires_at TEXT,
    revoked_at TEXT, PRIMARY KEY (event, key)
);
CREATE TABLE watched_schedule (
    event TEXT NOT NULL PRIMARY KEY, url TEXT NOT NULL, etag TEXT, modified TEXT, looked_at TEXT, due_at TEXT,
    failures INTEGER NOT NULL, health TEXT NOT NULL
);
CREATE INDEX source_feed ON source (event, feed, id);
CREATE UNIQUE INDEX channel_item_by_seq ON channel_item (event, channel, seq);
CREATE INDEX item_by_session ON item (event, session, at NULLS FIRST, seq);
CREATE INDEX item_by_time ON item (event, at NULLS FIRST, seq);
CREATE INDEX change_by_item ON change (event, id, seq);
CREATE INDEX item_by_outcome ON item (event, outcome, session, at NULLS FIRST, seq) WHERE outcome IS NOT NULL;
CREATE INDEX item_by_event_outcome ON item (event, outcome, at NULLS FIRST, seq) WHERE outcome IS NOT NULL;
CREATE INDEX grid_edit_by_op ON grid_edit (event, op);
CREATE INDEX item_by_note_taker ON item (event, coalesce(session, ''), author, seq)
    WHERE state = 'visible' AND origin = 'note';
CREATE INDEX report_open ON report (event, settled, at);
CREATE INDEX item_by_withheld_state ON item (event, state, seq) WHERE state IN ('held', 'hidden');
CREATE INDEX item_by_poster ON item (event, author, state, at) WHERE origin = 'post';
CREATE INDEX change_by_block ON change (event, by) WHERE "do" = 'block';
CREATE INDEX change_by_moderation ON change (event, seq) WHERE "do" IN ('move', 'seat', 'hide', 'show', 'undo',
    'report');
CREATE UNIQUE INDEX join_code_by_finder ON join_code (finder);
CREATE INDEX holder_revoked ON holder (event, key) WHERE revoked_at IS NOT NULL
"""

STEPS = {
    "first": _FIRST,
    "index_posts": f"""
        CREATE INDEX item_to_check ON item (event, session) WHERE {TO_CHECK};
        CREATE INDEX item_to_check_by_time ON item (event, at NULLS FIRST, seq) WHERE {TO_CHECK};
        CREATE INDEX item_by_clock ON item (event, at) WHERE {BY_CLOCK}
    """,
}
