"""backchannel place: place again what no person touched."""

from __future__ import annotations

import click


def register(cli: click.Group) -> None:
    """Nothing yet."""
