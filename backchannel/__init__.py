"""Backchannel: follow an unconference from anywhere, take notes together, walk away with the write-up."""

__version__ = "0.1.0"
