"""The command `place`."""

from __future__ import annotations

import click

from backchannel.cli.common import bar, db_option, host
from backchannel.desk import placing


def register(cli: click.Group) -> None:
    cli.add_command(place)


@click.command()
@click.argument("event")
@click.option("--dry-run", is_flag=True, help="Print the moves without making them.")
@db_option
def place(event: str, dry_run: bool, db: str | None) -> None:
    """Place posts again that no person placed, and print what moved."""
    here = host(db)
    titles = {session.guid: f"“{session.title}”" for session in here.read().sessions(event)}
    count = len(here.read().items(event, states=("visible", "held")))
    with bar(count, "Placing") as progress:
        moves = placing.place_again(here.desk, event, dry_run=dry_run, progress=progress)
    for move in moves:
        old, new = (titles.get(guid or "", "the hallway") for guid in (move.item.session, move.to.session))
        click.echo(f"{move.item.author} “{move.item.text[:50]}”: from {old} to {new}, because {move.to.placement.reason}")
    click.echo(f"{len(moves)} posts {'would move' if dry_run else 'moved'}.")
