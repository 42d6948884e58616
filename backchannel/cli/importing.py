"""The commands `import schedule`, `import notes` and `import posts`."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import click

from backchannel.cli.common import bar, db_option, host, json_option, print_json, read_bytes, read_day
from backchannel.desk import documents, posts, programme
from backchannel.domain.programme_phrases import sentences
from backchannel.ingest.posts import read_posts
from backchannel.ingest.schedules import read_schedule

BATCH = 500  # posts in a transaction


def register(cli: click.Group) -> None:
    cli.add_command(import_)


@click.group("import")
def import_() -> None:
    """Import a schedule, notes or posts."""


@import_.command()
@click.argument("event")
@click.argument("file", metavar="FILE|URL|-")
@click.option("--dry-run", is_flag=True, help="Print the changes without making them.")
@click.option(
    "--keep-ours/--take-theirs",
    "keep",
    default=True,
    help="Keep what was changed by hand here (the default), or take the schedule's version.",
)
@db_option
def schedule(event: str, file: str, dry_run: bool, keep: bool, db: str | None) -> None:
    """Import a schedule: pretalx or frab JSON or XML, iCalendar, CSV, or a JSON list. A repeated import applies the
    differences.
    """
    here = host(db)
    known = here.read().event(event)
    read = read_schedule(_bytes_of(file), name="" if file == "-" else file, timezone=known.timezone, day=known.starts)
    changes = programme.take_schedule(here.desk, event, read, theirs=() if keep else None, dry_run=dry_run)
    for fault in read.faults:
        click.echo(fault, err=True)
    for sentence in sentences(changes, ZoneInfo(here.read().event(event).timezone)):
        click.echo(sentence)
    if changes.kept:
        click.echo("To take the schedule's version of what was changed by hand, use --take-theirs.", err=True)


def _bytes_of(file: str) -> bytes:
    if file.startswith(("http://", "https://")):
        from backchannel.config import Settings
        from backchannel.ingest.fetch import fetch  # imported late: files need no HTTP client

        return fetch(file, settings=Settings.from_environment()).body
    return read_bytes(file)


@import_.command()
@click.argument("event")
@click.argument("file", metavar="FILE|-")
@click.option(
    "--session",
    metavar="SESSION",
    help="Put the notes into this session. Default: the one with their title, or a new one.",
)
@click.option("--author", metavar="NAME", help="The note-taker, if the document names none.")
@click.option("--date", "day", metavar="DATE", help="The date, if the document gives none.")
@json_option
@db_option
def notes(
    event: str, file: str, session: str | None, author: str | None, day: str | None, as_json: bool, db: str | None
) -> None:
    """Import notes taken elsewhere: text, Markdown or HTML."""
    from backchannel.ingest.notes import read_notes

    here = host(db)
    here.read().event(event)
    read = read_notes(read_bytes(file), name="" if file == "-" else file, author=author or "", date=read_day(day))
    imported = documents.take_documents(here.desk, event, read, session=session, author=author, day=read_day(day))
    if as_json:
        print_json([_imported(one) for one in imported])
        return
    for one in imported:
        where = "a new session" if one.new_session else "the session" if one.session else "the hallway"
        title = f" “{one.session.title}”" if one.session else ""
        click.echo(
            f"{one.notes} notes and {one.afterthoughts} afterthoughts into {where}{title}"
            + (f"; {one.known} were there already." if one.known else ".")
        )


def _imported(one: documents.Imported) -> dict[str, object]:
    return {
        "session": one.session and one.session.guid, "slug": one.session and one.session.slug,
        "title": one.session.title if one.session else None,
        "new_session": one.new_session, "notes": one.notes, "afterthoughts": one.afterthoughts, "posts": one.posts,
        "known": one.known,
    }  # fmt: skip


@import_.command("posts")
@click.argument("event")
@click.argument("file", metavar="FILE|-")
@db_option
def posts_(event: str, file: str, db: str | None) -> None:
    """Import posts from NDJSON lines with "id", "at", "author", "text" and optionally "url" and "html"."""
    here = host(db)
    here.read().event(event)
    entries = read_posts(read_bytes(file).splitlines())
    taken = posts.IntakeCounts()
    with bar(len(entries), "Placing posts") as progress:
        for start in range(0, len(entries), BATCH):
            batch = entries[start : start + BATCH]
            taken += posts.take_entries(here.desk, event, batch)
            progress(len(batch))
    click.echo(f"{taken.new} posts are new, {taken.edited} edited, {taken.known} were there already.")
