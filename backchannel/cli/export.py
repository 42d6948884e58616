"""backchannel export: the write-up of a session or an event, to a file or stdout."""

from __future__ import annotations

import click


def register(cli: click.Group) -> None:
    """Nothing yet."""
