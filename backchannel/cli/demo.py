"""backchannel demo: an invented unconference, replayed live."""

from __future__ import annotations

import click


def register(cli: click.Group) -> None:
    cli.add_command(demo)


@click.command()
@click.option("--speed", type=click.FloatRange(0.1, 100), default=1.0, show_default=True, metavar="X",
              help="How many times faster than usual; at 1 it takes seven minutes.")  # fmt: skip
@click.option("--port", type=click.IntRange(1, 65535), metavar="PORT", help="The port; else 8000, or a free one.")
@click.option("--no-open", is_flag=True, help="Do not open a browser.")
@click.option("--db", metavar="PATH", help="Keep it in this database; else all is forgotten at the end.")
def demo(speed: float, port: int | None, no_open: bool, db: str | None) -> None:
    """Puddlecamp, a sample event, replayed live: follow it, or type along."""
    from backchannel.demo import run  # late: no other command needs a client

    run(port=port, speed=speed, open_browser=not no_open, db=db)
