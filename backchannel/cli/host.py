"""The commands `host ...`, for the person who runs the server."""

from __future__ import annotations

import click

from backchannel.cli.common import db_option, host, json_option, print_json


def register(cli: click.Group) -> None:
    cli.add_command(host_)


@click.group("host")
def host_() -> None:
    """Commands for the person who runs the server."""


@host_.command()
@json_option
@db_option
def code(as_json: bool, db: str | None) -> None:
    """Print the host code, which lets somebody create events in the browser.

    The code is derived from the server's secret, so it changes only with the secret. BACKCHANNEL_CREATE=nobody switches
    it off.
    """
    here = host(db, make=True)
    words = " ".join(here.passes.host_words())
    address = f"{here.settings.origin()}/new"
    if as_json:
        print_json({"code": words, "address": address})
        return
    click.echo(words)
    click.echo(f"Type these words at {address}", err=True)
