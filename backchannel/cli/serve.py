"""backchannel serve: the production server."""

from __future__ import annotations

import click

from backchannel.cli.common import db_option


def register(cli: click.Group) -> None:
    cli.add_command(serve)


@click.command()
@click.option("--host", metavar="ADDRESS", help="Where to listen; 127.0.0.1 unless BACKCHANNEL_HOST says otherwise.")
@click.option("--port", type=int, metavar="PORT", help="The port; 8000 unless BACKCHANNEL_PORT says otherwise; 0: any free one.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Several processes, by gunicorn's gevent worker.")
@db_option
def serve(host: str | None, port: int | None, workers: int | None, db: str | None) -> None:
    """Serve pages, API and sockets, and poll the feeds."""
    from gevent import monkey

    monkey.patch_all()  # before anything that opens a socket is imported; the other commands run unpatched

    from backchannel.config import Settings
    from backchannel.server import serve as server

    server(Settings.from_environment(db=db, host=host, port=port), workers=workers)
