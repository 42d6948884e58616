"""backchannel event ...: make, change, close, delete, list, show; and the passes."""

from __future__ import annotations

from typing import Any

import click

from backchannel.cli.common import Host, db_option, host, json_option, print_json, read_day, tell_doubts
from backchannel.desk import events, programme, redaction
from backchannel.desk.overview import event_overview
from backchannel.domain.model import ROLES, Event

FOR = {"organiser": "organisers", "scribe": "note-takers", "follower": "followers"}


def register(cli: click.Group) -> None:
    cli.add_command(event)


@click.group()
def event() -> None:
    """Make and run an event."""


@event.command()
@click.argument("slug")
@click.option("--title", required=True, help="What the event is called.")
@click.option("--timezone", default="UTC", show_default=True, metavar="ZONE", help="Its time zone, like Europe/London.")
@click.option("--starts", metavar="DATE", help="Its first day, like 2026-06-13.")
@click.option("--ends", metavar="DATE", help="Its last day; else the first.")
@click.option("--hashtag", "hashtags", multiple=True, metavar="TAG", help="Its hashtag; again for aliases.")
@click.option("--restricted", is_flag=True, help="Read only by those who have a link.")
@json_option
@db_option
def create(
    slug: str, title: str, timezone: str, starts: str | None, ends: str | None, hashtags: tuple[str, ...],
    restricted: bool, as_json: bool, db: str | None,
) -> None:  # fmt: skip
    """Make an event and print its links."""
    here = host(db, make=True)
    here.settings.signing_secret()  # before anything is made: without it there are no links
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
    click.echo(f"{made.title} is made. Hand out these links:")
    for role, link in links.items():
        click.echo(f"  {FOR[role]:12} {link}")
    if made.public:
        click.echo(f"Everybody else just reads, at {here.settings.origin()}/e/{made.slug}")
    else:
        click.echo("Nobody else reads it.")


@event.command("set")
@click.argument("slug")
@click.option("--title", help="What the event is called.")
@click.option("--timezone", metavar="ZONE", help="Its time zone, like Europe/London.")
@click.option("--starts", metavar="DATE", help="Its first day.")
@click.option("--ends", metavar="DATE", help="Its last day.")
@click.option("--hashtag", "hashtags", multiple=True, metavar="TAG", help="Its hashtags; they replace those it has.")
@click.option("--public/--restricted", default=None, help="Whether it is read without a pass.")
@db_option
def set_(slug: str, db: str | None, **given: Any) -> None:
    """Change what is given."""
    given = {name: value for name, value in given.items() if value not in (None, ())}
    for name in ("starts", "ends"):
        if name in given:
            given[name] = read_day(given[name])
    changed = events.change_event(host(db).desk, slug, **given)
    click.echo(f"{changed.title}: {', '.join(given) if given else 'nothing'} changed.")


@event.command()
@click.argument("slug")
@click.argument("session")
@click.option("--no-names/--names", "no_names", required=True, help="Whether nothing that goes out of it names anybody.")
@db_option
def session(slug: str, session: str, no_names: bool, db: str | None) -> None:
    """Change one session: make it one without names, or with them again."""
    here = host(db)
    guid = redaction.withhold_names(here.desk, slug, session, no_names).guid
    shown = here.read().session(slug, guid)
    how = "is without names now: people in it are “a participant”" if no_names else "names people again"
    click.echo(f"“{shown.title}” ({shown.slug}) {how}.")
    if no_names:
        tell_doubts(here.read().record(slug, session=guid), f"backchannel event withhold {slug} NAME ...")


@event.command()
@click.argument("slug")
@click.argument("names", nargs=-1, metavar="[NAME...]")
@click.option("--clear", is_flag=True, help="Begin the list anew.")
@db_option
def withhold(slug: str, names: tuple[str, ...], clear: bool, db: str | None) -> None:
    """Keep a list of names that sessions without names never show, beside those that the event knows itself."""
    here = host(db)
    kept = () if clear else here.read().event(slug).withheld
    redaction.withhold(here.desk, slug, (*kept, *names))
    click.echo(f"Withheld: {', '.join(here.read().event(slug).withheld) or 'nobody'}.")


@event.command()
@click.argument("slug")
@click.option("--reopen", is_flag=True, help="Let note-takers write again.")
@db_option
def close(slug: str, reopen: bool, db: str | None) -> None:
    """Take no more notes; everything stays to be read."""
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
    click.echo(f"{overview['title']} is deleted.")


@event.command("pass")
@click.argument("slug")
@click.option("--role", type=click.Choice(ROLES), required=True, help="Whom it is for.")
@click.option("--session", metavar="SESSION", help="Writes in this session only.")
@click.option("--new", is_flag=True, help="Make it anew: those given out before end now.")
@json_option
@db_option
def pass_(slug: str, role: Any, session: str | None, new: bool, as_json: bool, db: str | None) -> None:
    """Print a link again, or a new one."""
    here = host(db)
    token = events.event_pass(here.desk, here.passes, slug, role, session=session, new=new)
    if as_json:
        print_json({"slug": slug, "role": role, "pass": token, "link": here.link(token)})
    else:
        click.echo(here.link(token))


@event.command("list")
@json_option
@db_option
def list_(as_json: bool, db: str | None) -> None:
    """Every event of this database."""
    here = host(db)
    if not here.settings.db.exists():
        click.echo(f"There is no database at {here.settings.db} yet.", err=True)
    found = here.read().events() if here.settings.db.exists() else []
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
    """An event, its sessions, and what stands in them."""
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
    """Two sessions became one: everything of SESSION goes to INTO, and its address leads there."""
    old, new = programme.merge_sessions(host(db).desk, slug, session, into)
    click.echo(f"“{old.title}” is part of “{new.title}” now.")
