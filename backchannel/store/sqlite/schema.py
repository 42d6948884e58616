"""The tables, as sqlite-utils migrations: add a step, never change one that was released."""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

from backchannel.domain.ids import uuid7

migrations = Migrations("backchannel")


def set_up(connection: sqlite3.Connection) -> None:
    """Apply what is pending, in one transaction: of several processes that start together, one does it and the others wait."""
    database = Database(connection)
    if not migrations.pending(database):
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        migrations.apply(database)
        connection.execute("COMMIT")
    finally:
        if connection.in_transaction:
            connection.execute("ROLLBACK")


@migrations()
def first(db: Database) -> None:
    """`item` says where a thing stands now, `body` has every text it had (the one table with texts), `standing` is the
    order of every channel, `change` who did what when (no texts), `op` the first answer to every op."""
    for statement in _FIRST.split(";\n"):
        if statement.strip():
            db.conn.execute(statement)
    db.conn.execute("INSERT INTO meta VALUES ('epoch', ?)", (uuid7(),))


@migrations()
def name_tables_for_their_contents(db: Database) -> None:
    """Rename `body` to `revision` and `standing` to `channel_item`; index the lookup of an item's channels.

    The planner searched `standing` by event alone on every write, because the primary key's first column looked as good
    to it as the index on (event, id). The new index answers that question without touching the table.
    """
    for statement in _RENAME_TABLES.split(";\n"):
        if statement.strip():
            db.conn.execute(statement)


_RENAME_TABLES = """
ALTER TABLE body RENAME TO revision;
ALTER TABLE standing RENAME TO channel_item;
DROP INDEX standing_order;
DROP INDEX standing_item;
CREATE UNIQUE INDEX channel_item_order ON channel_item (event, channel, seq);
CREATE INDEX channel_item_by_item ON channel_item (event, id, gone, channel)
"""

_FIRST = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE event (
    slug TEXT PRIMARY KEY, uid TEXT NOT NULL, title TEXT NOT NULL, timezone TEXT NOT NULL, starts TEXT, ends TEXT,
    hashtags TEXT NOT NULL, public INTEGER NOT NULL, closed INTEGER NOT NULL,
    head INTEGER NOT NULL DEFAULT 0, generations TEXT NOT NULL DEFAULT '{}', withheld TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE room (
    event TEXT NOT NULL, name TEXT NOT NULL, guid TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (event, name)
) WITHOUT ROWID;
CREATE TABLE session (
    event TEXT NOT NULL, guid TEXT NOT NULL, slug TEXT NOT NULL, number INTEGER, title TEXT NOT NULL,
    abstract TEXT NOT NULL, room TEXT, starts TEXT, ends TEXT, leaders TEXT NOT NULL, hashtags TEXT NOT NULL,
    url TEXT, headings TEXT NOT NULL, no_names INTEGER NOT NULL,
    merged_into TEXT, PRIMARY KEY (event, guid), UNIQUE (event, slug)
) WITHOUT ROWID;
CREATE TABLE item (
    event TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, rev INTEGER NOT NULL, origin TEXT NOT NULL,
    session TEXT, author TEXT NOT NULL, author_key TEXT NOT NULL, at TEXT, written_at TEXT, received_at TEXT,
    url TEXT, sources TEXT NOT NULL, method TEXT, confidence REAL, reason TEXT, reactions TEXT NOT NULL,
    state TEXT NOT NULL, source_id TEXT, PRIMARY KEY (event, id)
) WITHOUT ROWID;
CREATE INDEX item_reading ON item (event, session, at, seq);
CREATE TABLE body (
    event TEXT NOT NULL, id TEXT NOT NULL, rev INTEGER NOT NULL, text TEXT NOT NULL, html TEXT NOT NULL,
    kind TEXT NOT NULL, depth INTEGER NOT NULL, speaker TEXT, by TEXT NOT NULL, at TEXT NOT NULL,
    PRIMARY KEY (event, id, rev)
) WITHOUT ROWID;
CREATE TABLE standing (
    event TEXT NOT NULL, channel TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL, gone INTEGER NOT NULL,
    PRIMARY KEY (event, channel, id)
) WITHOUT ROWID;
CREATE UNIQUE INDEX standing_order ON standing (event, channel, seq);
CREATE INDEX standing_item ON standing (event, id);
CREATE TABLE change (
    event TEXT NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL, do TEXT NOT NULL, by TEXT NOT NULL, at TEXT NOT NULL,
    session TEXT, state TEXT NOT NULL, rev INTEGER NOT NULL, method TEXT, confidence REAL, reason TEXT,
    PRIMARY KEY (event, seq)
) WITHOUT ROWID;
CREATE INDEX change_item ON change (event, id, seq);
CREATE TABLE op (
    event TEXT NOT NULL, author_key TEXT NOT NULL, op TEXT NOT NULL, fingerprint TEXT NOT NULL, answer TEXT NOT NULL,
    PRIMARY KEY (event, author_key, op)
) WITHOUT ROWID;
CREATE TABLE reaction (
    event TEXT NOT NULL, id TEXT NOT NULL, author_key TEXT NOT NULL, reaction TEXT NOT NULL,
    PRIMARY KEY (event, id, author_key, reaction)
) WITHOUT ROWID;
CREATE TABLE source (
    event TEXT NOT NULL, key TEXT NOT NULL, id TEXT NOT NULL, feed TEXT NOT NULL, fingerprint TEXT NOT NULL,
    PRIMARY KEY (event, key)
) WITHOUT ROWID;
CREATE INDEX source_feed ON source (event, feed, id);
CREATE TABLE edition (
    event TEXT NOT NULL, session TEXT NOT NULL, rev INTEGER NOT NULL, body TEXT NOT NULL, by TEXT NOT NULL,
    at TEXT NOT NULL, PRIMARY KEY (event, session, rev)
) WITHOUT ROWID;
CREATE TABLE gap (
    event TEXT NOT NULL, feed TEXT NOT NULL, begins TEXT NOT NULL, ends TEXT NOT NULL, PRIMARY KEY (event, feed, begins)
) WITHOUT ROWID;
CREATE TABLE feed (
    event TEXT NOT NULL, id TEXT NOT NULL, url TEXT NOT NULL, session TEXT, title TEXT NOT NULL, etag TEXT,
    modified TEXT, fingerprint TEXT, polled_at TEXT, due_at TEXT, failures INTEGER NOT NULL, health TEXT NOT NULL,
    off INTEGER NOT NULL, newest_at TEXT, moved_to TEXT, hub TEXT, hub_topic TEXT, hub_secret TEXT,
    hub_due_at TEXT, hub_until TEXT, nudged INTEGER NOT NULL, PRIMARY KEY (event, id)
) WITHOUT ROWID
"""

# Every table that has an `event` column: what goes when an event goes.
TABLES = ("room", "session", "item", "revision", "channel_item", "change", "op", "reaction", "source", "edition", "gap", "feed")
