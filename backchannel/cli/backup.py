"""The commands `backup`, `restore` and `check`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import click

from backchannel.cli.common import bar, db_option, host
from backchannel.domain.errors import Invalid
from backchannel.store.sqlite import backup as copies


def register(cli: click.Group) -> None:
    for command in (backup, restore, check):
        cli.add_command(command)


def _sqlite_file(db: str | None) -> Path:
    """Return the path of the database. Raises `Invalid` for PostgreSQL, which has tools of its own for this."""
    address = host(db).settings.db
    if not isinstance(address, Path):
        raise Invalid("This command copies SQLite files. For a PostgreSQL database, use pg_dump and pg_restore.")
    return address


def _shown(progress: Callable[[int], None]) -> Callable[[int, int], None]:
    done = 0

    def show(left: int, whole: int) -> None:
        nonlocal done
        now = 100 * (whole - left) // max(whole, 1)
        progress(now - done)
        done = now

    return show


@click.command()
@click.argument("path")
@db_option
def backup(path: str, db: str | None) -> None:
    """Back up the database, even while the server runs."""
    source = _sqlite_file(db)
    with bar(100, "Copying") as progress:
        copies.backup(source, Path(path), _shown(progress))
    click.echo(
        f"{path} is a complete backup. It doesn't contain {source.name}.secret, which signs the passes: back that up too."
    )


@click.command()
@click.argument("path")
@db_option
def restore(path: str, db: str | None) -> None:
    """Restore a backup, even while the server runs. Open phones send missing notes again."""
    with bar(100, "Restoring") as progress:
        copies.restore(Path(path), _sqlite_file(db), _shown(progress))
    click.echo(f"The database is restored from {path}. Phones that are open send again what is missing.")


@click.command()
@db_option
def check(db: str | None) -> None:
    """Check the database for damage and wrong counts."""
    here = host(db)
    address = here.settings.db
    faults = copies.check(address) if isinstance(address, Path) else here.store.miscounts()
    for fault in faults:
        click.echo(f"{address}: {fault}", err=True)
    if faults:
        sys.exit(1)
    click.echo(f"{address} has no errors.")
