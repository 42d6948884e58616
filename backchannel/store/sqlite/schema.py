"""The tables, as sqlite-utils migrations. Add steps; never change a released one."""

from __future__ import annotations

import sqlite3

from sqlite_utils import Database, Migrations

from backchannel.domain.ids import derived, uuid7
from backchannel.store.sql import counters
from backchannel.store.sql.rows import BY_CLOCK, TO_CHECK
from backchannel.store.sqlite.connection import SqliteConnection

migrations = Migrations("backchannel")


def set_up(connection: sqlite3.Connection) -> None:
    """Apply pending migrations in one transaction. Other processes that start at the same time wait for it."""
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
    """Create the first tables.

    `item` is the current state of each item, `body` every text it had, `standing` the order of each channel, `change`
    the history without texts, and `op` the first answer to every op.
    """
    for statement in _FIRST.split(";\n"):
        if statement.strip():
            db.conn.execute(statement)
    db.conn.execute("INSERT INTO meta VALUES ('epoch', ?)", (uuid7(),))


@migrations()
def name_tables_for_their_contents(db: Database) -> None:
    """Rename `body` to `revision` and `standing` to `channel_item`, and index the lookups of single items."""
    for statement in _RENAME_TABLES.split(";\n"):
        if statement.strip():
            db.conn.execute(statement)


_RENAME_TABLES = """
ALTER TABLE body RENAME TO revision;
ALTER TABLE standing RENAME TO channel_item;
DROP INDEX standing_order;
DROP INDEX standing_item;
DROP INDEX item_reading;
DROP INDEX change_item;
CREATE UNIQUE INDEX channel_item_by_seq ON channel_item (event, channel, seq);
CREATE INDEX channel_item_by_item ON channel_item (event, id, gone, channel);
CREATE INDEX item_by_session ON item (event, session, at, seq);
CREATE INDEX item_by_time ON item (event, at, seq);
CREATE INDEX change_by_item ON change (event, id, seq)
"""


@migrations()
def fix_planner_statistics(db: Database) -> None:
    """Store fixed planner statistics, so that every database uses the same query plans.

    Without statistics SQLite assumes that `event = ?` leaves ten rows, and walks a whole event where an index would
    find the row. With ANALYZE the plans would depend on the data of the moment. These figures describe a large host
    with ten events of 100,000 items each. Format: https://www.sqlite.org/fileformat2.html#stat1tab
    """
    db.conn.execute("ANALYZE")
    db.conn.execute("DELETE FROM sqlite_stat1")
    db.conn.executemany("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", _STATISTICS)
    db.conn.execute("ANALYZE sqlite_schema")  # load them into this connection as well


@migrations()
def add_outcomes_and_versions(db: Database) -> None:
    """Add what pages need: an index of each session's outcomes, and a counter of an event's changes besides items."""
    for statement in _OUTCOMES.split(";\n"):
        if statement.strip():
            db.conn.execute(statement)
    db.conn.executemany(
        "INSERT INTO sqlite_stat1 VALUES (?, ?, ?)",
        (("item", "item_by_outcome", "200000 20000 7000 20 2 1"), ("item", "item_by_event_outcome", "200000 20000 7000 2 1")),
    )
    db.conn.execute("ANALYZE sqlite_schema")


_OUTCOMES = """
ALTER TABLE event ADD COLUMN version INTEGER NOT NULL DEFAULT 0;
ALTER TABLE item ADD COLUMN outcome TEXT;
UPDATE item SET outcome = (
    SELECT CASE kind WHEN 'action' THEN 'commitment' WHEN 'pledge' THEN 'commitment' ELSE kind END FROM revision
    WHERE revision.event = item.event AND revision.id = item.id AND revision.rev = item.rev
    AND kind IN ('action', 'pledge', 'decision', 'question')
) WHERE state = 'visible';
CREATE INDEX item_by_outcome ON item (event, outcome, session, at, seq) WHERE outcome IS NOT NULL;
CREATE INDEX item_by_event_outcome ON item (event, outcome, at, seq) WHERE outcome IS NOT NULL
"""


@migrations()
def add_the_grid(db: Database) -> None:
    """Add slots, seats, cancelled sessions, pitches with votes, and the log of programme edits.

    Every room gets a guid, because edits name rooms by guid.
    """
    for statement in _GRID.split(";\n"):
        if statement.strip():
            db.conn.execute(statement)
    for event, name in db.conn.execute("SELECT event, name FROM room WHERE guid = ''").fetchall():
        db.conn.execute("UPDATE room SET guid = ? WHERE event = ? AND name = ?", (derived("room", name), event, name))


