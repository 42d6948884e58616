"""The command `place`."""

from __future__ import annotations

import click

from backchannel.cli.common import bar, db_option, host
from backchannel.desk import second_thoughts


def register(cli: click.Group) -> None:
    cli.add_command(place)


@click.command()
@click.argument("event")
@click.option("--dry-run", is_flag=True, help="Print the moves without making them.")
@db_option
def place(event: str, dry_run: bool, db: str | None) -> None:
    """Look again at the posts that no person placed, with what came after them, and print what moved.

    A running server does this by itself, within minutes and at the end of each slot.
    """
    here = host(db)
    titles = {session.guid: f"“{session.title}”" for session in here.read().sessions(event)}
    count = len(here.read().items(event, states=("visible", "held")))
    with bar(count, "Placing") as progress:
        moves = second_thoughts.place_again(here.desk, event, dry_run=dry_run, progress=progress)
    for move in moves:
        old, new = (titles.get(guid or "", "the hallway") for guid in (move.item.session, move.to.session))
        click.echo(f"{move.item.author} “{move.item.text[:50]}”: from {old} to {new}, because {move.to.placement.reason}")
    posts = "1 post" if len(moves) == 1 else f"{len(moves)} posts"
    click.echo(f"{posts} {'would move' if dry_run else 'moved'}.")
