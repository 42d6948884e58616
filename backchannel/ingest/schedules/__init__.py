"""Read programmes from files. Each format is a file with `is_mine` and `read`, chosen by the content."""

from .read import read_schedule

__all__ = ["read_schedule"]
