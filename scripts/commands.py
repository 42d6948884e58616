"""Write the command reference in docs/commands.md from the help of each command.

python scripts/commands.py            prints the page
python scripts/commands.py --write    writes the file
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import click

from backchannel.cli.main import cli

PAGE = Path(__file__).parent.parent / "docs" / "commands.md"
WIDTH = 100
LAST_LINE_BY_HAND = "The sections below are generated from each command's `--help` by `make docs`.\n"


def page() -> str:
    """Return the page: the introduction written by hand, then one section a command."""
    by_hand, _, _ = PAGE.read_text(encoding="utf-8").partition(LAST_LINE_BY_HAND)
    return by_hand + LAST_LINE_BY_HAND + "".join(sections(cli, "backchannel"))


def sections(command: click.Command, name: str, parent: click.Context | None = None) -> Iterator[str]:
    """Yield the help of a command, or of all the commands of a group, depth first."""
    context = click.Context(command, info_name=name, parent=parent, terminal_width=WIDTH, max_content_width=WIDTH)
    context.help_option_names = ["-h", "--help"]
    if isinstance(command, click.Group):
        for member in command.list_commands(context):
            if found := command.get_command(context, member):
                yield from sections(found, member, context)
    else:
        yield f"\n## {context.command_path}\n\n```text\n{command.get_help(context)}\n```\n"


if __name__ == "__main__":
    if sys.argv[1:] == ["--write"]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page(), end="")
