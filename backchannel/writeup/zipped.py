"""Reproducible zip files, without clock, directory order or owner."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

STORED_FIRST = "mimetype"  # in EPUB and odt: first and uncompressed, so that its contents are at a known position
_EARLIEST, _LATEST = datetime(1980, 1, 1, tzinfo=UTC), datetime(2107, 12, 31, tzinfo=UTC)


def zipped(files: Mapping[str, bytes], changed: datetime) -> bytes:
    """Return a zip of the files in the given order, all dated `changed`."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for name, data in files.items():
            entry = zipfile.ZipInfo(name, _date(changed))
            entry.compress_type = zipfile.ZIP_STORED if name == STORED_FIRST else zipfile.ZIP_DEFLATED
            entry.external_attr = 0o100644 << 16
            entry.create_system = 3
            archive.writestr(entry, data, compresslevel=6)
    return made.getvalue()


def rezipped(data: bytes, changed: datetime, edit: Callable[[str, bytes], bytes]) -> bytes:
    """Return another program's zip dated `changed`. `edit` may change files by name."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        names.sort(key=lambda name: (name != STORED_FIRST, name != "[Content_Types].xml"))
        return zipped({name: edit(name, archive.read(name)) for name in names}, changed)


def _date(when: datetime) -> tuple[int, int, int, int, int, int]:
    when = min(max(when.astimezone(UTC), _EARLIEST), _LATEST)
    return (when.year, when.month, when.day, when.hour, when.minute, when.second)
