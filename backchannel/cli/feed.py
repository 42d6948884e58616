"""The commands `feed ...`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import click

from backchannel.cli.common import Host, db_option, host, json_option, print_json, read_bytes
from backchannel.config import Settings
from backchannel.desk import feeds
from backchannel.domain.errors import BackchannelError, FeedRefused, Unreadable
from backchannel.domain.model import Entry, Feed
from backchannel.domain.times import write_when
from backchannel.ingest.charset import read_text
from backchannel.ingest.entries import read_entries
from backchannel.ingest.fetch import Fetching, fetch
from backchannel.ingest.guard import check_feed
from backchannel.ingest.parse import feeds_listed_in
from backchannel.ingest.sources.address import address_of
from backchannel.ingest.websub import Hubs


def register(cli: click.Group) -> None:
    cli.add_command(feed)


@click.group()
def feed() -> None:
    """Manage an event's hashtag feeds."""


@feed.command()
@click.argument("event")
@click.argument("url")
@click.option("--session", metavar="SESSION", help="Put all its posts into this session.")
@db_option
def add(event: str, url: str, session: str | None, db: str | None) -> None:
    """Add a feed by its address, or as "#tag @ server"."""
    added = _add(host(db), event, url, session)
    click.echo(f"{added.url} will be polled from now on.")


@feed.command("import")
@click.argument("event")
@click.argument("file", metavar="FILE.opml|-")
@click.option("--session", metavar="SESSION", help="Put all their posts into this session.")
@db_option
def import_(event: str, file: str, session: str | None, db: str | None) -> None:
    """Add every feed in an OPML list. Refused feeds are reported and the others added."""
    here = host(db)
    here.read().event(event)
    listed = feeds_listed_in(read_text(read_bytes(file))[0])
    if not listed:
        raise Unreadable(f"{file} lists no feeds. An OPML file names each feed in an outline's xmlUrl.")
    faults = 0
    for address in listed:
        try:
            click.echo(f"{_add(here, event, address, session).url} will be polled from now on.")
        except FeedRefused as fault:
            faults += 1
            click.echo(f"{address}: {fault.message}", err=True)
    if faults:
        sys.exit(1)


def _add(here: Host, event: str, typed: str, session: str | None) -> Feed:
    address = check_feed(address_of(typed), frozenset(here.settings.fetch_allow))
    return feeds.add_feed(here.desk, event, address, session=session)


@feed.command("list")
@click.argument("event")
@json_option
@db_option
def list_(event: str, as_json: bool, db: str | None) -> None:
    """List the event's feeds and their health."""
    here = host(db)
    here.read().event(event)
    found = here.read().feeds(event)
    if as_json:
        print_json([
            {"id": feed.id, "url": feed.url, "session": feed.session, "title": feed.title, "health": feed.health,
             "polled_at": write_when(feed.polled_at), "due_at": write_when(feed.due_at), "failures": feed.failures,
             "off": feed.off}
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
    """Remove a feed. Its posts stay."""
    here = host(db)
    try:
        removed = feeds.remove_feed(here.desk, event, ref)
    except BackchannelError:
        removed = feeds.remove_feed(here.desk, event, address_of(ref))
    Hubs(here.desk, here.settings).unsubscribe(removed)
    click.echo(f"{removed.url} is no longer polled. Its posts stay.")


@feed.command()
@click.argument("files", metavar="FILE|URL|-", nargs=-1, required=True)
def read(files: tuple[str, ...]) -> None:
    """Print the entries of feeds as NDJSON without storing them. Unreadable feeds are reported and skipped."""
    faults = 0
    for file in files:
        try:
            for line in _entries(file):
                click.echo(json.dumps(line, ensure_ascii=False))
        except BackchannelError as fault:
            faults += 1
            click.echo(f"{file}: {fault.message}", err=True)
    if faults:
        sys.exit(1)


def _entries(file: str) -> Iterator[dict[str, Any]]:
    now = datetime.now(UTC)
    if file.startswith(("http://", "https://", "#")):
        answer = fetch(address_of(file), settings=Fetching.of(Settings.from_environment()))
        contents = read_entries(answer.body, content_type=answer.content_type, base_url=answer.url, now=now)
    else:
        contents = read_entries(read_bytes(file), now=now)
    return (entry_line(file, entry) for entry in contents.entries)


def entry_line(file: str, entry: Entry) -> dict[str, Any]:
    """Return an entry as a line of NDJSON."""
    return {
        "file": file,
        "source_id": entry.source_id,
        "author": entry.author,
        "title": entry.title,
        "text": entry.text,
        "html": entry.html,
        "written_at": write_when(entry.written_at),
        "url": entry.url,
        "flags": list(entry.flags),
    }
