"""Rendered lines of timelines, kept by item and seq, so that a new note costs one line and not a page.

    lines (id, seq) -> rows that are kept; the others are read and rendered -> one string of HTML

A line is rendered by the macro `item` of templates/macros/item.html. Only its fold depends on the line above it: a run
of one author names them once. The fold is a class, so each row is kept in two halves around it.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, NamedTuple

import gevent
from flask import Flask
from markupsafe import Markup

from backchannel.domain.model import Event, Item
from backchannel.domain.wire_json import item_on_wire
from backchannel.store.base import Line, Reader

MAX_ROWS = 50_000  # about 1 KB each
MAX_TURN_S = 0.004  # of rendering before live traffic gets a turn
FOLD = "\x00"  # where the macro puts a row's fold; no text contains it


class Row(NamedTuple):
    """A rendered line: its HTML before and after the fold, and what folds and pages ask of its item."""

    before: str
    after: str
    author: str
    origin: str
    session: str | None
    at: str
    speaker: str | None
    author_key: str


class Style(NamedTuple):
    """How a page shows its lines. `sessions` are the session views that name each line's session, or None."""

    sessions: dict[str, dict[str, Any]] | None = None
    writes: bool = False  # the page can correct lines


READING = Style()


class Gathered(NamedTuple):
    """The lines of a page before rendering: rows that are kept, and items of which there is no row yet."""

    base: tuple[Any, ...]  # what a row depends on besides its item
    parts: list[Row | Item]
    unnamed: frozenset[str]  # sessions without names


class Lines:
    """A cache of rendered lines in this process's memory."""

    def __init__(self, app: Flask) -> None:
        self._templates = app.jinja_env
        self._rows: OrderedDict[tuple[Any, ...], Row] = OrderedDict()
        self._slips: OrderedDict[tuple[Any, ...], Markup] = OrderedDict()

    def gather(
        self, reader: Reader, event: Event, lines: Sequence[Line], style: Style = READING, own: str | None = None
    ) -> Gathered:
        """Return the rows that are kept and the items of the others. Call it inside the snapshot that named the lines."""
        base = (reader.epoch(), event.uid, event.version, style.sessions is not None, style.writes)
        found: dict[str, Row | Item] = {line[0]: row for line in lines if (row := self._known(base, line, own))}
        missing = [id for id, _ in lines if id not in found]
        if missing:
            found |= reader.items_by_id(event.slug, missing)
        return Gathered(base, [found[id] for id, _ in lines], reader.anonymous_sessions(event.slug))

    def _known(self, base: tuple[Any, ...], line: Line, own: str | None) -> Row | None:
        row = self._rows.get((base, False, line))
        return self._rows.get((base, True, line)) if row and own and row.author_key == own else row

    def rows(self, gathered: Gathered, event: Event, style: Style = READING, own: str | None = None) -> list[Row]:
        """Return the rows, rendering what is not kept. Those of the author key `own` come with all that corrections need.

        Live traffic gets a turn every few milliseconds, so call it outside any snapshot.
        """
        made: list[Row] = []
        began = time.perf_counter()
        for part in gathered.parts:
            if isinstance(part, Row):
                made.append(part)
                continue
            mine = own is not None and part.author_key == own
            made.append(self._row(part, event, style, mine=mine))
            if part.session not in gathered.unnamed:  # which names are left out there changes with every new name
                self._keep(self._rows, (gathered.base, mine, (part.id, part.seq)), made[-1])
            if time.perf_counter() - began > MAX_TURN_S:
                gevent.sleep(0)
                began = time.perf_counter()
        return made

    def _row(self, item: Item, event: Event, style: Style, *, mine: bool) -> Row:
        macro = self._templates.get_template("macros/item.html").module.item  # type: ignore[attr-defined]
        wire = item_on_wire(item)
        sessions = style.sessions
        html = str(macro(
            wire, event, session=(sessions or {}).get(item.session or ""), labelled=sessions is not None, mine=mine,
            writes=style.writes, fold=FOLD,
        ))  # fmt: skip
        before, _, after = html.partition(FOLD)
        return Row(
            before, after, item.author, item.origin, item.session, wire["at"] or "", item.speaker, item.author_key
        )

    def slips(self, reader: Reader, event: Event, lines: Sequence[Line], present: frozenset[str]) -> Markup:
        """Return the slips of outcomes. Those of lines that are `present` on the page link to them there."""
        base = (reader.epoch(), event.uid, event.version)
        keys = [(base, line, line[0] in present) for line in lines]
        found = {key: slip for key in keys if (slip := self._slips.get(key))}
        missing = {key[1][0]: key for key in keys if key not in found}
        if missing:
            macro = self._templates.get_template("macros/ledger.html").module.slip  # type: ignore[attr-defined]
            unnamed = reader.anonymous_sessions(event.slug)
            for id, item in reader.items_by_id(event.slug, list(missing)).items():
                key = missing[id]
                found[key] = slip = Markup(macro(item_on_wire(item), event, present=key[2]))  # noqa: S704  a template's output
                if item.session not in unnamed and item.seq == key[1][1]:
                    self._keep(self._slips, key, slip)
        return Markup("").join(found[key] for key in keys if key in found)

    def _keep(self, cache: OrderedDict[tuple[Any, ...], Any], key: tuple[Any, ...], made: object) -> None:
        cache[key] = made
        while len(cache) > MAX_ROWS:
            cache.popitem(last=False)


def joined(rows: Sequence[Row], above: Row | None = None) -> Markup:
    """Return the rows as one piece of HTML, each folded below the one above it."""
    parts: list[str] = []
    for row in rows:
        parts += (row.before, _fold(above, row), row.after)
        above = row
    return Markup("".join(parts))  # noqa: S704  output of a template, which escaped it


def _fold(above: Row | None, row: Row) -> str:
    """Return the classes that fold a row below another one. static/js/timeline.js does the same for live lines."""
    if above is None or above.session != row.session:
        return ""
    if above.author != row.author or above.origin != row.origin or above.at[:15] != row.at[:15]:
        return " same-place"
    return " run same-minute same-place" if above.at[:16] == row.at[:16] else " run same-place"