_GRID = """
ALTER TABLE event ADD COLUMN programme INTEGER NOT NULL DEFAULT 0;
ALTER TABLE event ADD COLUMN pitches INTEGER NOT NULL DEFAULT 0;
ALTER TABLE room ADD COLUMN seats INTEGER;
ALTER TABLE session ADD COLUMN cancelled INTEGER NOT NULL DEFAULT 0;
CREATE TABLE slot (
    event TEXT NOT NULL, guid TEXT NOT NULL, starts TEXT NOT NULL, ends TEXT NOT NULL, PRIMARY KEY (event, guid)
) WITHOUT ROWID;
CREATE TABLE pitch (
    event TEXT NOT NULL, guid TEXT NOT NULL, title TEXT NOT NULL, leader TEXT NOT NULL, wish TEXT NOT NULL,
    by TEXT NOT NULL, at TEXT, state TEXT NOT NULL, PRIMARY KEY (event, guid)
) WITHOUT ROWID;
CREATE TABLE pitch_vote (
    event TEXT NOT NULL, guid TEXT NOT NULL, author_key TEXT NOT NULL, PRIMARY KEY (event, guid, author_key)
) WITHOUT ROWID;
CREATE TABLE grid_edit (
    event TEXT NOT NULL, rev INTEGER NOT NULL, op TEXT NOT NULL, do TEXT NOT NULL, by TEXT NOT NULL,
    author TEXT NOT NULL, at TEXT NOT NULL, said TEXT NOT NULL, changes TEXT NOT NULL, keys TEXT NOT NULL, moved TEXT,
    undone INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (event, rev)
) WITHOUT ROWID;
CREATE INDEX grid_edit_by_op ON grid_edit (event, op)
"""


@migrations()
def keep_counts(db: Database) -> None:
    """Keep the counts of the visible items in tables (see store/sql/counters.py), and fill them."""
    for statement in _COUNTS.split(";\n"):
        db.conn.execute(statement)
    fill_counts(db.conn)
    db.conn.executemany("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", _COUNT_STATISTICS)
    db.conn.execute("ANALYZE sqlite_schema")


def fill_counts(connection: sqlite3.Connection) -> None:
    """Count everything from the items."""
    for table, query in counters.RECOUNT.items():
        connection.execute(f"DELETE FROM {table}")
        connection.execute(f"INSERT INTO {table} {query.format(minute=SqliteConnection.MINUTE)}")


_COUNTS = """
CREATE TABLE tally (
    event TEXT NOT NULL, session TEXT NOT NULL, origin TEXT NOT NULL, kind TEXT NOT NULL, items INTEGER NOT NULL,
    PRIMARY KEY (event, session, origin, kind)
) WITHOUT ROWID;
CREATE TABLE note_taker (
    event TEXT NOT NULL, session TEXT NOT NULL, author TEXT NOT NULL, notes INTEGER NOT NULL,
    first_seq INTEGER NOT NULL, PRIMARY KEY (event, session, author)
) WITHOUT ROWID;
CREATE TABLE activity (
    event TEXT NOT NULL, minute INTEGER NOT NULL, session TEXT NOT NULL, items INTEGER NOT NULL,
    PRIMARY KEY (event, minute, session)
) WITHOUT ROWID;
CREATE INDEX item_by_note_taker ON item (event, coalesce(session, ''), author, seq)
    WHERE state = 'visible' AND origin = 'note'
"""

_COUNT_STATISTICS = (
    ("item", "item_by_note_taker", "500000 50000 1000 100 1"),
    ("tally", "tally", "5000 500 10 5 1"),
    ("note_taker", "note_taker", "10000 1000 10 1"),
    ("activity", "activity", "50000 5000 10 1"),
)


@migrations()
def add_moderation(db: Database) -> None:
    """Add moderation settings, blocks, reports, the log of both, and the indexes to find what waits."""
    for statement in _MODERATION.split(";\n"):
        db.conn.execute(statement)
    db.conn.executemany("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", _MODERATION_STATISTICS)
    db.conn.execute("ANALYZE sqlite_schema")


