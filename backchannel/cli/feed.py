"""backchannel feed ..., and backchannel poll."""

from __future__ import annotations

import click

from backchannel.cli.common import db_option, host, json_option, print_json
from backchannel.desk import feeds
from backchannel.domain.times import write_when


def register(cli: click.Group) -> None:
    cli.add_command(feed)


@click.group()
def feed() -> None:
    """Point an event at hashtag feeds."""


@feed.command()
@click.argument("event")
@click.argument("url")
@click.option("--session", metavar="SESSION", help="Every post of it belongs to this session.")
@db_option
def add(event: str, url: str, session: str | None, db: str | None) -> None:
    """Point the event at a feed: its address, or "#tag @ server"."""
    added = feeds.add_feed(host(db).desk, event, url, session=session)
    click.echo(f"{added.url} is polled from now on.")


@feed.command("list")
@click.argument("event")
@json_option
@db_option
def list_(event: str, as_json: bool, db: str | None) -> None:
    """The event's feeds, and how each is doing."""
    here = host(db)
    here.read().event(event)
    found = here.read().feeds(event)
    if as_json:
        print_json([
            {"id": feed.id, "url": feed.url, "session": feed.session, "title": feed.title, "health": feed.health,
             "polled_at": write_when(feed.polled_at), "off": feed.off}
            for feed in found
        ])  # fmt: skip
        return
    for feed in found:
        click.echo(f"{feed.url}\n    {feed.health}")


@feed.command()
@click.argument("event")
@click.argument("ref", metavar="URL")
@db_option
def remove(event: str, ref: str, db: str | None) -> None:
    """Take a feed away; the posts it brought stay."""
    removed = feeds.remove_feed(host(db).desk, event, ref)
    click.echo(f"{removed.url} is polled no more; its posts stay.")
