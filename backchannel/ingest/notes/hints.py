"""Hints for an import: what the importer knows besides the document."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from pathlib import PurePosixPath


@dataclass(frozen=True, slots=True, kw_only=True)
class Hints:
    """The file's name, and the author and date given by the user."""

    name: str = ""
    author: str = ""
    date: date | None = None

    @property
    def called(self) -> str:
        """Return the document's name for messages."""
        return f"“{self.name}”" if self.name else "The document"

    @property
    def title(self) -> str:
        """Return a title made from the file's name.

        >>> Hints(name="notes/local_camp-live-notes.txt").title
        'Local camp live notes'
        """
        stem = PurePosixPath(self.name.replace("\\", "/")).name
        stem = re.sub(r"(?<=.)\.[A-Za-z0-9]{1,8}\Z", "", stem)
        words = " ".join(re.sub(r"[-_]+", " ", stem).split())
        return words[:1].upper() + words[1:] or "Notes"
