"""The secret that signs passes, in a file beside the database that only its owner can read."""

from __future__ import annotations

import os
import secrets
import tempfile
from contextlib import suppress
from pathlib import Path

from backchannel.config import MIN_SECRET_LENGTH
from backchannel.domain.errors import Invalid


def stored_secret(path: Path) -> str:
    """Return the secret in the file, which is created on first use. Raises `Invalid` if it is too short."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _write_once(path, secrets.token_urlsafe(48))
    secret = path.read_text().strip()
    if len(secret) < MIN_SECRET_LENGTH:
        raise Invalid(f"The secret in {path.name} is too short. Delete the file to have a new one created.")
    return secret


def _write_once(path: Path, text: str) -> None:
    """Create the file with its full contents, readable by its owner only. If several processes start at once, the first
    wins.
    """
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 0600
    try:
        with os.fdopen(handle, "w") as file:
            file.write(text)
        with suppress(FileExistsError):  # another process was faster
            os.link(draft, path)
    finally:
        Path(draft).unlink()
