"""The command `export`."""

from __future__ import annotations

import gc
from pathlib import Path

import click

from backchannel.cli.common import db_option, host, report_possible_names
from backchannel.cli.output import working, write_file, write_folder
from backchannel.desk.editions import published_part
from backchannel.desk.records import read_record
from backchannel.domain.errors import Invalid, Unknown
from backchannel.domain.model import Record
from backchannel.writeup.compose import compose_event, compose_session
from backchannel.writeup.formats import FORMATS, Format, format_of
from backchannel.writeup.mine import WRITTEN, my_notes, write_mine
from backchannel.writeup.site import FILES


def register(cli: click.Group) -> None:
    cli.add_command(export)


@click.command()
@click.argument("event")
@click.option("--session", metavar="SESSION", help="Export one session, by slug or guid. Default: the whole event.")
@click.option(
    "--format", "name", default="md", show_default=True, metavar="FORMAT", help=f"One of {', '.join(FORMATS)}."
)
@click.option(
    "--author", metavar="NAME", help="Export only this person's notes, as md, html or docx: the draft of a blog post."
)
@click.option("--all", "every", is_flag=True, help="Include held and hidden items, for organisers only.")
@click.option(
    "--no-names", is_flag=True, help="Leave out all names. Words that may still be names are listed on stderr."
)
@click.option(
    "--also-strip",
    "also",
    multiple=True,
    metavar="NAME",
    help="With --no-names, also leave out this name. Repeat for more.",
)
@click.option("--published", is_flag=True, help="Export only sessions whose write-up is published.")
@click.option(
    "-o", "--output", default="-", metavar="PATH|-", help="A file, or - for stdout. For site: a folder or a zip file."
)
@db_option
def export(
    event: str, session: str | None, name: str, author: str | None, every: bool, no_names: bool, also: tuple[str, ...],
    published: bool, output: str, db: str | None,
) -> None:  # fmt: skip
    """Export the write-up of a session or an event."""
    gc.disable()  # one tree is built and kept to the end; searching it for cycles takes a tenth of the time
    kind = format_of(name)
    kind.require()
    if also and not no_names:
        raise Invalid("--also-strip requires --no-names.", field="also_strip")
    here = host(db)
    record = read_record(
        here.redacted, event, session=session, author=author, every=every, no_names=no_names, also=also
    )  # fmt: skip
    if no_names:
        report_possible_names(record, "--also-strip NAME")
    if published:
        record = published_part(record)
        if session is not None and not record.sessions:
            raise Unknown("The write-up of this session isn't published yet.", field="session")
    if author is not None and name in WRITTEN and not every:
        write_file(output, write_mine(my_notes(record, author), name))
        return
    with working(f"Making {name}", kind.pace * len(record.items) / 1000):
        address = (
            f"{here.settings.public_url.rstrip('/')}/e/{event}" if here.settings.public_url and not no_names else ""
        )
        _export(kind, record, output, whole=session is None, every=every, address=address)


def _export(kind: Format, record: Record, output: str, *, whole: bool, every: bool, address: str) -> None:
    if every:
        write_file(output, kind.record(record))
    elif whole and kind.write_files and output != "-" and not output.endswith(f".{kind.ending}"):
        write_folder(Path(output), kind.write_files(compose_event(record, address)), FILES)
    elif whole:
        write_file(output, kind.event(compose_event(record, address)))
    else:
        write_file(output, kind.session(compose_session(record, record.sessions[0])))
