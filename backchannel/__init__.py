"""Backchannel: follow an unconference from anywhere, take notes together, and publish the write-up."""

__version__ = "0.1.0"
