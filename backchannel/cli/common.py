"""Shared parts of commands: the database, the desk, JSON output, input, and progress bars."""

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
from backchannel.store.opening import open_store
from backchannel.store.sql.store import SqlStore

F = TypeVar("F", bound=Callable[..., Any])


@dataclass
class Host:
    """The settings and the desk of one command."""

    settings: Settings
    make: bool = False  # create the database if it is missing; otherwise a mistyped path is refused

    @cached_property
    def store(self) -> SqlStore:
        """Return the opened database."""
        return open_store(self.settings.db, make=self.make)

    @cached_property
    def desk(self) -> Desk:
        """Return the desk over the database."""
        return Desk(self.store)

    @cached_property
    def passes(self) -> Passes:
        """Return the signer of passes."""
        return Passes(self.settings.signing_secret(self.store.secret))

    @cached_property
    def redacted(self) -> RedactingStore:
        """Return the store for output, which leaves out names where they must not be shown."""
        return RedactingStore(self.store)

    def read(self) -> Reader:
        """Return a reader that leaves out names where they must not be shown."""
        return self.redacted.reader()

    def link(self, token: str) -> str:
        """Return the join link of a pass."""
        return f"{self.settings.origin()}/join/{token}"


def host(db: str | None, *, make: bool = False) -> Host:
    """Return the settings and the desk for a command."""
    return Host(Settings.from_environment(db=db), make)


_DB = "The database: a path, or a postgresql:// address. Default: BACKCHANNEL_DB, or instance/backchannel.db."
db_option = click.option("--db", metavar="PATH", help=_DB)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")


def print_json(data: Any) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=2))


def report_possible_names(record: Record, way: str) -> None:
    """Report words that may still be names in a redacted record. `way` tells how to leave them out."""
    doubts = doubtful(record)
    if doubts:
        said = ", ".join(f"{name} ({count})" if count > 1 else name for name, count in doubts.items())
        click.echo(f"These words may be names and were kept: {said}. To leave one out: {way}", err=True)


def read_bytes(path: str) -> bytes:
    """Return the contents of a file, or of stdin for `-`. Raises `Unreadable`."""
    if path == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(path).read_bytes()
    except OSError as fault:
        raise Unreadable(f"Can't read {path}: {(fault.strerror or 'no such file').lower()}.") from None


def read_day(text: str | None) -> date | None:
    """Parse a date option such as 2026-06-13. Raises `Invalid`."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise Invalid(f"“{text}” isn't a date. Use the form 2026-06-13.") from None


@contextmanager
def bar(length: int, label: str) -> Iterator[Callable[[int], None]]:
    """Return a progress bar on stderr if that is a terminal; otherwise it draws nothing."""
    if not sys.stderr.isatty():
        yield lambda _done: None
        return
    with click.progressbar(length=length, label=label, file=sys.stderr) as progress:
        yield progress.update
