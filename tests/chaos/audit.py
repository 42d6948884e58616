"""Compare what was written with the database and with every follower's view. Pure, except for reading the database.

The audit identifies notes by their texts, which are all different, instead of by ids, so that it can also judge a
server without ids.

"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from backchannel.client import View, digest_of

JITTER = 0.5  # seconds: how much a phone's measured clock offset may vary between tries


@dataclass(slots=True, kw_only=True)
class Written:
    """A note as its writer knows it.

    `text` is the final text, `acked` the seq of the first ack or None, and `at` the true time of typing.

    """

    writer: int
    text: str
    acked: int | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A visible note of the database, in seq order. `born` is the seq of its first version."""

    seq: int
    id: str
    rev: int
    text: str
    born: int
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """The contents of the database for one event."""

    rows: tuple[Row, ...]
    head: int = 0  # the latest seq
    epoch: str = ""
    faults: tuple[str, ...] = ()  # problems of the file or of the counter

    @property
    def digest(self) -> str:
        return digest_of((row.seq, row.id, row.rev) for row in self.rows)


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A follower's view, in the order of the channel. `order` holds the seqs in the order they were applied."""

    name: str
    texts: tuple[str, ...]
    order: tuple[int, ...] = ()
    digest: str = ""

    @classmethod
    def of(cls, name: str, view: View) -> Seen:
        items = sorted(view.items.values(), key=lambda item: item["seq"])
        texts = tuple(item["text"] for item in items)
        return cls(name=name, texts=texts, order=tuple(seq for seq, _ in view.applied), digest=view.digest())


@dataclass(slots=True, kw_only=True)
class Findings:
    """The problems found, one sentence each, in `notes` notes and `followers` views. Empty if there are none."""

    notes: int = 0
    followers: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    misordered: list[str] = field(default_factory=list)
    unequal: list[str] = field(default_factory=list)
    unsound: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.misordered or self.unequal or self.unsound)

    def counts(self) -> dict[str, int]:
        names = ("lost", "doubled", "misordered", "unequal", "unsound")
        return {"notes": self.notes, "followers": self.followers} | {name: len(getattr(self, name)) for name in names}


def audit(kept: Kept, written: Sequence[Written], seen: Sequence[Seen], *, by_time: bool = False) -> Findings:
    """Return everything that is wrong with a run.

    With `by_time`, a writer's notes must be in order of `at` instead of seq. After a restore, notes sent again get a
    higher seq than notes the phone sent before it learnt of the restore.

    """
    found = Findings(notes=len(written), followers=len(seen), unsound=list(kept.faults))
    stands = Counter(row.text for row in kept.rows)
    found.lost = [f"“{note.text}” (acked: {note.acked}) is not kept" for note in written if not stands[note.text]]
    found.doubled = [f"“{text}” stands {n} times" for text, n in stands.items() if n > 1]
    found.misordered = [*_writers_out_of_order(kept, written, by_time), *_acks_that_lied(kept, written)]
    for follower in seen:
        found.misordered += _applied_out_of_order(follower)
        found.unequal += _differences(kept, follower)
    return found


def _writers_out_of_order(kept: Kept, written: Iterable[Written], by_time: bool) -> list[str]:
    """Yield a finding for every writer whose notes were stored in a different order from the order of writing."""
    place = {row.text: row.at.timestamp() if by_time and row.at else row.born for row in reversed(kept.rows)}
    slack = JITTER if by_time else 0
    if by_time:
        written = sorted((note for note in written if note.at), key=lambda note: note.at)  # type: ignore[arg-type,return-value]
    last: dict[int, float] = {}
    wrong = []
    for note in written:
        here = place.get(note.text)
        if here is None:
            continue
        if here <= last.get(note.writer, 0) - slack:
            wrong.append(f"“{note.text}” was taken as {here}, after {last[note.writer]}")
        last[note.writer] = here
    return wrong


def _acks_that_lied(kept: Kept, written: Iterable[Written]) -> list[str]:
    born = {row.text: row.born for row in kept.rows}
    return [
        f"“{note.text}” was acked as {note.acked} and stands as {born[note.text]}"
        for note in written
        if note.acked is not None and born.get(note.text, note.acked) != note.acked
    ]


def _applied_out_of_order(follower: Seen) -> list[str]:
    pairs = zip(follower.order, follower.order[1:], strict=False)
    return [f"{follower.name} was given {after} behind {before}" for before, after in pairs if after <= before]


def _differences(kept: Kept, follower: Seen) -> list[str]:
    texts = tuple(row.text for row in kept.rows)
    if follower.texts != texts:
        lacks, more = Counter(texts) - Counter(follower.texts), Counter(follower.texts) - Counter(texts)
        return [f"{follower.name} lacks {lacks.total()}, has {more.total()} too many, of {len(texts)}"]
    if follower.digest and follower.digest != kept.digest:
        return [f"{follower.name} has the same texts and another digest"]
    return []


def lateness(kept: Kept, written: Iterable[Written]) -> list[float]:
    """Return by how many seconds `at` differs from the true time of typing, for each note."""
    at = {row.text: row.at for row in kept.rows}
    return [abs((at[note.text] - note.at).total_seconds()) for note in written if note.at and at.get(note.text)]  # type: ignore[operator]


# --- the database


def read_kept(db: Path, event: str) -> Kept:
    """Read the database file directly, without using any code of the product."""
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        rows = connection.execute(
            """SELECT item.seq, item.id, item.rev, revision.text, item.at,
                (SELECT min(seq) FROM change WHERE change.event = item.event AND change.id = item.id)
            FROM item JOIN revision ON revision.event = item.event AND revision.id = item.id AND revision.rev = item.rev
            JOIN channel_item ON channel_item.event = item.event AND channel_item.id = item.id
                AND channel_item.channel = 'event'
            WHERE item.event = ? AND gone = 0 ORDER BY item.seq""",
            (event,),
        ).fetchall()
        ((head,),) = connection.execute("SELECT head FROM event WHERE slug = ?", (event,)).fetchall()
        ((epoch,),) = connection.execute("SELECT value FROM meta WHERE key = 'epoch'").fetchall()
        faults = (*_unsound(connection), *_uncounted(connection, event, head))
    return Kept(rows=tuple(_row(*row) for row in rows), head=head, epoch=epoch, faults=faults)


def _row(seq: int, id: str, rev: int, text: str, at: str | None, born: int) -> Row:
    return Row(seq=seq, id=id, rev=rev, text=text, born=born, at=datetime.fromisoformat(at) if at else None)


def _unsound(connection: sqlite3.Connection) -> list[str]:
    return [text for (text,) in connection.execute("PRAGMA integrity_check") if text != "ok"]


def _uncounted(connection: sqlite3.Connection, event: str, head: int) -> list[str]:
    """Return a finding for each gap in the seqs from 1 to the head."""
    ((n, first, last),) = connection.execute(
        "SELECT count(*), coalesce(min(seq), 1), coalesce(max(seq), 0) FROM change WHERE event = ?", (event,)
    ).fetchall()
    return (
        [] if (n, first, last) == (head, 1, head) else [f"{n} changes from {first} to {last}, and the head is {head}"]
    )
