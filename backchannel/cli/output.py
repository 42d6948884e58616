"""Where a command puts what it made: stdout, a file, a folder. And a bar while it is being made."""

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
    """To stdout for `-`, else the whole file or none of it: what was there stays until all is written."""
    if output == "-":
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        return
    try:
        _replace(Path(output), data)
    except OSError as fault:
        raise _unwritable(Path(output), fault) from None


def write_folder(folder: Path, files: Mapping[str, bytes], listed: str) -> None:
    """The files into the folder. What an earlier export put there (its file `listed` names it) and is not in this one goes;
    a folder with anything else in it is refused, and left as it is."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()) and not (folder / listed).is_file():
            raise Invalid(f"{folder} is not empty, and holds no earlier export; give an empty folder.", field="output")
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
    """A bar on a terminal for work that cannot say how far it is. It goes by the `seconds` that such work took where it was
    measured, slower and slower, and is never full before the work is done. Nothing in a pipe, or for what is short."""
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
    return Unreadable(f"Cannot write {path}: {(fault.strerror or 'it failed').lower()}.")
