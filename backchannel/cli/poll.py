"""The command `poll`."""

from __future__ import annotations

import click

from backchannel.cli.common import db_option, host
from backchannel.ingest.poller import Poller


def register(cli: click.Group) -> None:
    cli.add_command(poll)


@click.command()
@click.argument("event", required=False)
@click.option("--all", "every", is_flag=True, help="Poll the feeds of every event.")
@click.option(
    "--once/--watch",
    "once",
    default=True,
    help="Poll once now (the default), or keep polling feeds as they become due.",
)
@db_option
def poll(event: str | None, every: bool, once: bool, db: str | None) -> None:
    """Poll an event's feeds and save new posts."""
    if (event is None) != every:
        raise click.UsageError("Name an event, or use --all.")
    here = host(db)
    poller = Poller(here.store, here.desk, here.settings)
    if not once:
        click.echo("Polling. Press Ctrl-C to stop.", err=True)
        poller.run_for_ever(event=event)
        return
    if event is not None:
        here.read().event(event)
    for polled in poller.run_once(event):
        taken = polled.taken
        click.echo(f"{polled.feed.url}: {taken.new} new, {taken.edited} edited; {polled.feed.health}")