_MODERATION = """
ALTER TABLE event ADD COLUMN policy TEXT NOT NULL DEFAULT '{}';
ALTER TABLE feed ADD COLUMN hold TEXT NOT NULL DEFAULT '';
CREATE TABLE block (
    event TEXT NOT NULL, id TEXT NOT NULL, kind TEXT NOT NULL, value TEXT NOT NULL, typed TEXT NOT NULL,
    effect TEXT NOT NULL, author TEXT NOT NULL, at TEXT NOT NULL, lifted INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (event, id)
) WITHOUT ROWID;
CREATE TABLE report (
    event TEXT NOT NULL, id TEXT NOT NULL, reporter TEXT NOT NULL, reason TEXT NOT NULL, words TEXT NOT NULL,
    at TEXT NOT NULL, settled INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (event, id, reporter)
) WITHOUT ROWID;
CREATE INDEX report_open ON report (event, settled, at);
CREATE TABLE moderation_log (
    event TEXT NOT NULL, seq INTEGER NOT NULL, do TEXT NOT NULL, author TEXT NOT NULL, at TEXT NOT NULL,
    said TEXT NOT NULL, before TEXT NOT NULL, PRIMARY KEY (event, seq)
) WITHOUT ROWID;
CREATE TABLE moderator (
    event TEXT NOT NULL, author_key TEXT NOT NULL, author TEXT NOT NULL, PRIMARY KEY (event, author_key)
) WITHOUT ROWID;
CREATE TABLE last_note (
    event TEXT NOT NULL, author_key TEXT NOT NULL, at TEXT NOT NULL, PRIMARY KEY (event, author_key)
) WITHOUT ROWID;
CREATE INDEX item_by_withheld_state ON item (event, state, seq) WHERE state IN ('held', 'hidden');
CREATE INDEX item_by_poster ON item (event, author) WHERE state = 'visible' AND origin = 'post';
CREATE INDEX change_by_block ON change (event, by) WHERE do = 'block';
CREATE INDEX change_by_moderation ON change (event, seq) WHERE do IN ('move', 'seat', 'hide', 'show', 'undo', 'report')
"""

_MODERATION_STATISTICS = (
    ("block", "block", "1000 100 1"),
    ("report", "report", "10000 1000 2 1"),
    ("report", "report_open", "10000 1000 500 1"),
    ("moderation_log", "moderation_log", "10000 1000 1"),
    ("moderator", "moderator", "100 10 1"),
    ("last_note", "last_note", "10000 1000 1"),
    ("item", "item_by_withheld_state", "20000 2000 1000 1"),
    ("item", "item_by_poster", "500000 50000 50"),
    ("change", "change_by_block", "10000 1000 100"),
    ("change", "change_by_moderation", "50000 5000 1"),
)


@migrations()
def add_codes_and_holders(db: Database) -> None:
    """Add spoken join codes, and the people who hold personal passes."""
    for statement in _JOINING.split(";\n"):
        db.conn.execute(statement)
    db.conn.executemany("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", _JOINING_STATISTICS)
    db.conn.execute("ANALYZE sqlite_schema")


_JOINING = """
CREATE TABLE join_code (
    event TEXT NOT NULL, scope TEXT NOT NULL, rotation INTEGER NOT NULL, finder TEXT NOT NULL, proof TEXT NOT NULL,
    expires_at TEXT NOT NULL, limits_passes INTEGER NOT NULL, failures INTEGER NOT NULL, PRIMARY KEY (event, scope)
) WITHOUT ROWID;
CREATE UNIQUE INDEX join_code_by_finder ON join_code (finder);
CREATE TABLE holder (
    event TEXT NOT NULL, key TEXT NOT NULL, role TEXT NOT NULL, name TEXT NOT NULL, via TEXT NOT NULL,
    generation INTEGER NOT NULL, session TEXT, room TEXT, invited_at TEXT, joined_at TEXT, seen_at TEXT, expires_at TEXT,
    revoked_at TEXT, PRIMARY KEY (event, key)
) WITHOUT ROWID;
CREATE INDEX holder_revoked ON holder (event, key) WHERE revoked_at IS NOT NULL
"""

_JOINING_STATISTICS = (
    ("join_code", "join_code", "200 20 1"),
    ("join_code", "join_code_by_finder", "200 1"),
    ("holder", "holder", "50000 5000 1"),
    ("holder", "holder_revoked", "200 20 1"),
)


