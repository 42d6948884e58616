"""The command `serve`."""

from __future__ import annotations

import click

from backchannel.cli.common import db_option


def register(cli: click.Group) -> None:
    cli.add_command(serve)


@click.command()
@click.option("--host", metavar="ADDRESS", help="The address to listen on. Default: BACKCHANNEL_HOST, or 127.0.0.1.")
@click.option("--port", type=int, metavar="PORT", help="The port. Default: BACKCHANNEL_PORT, or 8000. 0 chooses a free one.")
@click.option("--workers", type=click.IntRange(1), metavar="N", help="Run several processes under gunicorn.")
@db_option
def serve(host: str | None, port: int | None, workers: int | None, db: str | None) -> None:
    """Serve pages, API and sockets, and poll the feeds."""
    from gevent import monkey

    monkey.patch_all()  # before any import that opens a socket; the other commands run unpatched

    from backchannel.config import Settings
    from backchannel.server import serve as server

    server(Settings.from_environment(db=db, host=host, port=port), workers=workers)
