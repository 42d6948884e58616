"""Puddlecamp, an invented unconference for `backchannel demo`, replayed through the public commands and pages."""

from .replay import run

__all__ = ["run"]
