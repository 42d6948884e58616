"""backchannel poll: look at the feeds, from a process of its own."""

from __future__ import annotations

import click

from backchannel.cli.common import db_option, host
from backchannel.ingest.poller import Poller


def register(cli: click.Group) -> None:
    cli.add_command(poll)


@click.command()
@click.argument("event", required=False)
@click.option("--all", "every", is_flag=True, help="The feeds of every event.")
@click.option("--once/--watch", "once", default=True, help="Look once, now (the default); or go on looking as feeds are due.")
@db_option
def poll(event: str | None, every: bool, once: bool, db: str | None) -> None:
    """Look at an event's feeds and keep what is new."""
    if (event is None) != every:
        raise click.UsageError("Name an event, or say --all.")
    here = host(db)
    poller = Poller(here.store, here.desk, here.settings)
    if not once:
        click.echo("Polling; Ctrl-C ends it.", err=True)
        poller.run_for_ever(event=event)
        return
    if event is not None:
        here.read().event(event)
    for polled in poller.run_once(event):
        taken = polled.taken
        click.echo(f"{polled.feed.url}: {taken.new} new, {taken.edited} edited; {polled.feed.health}")