@migrations()
def index_posts_to_check(db: Database) -> None:
    """Index the posts that organisers should look at, so that counting them does not read a whole event."""
    db.conn.execute(f"CREATE INDEX item_to_check ON item (event, session) WHERE {TO_CHECK}")
    db.conn.execute("INSERT INTO sqlite_stat1 VALUES ('item', 'item_to_check', '50000 5000 100')")
    db.conn.execute("ANALYZE sqlite_schema")


@migrations()
def add_watched_schedules(db: Database) -> None:
    """Add the addresses that programmes follow."""
    db.conn.execute(_WATCHED_SCHEDULES)


_WATCHED_SCHEDULES = """
CREATE TABLE watched_schedule (
    event TEXT NOT NULL PRIMARY KEY, url TEXT NOT NULL, etag TEXT, modified TEXT, looked_at TEXT, due_at TEXT,
    failures INTEGER NOT NULL, health TEXT NOT NULL
) WITHOUT ROWID
"""

@migrations()
def keep_channel_items_by_item(db: Database) -> None:
    """Order `channel_item` by item and channel, so that an item's rows are neighbours and need one index fewer.

    A new note changes one page of the table instead of one for each channel, and the index by item is not needed.
    """
    for statement in _CHANNEL_ITEMS.split(";\n"):
        db.conn.execute(statement)
    db.conn.executemany("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", _CHANNEL_ITEM_STATISTICS)
    db.conn.execute("ANALYZE sqlite_schema")


_CHANNEL_ITEMS = """
CREATE TABLE channel_item_by_id (
    event TEXT NOT NULL, id TEXT NOT NULL, channel TEXT NOT NULL, seq INTEGER NOT NULL, gone INTEGER NOT NULL,
    PRIMARY KEY (event, id, channel)
) WITHOUT ROWID;
INSERT INTO channel_item_by_id SELECT event, id, channel, seq, gone FROM channel_item ORDER BY event, id, channel;
DROP TABLE channel_item;
ALTER TABLE channel_item_by_id RENAME TO channel_item;
CREATE UNIQUE INDEX channel_item_by_seq ON channel_item (event, channel, seq)
"""

_CHANNEL_ITEM_STATISTICS = (
    ("channel_item", "channel_item", "2500000 250000 3 1"),
    ("channel_item", "channel_item_by_seq", "2500000 250000 1000 1"),
)

@migrations()
def index_posts_for_short_jobs(db: Database) -> None:
    """Index posts by author and time, by the clock that placed them, and to check by time, so that no job reads an event."""
    for statement in _POSTS.split(";\n"):
        db.conn.execute(statement)
    db.conn.execute("DELETE FROM sqlite_stat1 WHERE idx = 'item_by_poster'")
    db.conn.executemany("INSERT INTO sqlite_stat1 VALUES (?, ?, ?)", _POST_STATISTICS)
    db.conn.execute("ANALYZE sqlite_schema")


_POSTS = f"""
DROP INDEX item_by_poster;
CREATE INDEX item_by_poster ON item (event, author, state, at) WHERE origin = 'post';
CREATE INDEX item_by_clock ON item (event, at) WHERE {BY_CLOCK};
CREATE INDEX item_to_check_by_time ON item (event, at, seq) WHERE {TO_CHECK}
"""

_POST_STATISTICS = (
    ("item", "item_by_poster", "500000 50000 50 40 1"),
    ("item", "item_by_clock", "100000 10000 1"),
    ("item", "item_to_check_by_time", "50000 5000 2 1"),
)

# (table, index, "rows, rows for one value of the first column, of the first two, ..."); a WITHOUT ROWID table's
# primary key goes by the name of the table.
_STATISTICS = (
    ("item", "item", "1000000 100000 1"),
    ("item", "item_by_session", "1000000 100000 1000 10 1"),
    ("item", "item_by_time", "1000000 100000 10 1"),
    ("revision", "revision", "1200000 120000 1 1"),
    ("channel_item", "channel_item", "2500000 250000 1000 1"),
    ("channel_item", "channel_item_by_seq", "2500000 250000 1000 1"),
    ("channel_item", "channel_item_by_item", "2500000 250000 3 2 1"),
    ("change", "change", "1500000 150000 1"),
    ("change", "change_by_item", "1500000 150000 2 1"),
    ("op", "op", "1000000 100000 1000 1"),
    ("reaction", "reaction", "200000 20000 4 1 1"),
    ("source", "source", "500000 50000 1"),
    ("source", "source_feed", "500000 50000 10000 1"),
    ("edition", "edition", "20000 2000 10 1"),
)

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
