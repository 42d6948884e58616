"""The `backchannel` command.

Each command's module is imported only when that command runs: `serve` must let gevent patch the process before anything
opens a socket, and no command waits for the imports of another.
"""

from __future__ import annotations

import sys
from importlib import import_module

import click

from backchannel import __version__
from backchannel.domain.errors import BackchannelError

FILES = {
    "backup": "backup", "check": "backup", "demo": "demo", "event": "event", "export": "export", "feed": "feed",
    "host": "host", "import": "importing", "place": "place", "poll": "poll", "restore": "backup", "serve": "serve",
}  # fmt: skip  # command -> its file in backchannel/cli/


class Commands(click.Group):
    """The group of all commands, each registered by its own module on demand."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click\'s interface
        """Return the names of all commands."""
        return sorted(FILES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a command, importing its module."""
        if cmd_name in FILES and cmd_name not in self.commands:
            import_module(f"backchannel.cli.{FILES[cmd_name]}").register(self)
        return super().get_command(ctx, cmd_name)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="backchannel")
def cli() -> None:
    """Follow an unconference from anywhere, take notes together, and publish the write-up."""


def main(words: list[str] | None = None) -> None:
    """Run the command line, or the given words instead of it. Exits with 0, 1 (refused) or 2 (wrong usage)."""
    try:
        cli(words, standalone_mode=False)
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
