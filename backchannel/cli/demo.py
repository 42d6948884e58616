"""The command `demo`."""

from __future__ import annotations

import click


def register(cli: click.Group) -> None:
    cli.add_command(demo)


@click.command()
@click.option("--speed", type=click.FloatRange(0.1, 100), default=1.0, show_default=True, metavar="X",
              help="Replay this many times faster. At 1 it takes seven minutes.")  # fmt: skip
@click.option("--port", type=click.IntRange(1, 65535), metavar="PORT", help="The port. Default: 8000, or any free one.")
@click.option("--no-open", is_flag=True, help="Don't open a browser.")
@click.option("--db", metavar="PATH", help="Keep the event in this database instead of deleting it at the end.")
def demo(speed: float, port: int | None, no_open: bool, db: str | None) -> None:
    """Replay Puddlecamp, a sample event, live, to follow or to join in."""
    from backchannel.demo import run  # imported late: no other command needs a client

    run(port=port, speed=speed, open_browser=not no_open, db=db)
