"""The commands `event ...`, for events and their passes."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import click

from backchannel.cli.common import Host, db_option, host, json_option, print_json, read_day, report_possible_names
from backchannel.desk import events, programme, redaction
from backchannel.desk.overview import event_overview
from backchannel.domain.errors import Unknown
from backchannel.domain.model import ROLES, Event

FOR = {"organiser": "organisers", "scribe": "note-takers", "follower": "followers"}


def register(cli: click.Group) -> None:
    cli.add_command(event)


@click.group()
def event() -> None:
    """Create and run an event."""


@event.command()
@click.argument("slug")
@click.option("--title", required=True, help="The event's title.")
@click.option(
    "--timezone", default="UTC", show_default=True, metavar="ZONE", help="The event's time zone, such as Europe/London."
)
@click.option("--starts", metavar="DATE", help="The first day, such as 2026-06-13.")
@click.option("--ends", metavar="DATE", help="The last day. Default: the first.")
@click.option("--hashtag", "hashtags", multiple=True, metavar="TAG", help="The event's hashtag. Repeat for aliases.")
@click.option("--restricted", is_flag=True, help="Require a link for reading.")
@json_option
@db_option
def create(
    slug: str, title: str, timezone: str, starts: str | None, ends: str | None, hashtags: tuple[str, ...],
    restricted: bool, as_json: bool, db: str | None,
) -> None:  # fmt: skip
    """Create an event and print its links."""
    here = host(db, make=True)
    here.settings.signing_secret(here.store.secret)  # created first, because links need it
    made = events.create_event(
        here.desk, slug, title=title, timezone=timezone, starts=read_day(starts), ends=read_day(ends), hashtags=hashtags,
        public=not restricted,
    )  # fmt: skip
    _print_links(here, made, as_json)


def _print_links(here: Host, made: Event, as_json: bool) -> None:
    passes = events.event_passes(here.desk, here.passes, made.slug)
    links = {role: here.link(token) for role, token in passes.items()}
    if as_json:
        print_json({"slug": made.slug, "passes": passes, "links": links})
        return
    click.echo(f"{made.title} was created. Share these links:")
    for role, link in links.items():
        click.echo(f"  {FOR[role]:12} {link}")
    if made.public:
        click.echo(f"Everybody else can read at {here.settings.origin()}/e/{made.slug}")
    else:
        click.echo("Nobody else can read it.")


@event.command("set")
@click.argument("slug")
@click.option("--title", help="The event's title.")
@click.option("--timezone", metavar="ZONE", help="The event's time zone, such as Europe/London.")
@click.option("--starts", metavar="DATE", help="The first day.")
@click.option("--ends", metavar="DATE", help="The last day.")
@click.option(
    "--hashtag", "hashtags", multiple=True, metavar="TAG", help="The event's hashtags, replacing the current ones."
)
@click.option("--public/--restricted", default=None, help="Whether reading needs no link.")
@db_option
def set_(slug: str, db: str | None, **given: Any) -> None:
    """Change an event's properties."""
    given = {name: value for name, value in given.items() if value not in (None, ())}
    for name in ("starts", "ends"):
        if name in given:
            given[name] = read_day(given[name])
    changed = events.change_event(host(db).desk, slug, **given)
    click.echo(f"{changed.title}: {', '.join(given) if given else 'nothing'} changed.")


@event.command()
@click.argument("slug")
@click.argument("session")
@click.option("--no-names/--names", "no_names", required=True, help="Whether all output leaves out names.")
@db_option
def session(slug: str, session: str, no_names: bool, db: str | None) -> None:
    """Change a session, for example to show no names."""
    here = host(db)
    guid = redaction.withhold_names(here.desk, slug, session, no_names).guid
    named = here.read().session(slug, guid)
    how = "shows no names now; people in it are “a participant”" if no_names else "shows names again"
    click.echo(f"“{named.title}” ({named.slug}) {how}.")
    if no_names:
        report_possible_names(here.read().record(slug, session=guid), f"backchannel event withhold {slug} NAME ...")


