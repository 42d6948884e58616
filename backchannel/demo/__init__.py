"""`backchannel demo`: Puddlecamp, an invented unconference, replayed through the front doors that everybody uses."""

from .replay import run

__all__ = ["run"]
