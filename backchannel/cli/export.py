"""backchannel export: the write-up of a session or an event, to a file or stdout."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import click

from backchannel.cli.common import db_option, host
from backchannel.desk.records import read_record
from backchannel.domain.errors import Unreadable
from backchannel.writeup.compose import compose_event, compose_session
from backchannel.writeup.formats import FORMATS, format_of


def register(cli: click.Group) -> None:
    cli.add_command(export)


@click.command()
@click.argument("event")
@click.option("--session", metavar="SESSION", help="One session, by its slug or guid; else the whole event.")
@click.option("--format", "name", default="md", show_default=True, metavar="FORMAT", help=f"One of {', '.join(FORMATS)}.")
@click.option("--author", metavar="NAME", help="Only what this person wrote.")
@click.option("--all", "every", is_flag=True, help="What is held or hidden, too: for the organisers' eyes.")
@click.option("-o", "--output", default="-", metavar="PATH|-", help="A file, or - for stdout.")
@db_option
def export(
    event: str, session: str | None, name: str, author: str | None, every: bool, output: str, db: str | None
) -> None:
    """Write up a session or an event."""
    kind = format_of(name)
    record = read_record(host(db).read(), event, session=session, author=author, every=every)
    if session is None:
        text = kind.write_event(compose_event(record))
    else:
        text = kind.write_session(compose_session(record, record.sessions[0]))
    _write(output, text)


def _write(output: str, text: str | bytes) -> None:
    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    if output == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    _replace(Path(output), data)


def _replace(path: Path, data: bytes) -> None:
    """The whole file or none of it: what was there stays until all is written."""
    try:
        with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
            file.write(data)
        Path(file.name).chmod(0o666 & ~_umask())
        Path(file.name).replace(path)
    except OSError as fault:
        raise Unreadable(f"Cannot write {path}: {(fault.strerror or 'it failed').lower()}.") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