@event.command()
@click.argument("slug")
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--clear", is_flag=True, help="Clear the list first.")
@db_option
def withhold(slug: str, names: tuple[str, ...], clear: bool, db: str | None) -> None:
    """List further names that sessions without names must never show."""
    here = host(db)
    kept = () if clear else here.read().event(slug).withheld
    redaction.withhold(here.desk, slug, (*kept, *names))
    click.echo(f"Withheld: {', '.join(here.read().event(slug).withheld) or 'nobody'}.")


@event.command()
@click.argument("slug")
@click.option("--reopen", is_flag=True, help="Let note-takers write again.")
@db_option
def close(slug: str, reopen: bool, db: str | None) -> None:
    """Close an event for note-takers. Everything stays readable."""
    changed = events.change_event(host(db).desk, slug, closed=not reopen)
    click.echo(f"{changed.title} is {'open again' if reopen else 'closed'}.")


@event.command()
@click.argument("slug")
@click.option("--yes", is_flag=True, help="Do not ask.")
@db_option
def delete(slug: str, yes: bool, db: str | None) -> None:
    """Delete an event with all its notes and posts."""
    here = host(db)
    overview = event_overview(here.read(), slug)
    if not yes:
        click.confirm(f"Delete {overview['title']} with its {len(overview['sessions'])} sessions for good?", abort=True)
    events.delete_event(here.desk, slug)
    click.echo(f"{overview['title']} was deleted.")


@event.command("pass")
@click.argument("slug")
@click.option("--role", type=click.Choice(ROLES), required=True, help="Who the link is for.")
@click.option("--session", metavar="SESSION", help="Limit the link to this session.")
@click.option("--room", metavar="ROOM", help="Limit the link to the sessions in this room.")
@click.option("--expires", metavar="WHEN", help="When the link and all access by it end: 90m, 2h, 3d, or a date.")
@click.option("--new", is_flag=True, help="Replace the link. The old ones stop working.")
@json_option
@db_option
def pass_(
    slug: str, role: Any, session: str | None, room: str | None, expires: str | None, new: bool, as_json: bool,
    db: str | None,
) -> None:  # fmt: skip
    """Show a join link, or replace it."""
    here = host(db)
    until = _expiry(expires, here.read().event(slug), here.desk.clock()) if expires else None
    token = events.event_pass(here.desk, here.passes, slug, role, session=session, room=room, expires=until, new=new)
    if as_json:
        print_json({"slug": slug, "role": role, "pass": token, "link": here.link(token)})
    else:
        click.echo(here.link(token))


def _expiry(text: str, event: Event, now: datetime) -> datetime:
    """Parse a duration such as 2h, or a date, which means the end of that day in the event's time zone."""
    found = re.fullmatch(r"(\d{1,4})([mhd])", text)
    if found:
        return now + int(found[1]) * {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}[found[2]]
    day = read_day(text)
    assert day, "an empty text is no expiry"
    return datetime.combine(day + timedelta(days=1), time(), ZoneInfo(event.timezone))


@event.command("list")
@json_option
@db_option
def list_(as_json: bool, db: str | None) -> None:
    """List the events in this database."""
    here = host(db)
    try:
        found = here.read().events()
    except Unknown as fault:  # no database yet
        click.echo(str(fault), err=True)
        found = []
    if as_json:
        print_json([{"slug": event.slug, "title": event.title, "seq": event.head} for event in found])
        return
    for event in found:
        click.echo(f"{event.slug:24} {event.title}")


@event.command()
@click.argument("slug")
@json_option
@db_option
def show(slug: str, as_json: bool, db: str | None) -> None:
    """Show an event, its sessions and their counts."""
    overview = event_overview(host(db).read(), slug)
    if as_json:
        print_json(overview)
        return
    click.echo(f"{overview['title']} ({overview['timezone']})")
    for session in overview["sessions"]:
        counts = session["counts"]
        click.echo(
            f"  {(session['starts'] or '')[:16]:16}  {session['room'] or '':16.16}  {session['title']:44.44}"
            f"  {counts['note']} notes, {counts['post']} posts"
        )


@event.command()
@click.argument("slug")
@click.argument("session")
@click.argument("into")
@db_option
def merge(slug: str, session: str, into: str, db: str | None) -> None:
    """Merge SESSION into INTO. Its items and address move there."""
    old, new = programme.merge_sessions(host(db).desk, slug, session, into)
    click.echo(f"“{old.title}” is now part of “{new.title}”.")
