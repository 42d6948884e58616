"""What commands share: the database, the desk, JSON out, bytes in, and a bar for long work."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import click

from backchannel.config import Settings
from backchannel.desk.desk import Desk
from backchannel.desk.redaction import RedactingStore
from backchannel.domain.errors import Invalid, Unreadable
from backchannel.domain.model import Record
from backchannel.domain.names import doubtful
from backchannel.passes import Passes
from backchannel.store.base import Reader
from backchannel.store.sqlite.store import SqliteStore

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Host:
    """The machine's owner at her terminal: settings, and the desk over the database."""

    settings: Settings
    make: bool = False  # a database where there is none; else that is likely a mistyped path, and refused

    @cached_property
    def store(self) -> SqliteStore:
        return SqliteStore(self.settings.db, make=self.make)

    @cached_property
    def desk(self) -> Desk:
        return Desk(self.store)

    @cached_property
    def passes(self) -> Passes:
        return Passes(self.settings.signing_secret())

    @cached_property
    def shown(self) -> RedactingStore:
        """The store as it may be shown."""
        return RedactingStore(self.store)

    def read(self) -> Reader:
        return self.shown.reader()

    def link(self, token: str) -> str:
        return f"{self.settings.origin()}/join/{token}"


def host(db: str | None, *, make: bool = False) -> Host:
    return Host(Settings.from_environment(db=db), make)


db_option = click.option("--db", metavar="PATH", help="The database; else BACKCHANNEL_DB, else instance/backchannel.db.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_json(data: Any) -> None:
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def tell_doubts(record: Record, way: str) -> None:
    """What looks like a name in a record without names and is not known as one: for a person to decide, in the `way`."""
    doubts = doubtful(record)
    if doubts:
        said = ", ".join(f"{name} ({count})" if count > 1 else name for name, count in doubts.items())
        click.echo(f"These may be names, and were left: {said}. To leave one out: {way}", err=True)


def read_bytes(path: str) -> bytes:
    """A file's bytes, or those of stdin for `-`; `Unreadable` names the path."""
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as fault:
        raise Unreadable(f"Cannot read {path}: {(fault.strerror or 'no such file').lower()}.") from None


def read_day(text: str | None) -> date | None:
    """--starts, --ends, --date: 2026-06-13."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"“{text}” is not a date like 2026-06-13.") from None


@contextmanager
def bar(length: int, label: str) -> Iterator[Callable[[int], None]]:
    """A progress bar on stderr where that is a terminal; nothing in a pipe."""
    if not sys.stderr.isatty():
        yield lambda n: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as progress:
        yield progress.update
