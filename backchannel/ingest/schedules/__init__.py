"""Programmes from files: one file a format, each with `is_mine` and `read`; the kind is found by content."""

from .read import read_schedule

__all__ = ["read_schedule"]
