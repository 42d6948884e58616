"""The `backchannel` command."""

from __future__ import annotations

import sys

import click

from backchannel import __version__
from backchannel.cli import backup, demo, event, export, feed, importing, place, poll, serve
from backchannel.domain.errors import BackchannelError


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="backchannel")
def cli() -> None:
    """Follow an unconference from anywhere, take notes together, walk away with the write-up."""


for part in (demo, serve, event, importing, feed, poll, place, export, backup):
    part.register(cli)


def main() -> None:
    try:
        cli(standalone_mode=False)
    except BackchannelError as fault:
        click.echo(fault.message, err=True)
        sys.exit(1)
    except click.Abort:
        sys.exit(130)
    except click.exceptions.Exit as fault:
        sys.exit(fault.exit_code)
    except click.ClickException as fault:
        fault.show()
        sys.exit(fault.exit_code)
    except BrokenPipeError:  # `backchannel export ... | head`
        sys.stderr.close()
        sys.exit(1)
