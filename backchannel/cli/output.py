"""Output of commands: to stdout, a file or a folder, with a progress bar."""

from __future__ import annotations

import math
import os
import re
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import click

from backchannel.domain.errors import Invalid, Unreadable

_NAME = re.compile(r"[\w.-]+(?:/[\w.-]+)*", re.ASCII)
_STEPS = 1000


def write_file(output: str, data: bytes) -> None:
    """Write to stdout for `-`, or replace the file atomically."""
    if output == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        _replace(Path(output), data)
    except OSError as fault:
        raise _unwritable(Path(output), fault) from None


def write_folder(folder: Path, files: Mapping[str, bytes], listed: str) -> None:
    """Write the files to a folder, replacing an earlier export.

    Files listed by the earlier export (in its file `listed`) are deleted. A folder with other files is refused.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not (folder / listed).is_file():
            raise Invalid(f"{folder} isn't empty and contains no earlier export. Choose an empty folder.", field="output")
        before = _names_in(folder / listed)
        for name, data in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            _replace(folder / name, data)
        for name in before - set(files):
            if (folder / name).resolve().is_relative_to(folder.resolve()):
                (folder / name).unlink(missing_ok=True)
    except OSError as fault:
        raise _unwritable(folder, fault) from None


@contextmanager
def working(label: str, seconds: float) -> Iterator[None]:
    """Draw a progress bar for work of unknown progress, paced by its usual `seconds`, and never full before the end.

    Draws nothing in a pipe or for short work.
    """
    if not sys.stderr.isatty() or seconds < 1:
        yield
        return
    done = threading.Event()
    drawing = threading.Thread(target=_draw, args=(label, seconds, done))
    drawing.start()
    try:
        yield
    finally:
        done.set()
        drawing.join()


def _draw(label: str, seconds: float, done: threading.Event) -> None:
    begun = time.monotonic()
    with click.progressbar(length=_STEPS, label=label, file=sys.stderr, show_eta=False) as bar:
        while not done.wait(0.2):
            share = 1 - math.exp(-1.5 * (time.monotonic() - begun) / seconds)
            bar.update(int(share * _STEPS) - bar.pos)
        bar.update(_STEPS - bar.pos)


def _names_in(listed: Path) -> set[str]:
    lines = listed.read_text(encoding="utf-8", errors="replace").splitlines() if listed.is_file() else []
    return {line for line in lines if _NAME.fullmatch(line) and ".." not in line}


def _replace(path: Path, data: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        file.write(data)
    Path(file.name).chmod(0o666 & ~_umask())
    Path(file.name).replace(path)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _unwritable(path: Path, fault: OSError) -> Unreadable:
    return Unreadable(f"Can't write {path}: {(fault.strerror or 'it failed').lower()}.")
