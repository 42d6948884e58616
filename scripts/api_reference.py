#!/usr/bin/env python3
"""Write docs/api.md from the public docstrings of `backchannel.client` and the Protocols of the store.

python scripts/api_reference.py            prints the page
python scripts/api_reference.py --write    writes the file
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import backchannel.client
from backchannel.client import errors, outbox, view
from backchannel.store import base

PAGE = Path(__file__).parent.parent / "docs" / "api.md"
HEAD = """# API reference

This page is generated from the docstrings in the code by `make docs`.

`backchannel.client` is for programs that follow an event or write notes. The store's Protocols are for anybody who implements
another store. Every store must pass `tests/store/test_contract.py`.
"""
PARTS: tuple[tuple[str, tuple[Any, ...]], ...] = (
    ("backchannel.client", (backchannel.client.Client, view.View, outbox.Outbox)),
    ("backchannel.client.errors", (errors.Refused, errors.Unreachable, errors.Unanswered)),
    ("backchannel.store.base", (base.Store, base.Reader, base.Writer)),
    ("Values of the store", (base.Page, base.Revision, base.Change, base.StoredAnswer, base.Source, base.Tally)),
)


def page() -> str:
    """Return the page as Markdown."""
    return "\n".join([HEAD, *(line for title, classes in PARTS for line in part(title, classes))]) + "\n"


def part(title: str, classes: tuple[Any, ...]) -> Iterator[str]:
    """Yield the lines of one section."""
    yield f"## {title}\n"
    for one in classes:
        yield f"### {one.__name__}\n"
        yield text_of(one) + "\n"
        for name, member in vars(one).items():
            if not name.startswith("_") and inspect.isfunction(member):
                yield f"**`{name}{signature(member)}`**<br>\n{text_of(member)}\n"


def signature(member: Any) -> str:
    """Return a method's parameters and return type as written in the code."""
    found = inspect.signature(member)
    documented = [parameter for name, parameter in found.parameters.items() if name != "self"]
    return str(found.replace(parameters=documented)).replace("'", "")


def text_of(thing: Any) -> str:
    """Return a docstring as a paragraph."""
    return inspect.cleandoc(thing.__doc__ or "")


if __name__ == "__main__":
    if "--write" in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        sys.stdout.write(page())
