"""Blocks: authors, instances and words whose posts an organiser keeps out of sight. Matching is pure.

    read_block("author", "@Spam@bad.example").matches(item)     ->   True for a post by spam@bad.example

- An `author` is a handle (`@ann@example.social`, or `@ann` on any instance) or a displayed name.
- An `instance` is a domain. It matches its accounts, its subdomains and the posts published there.
- A `word`, or several in a row, matches whole words. Case, accents and width make no difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Literal, get_args
from urllib.parse import urlsplit

from .errors import Invalid
from .model import Item
from .wire import fold, one_line

BlockKind = Literal["author", "instance", "word"]
BlockEffect = Literal["hidden", "held"]
BLOCK_KINDS: tuple[BlockKind, ...] = get_args(BlockKind)
BLOCK_EFFECTS: tuple[BlockEffect, ...] = get_args(BlockEffect)

MAX_VALUE = 100  # characters of a blocked word or author
MIN_WORD = 2  # letters; a single letter would match nearly everything

_DOMAIN = re.compile(r"(?:[^\W_](?:[\w-]*[^\W_])?\.)+[^\W\d_][\w-]+")
_TOKEN = re.compile(r"[^\W_]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """An author, instance or word that is blocked. `value` is in its compared form, `typed` as the organiser wrote it."""

    id: str = ""
    kind: BlockKind
    value: str
    typed: str = ""
    effect: BlockEffect = "hidden"
    author: str = ""  # the organiser's name
    at: datetime | None = field(default=None, compare=False)
    lifted: bool = False

    def matches(self, item: Item) -> bool:
        """Return whether the block applies to the item."""
        return _MATCHERS[self.kind](self.value, item)


def first_match(blocks: Iterable[Block], item: Item) -> Block | None:
    """Return the block that applies to the item. Blocks that hide come before those that hold."""
    matching = [block for block in blocks if block.matches(item)]
    return min(matching, key=lambda block: block.effect != "hidden", default=None)


def read_block(kind: str, typed: str, effect: str = "hidden") -> Block:
    """Return a block as typed in a form. Raises `Invalid` with the field."""
    if kind not in BLOCK_KINDS:
        raise Invalid("Choose what to block: an author, an instance or a word.", field="kind")
    if effect not in BLOCK_EFFECTS:
        raise Invalid("Choose whether to hide the matches or hold them.", field="effect")
    typed = one_line(typed)
    if len(typed) > MAX_VALUE:
        raise Invalid(f"This has {len(typed)} characters. Shorten it to {MAX_VALUE}.", field="value")
    value = _READERS[kind](typed)
    return Block(kind=kind, value=value, typed=typed, effect=effect)


def _read_author(typed: str) -> str:
    value = fold(_handle_of_address(typed) or typed)
    if not value.strip("@ "):
        raise Invalid("Enter a handle like @name@example.social, or a name.", field="value")
    return value if value.startswith("@") or not _is_account(value) else f"@{value}"


def _read_instance(typed: str) -> str:
    address = typed if "//" in typed else f"//{typed.rpartition('@')[2]}"
    value = _host(address).removeprefix("www.").strip(".")
    if not _DOMAIN.fullmatch(value):
        raise Invalid("Enter a domain like example.social.", field="value")
    return value


def _read_word(typed: str) -> str:
    words = _words(typed)
    if sum(map(len, words)) < MIN_WORD:
        raise Invalid(f"Enter a word of at least {MIN_WORD} letters.", field="value")
    return " ".join(words)


def _handle_of_address(typed: str) -> str:
    """Return the handle in the address of a profile, such as https://example.social/@ann."""
    return _profile(typed) if "://" in typed else ""


def _is_account(value: str) -> bool:
    name, at, domain = value.partition("@")
    return bool(name and at and " " not in name and _DOMAIN.fullmatch(domain))


def _is_author(value: str, item: Item) -> bool:
    names = {fold(one_line(item.author)), _profile(item.url)}
    if not value.startswith("@"):
        return value in names
    handles = {f"@{name.lstrip('@')}" for name in names if name.startswith("@") or _is_account(name)}
    if "@" not in value[1:]:  # on any instance
        handles = {f"@{handle[1:].partition('@')[0]}" for handle in handles}
    return value in handles


def _profile(url: str | None) -> str:
    """Return the handle in a post's address, for feeds that name their authors otherwise."""
    parts = urlsplit(_safe(url))
    name = parts.path.strip("/").partition("/")[0]
    return fold(f"{name}@{parts.hostname}") if re.fullmatch(r"@[\w.-]+", name) else fold(name) if name.startswith("@") else ""


def _is_on(value: str, item: Item) -> bool:
    hosts = (fold(item.author).rpartition("@")[2] if "@" in item.author else "", _host(item.url))
    return any(host == value or host.endswith(f".{value}") for host in hosts if host)


def _says(value: str, item: Item) -> bool:
    return f" {value} " in f" {' '.join(_words(item.text))} "


def _host(url: str | None) -> str:
    return fold(urlsplit(_safe(url)).hostname or "")


def _safe(url: str | None) -> str:
    """Return an address that `urlsplit` accepts."""
    try:
        urlsplit(url or "").hostname  # noqa: B018  raises for malformed addresses
        return url or ""
    except ValueError:
        return ""


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[str, ...]:
    return tuple(_TOKEN.findall(fold(text)))


_READERS = {"author": _read_author, "instance": _read_instance, "word": _read_word}
_MATCHERS = {"author": _is_author, "instance": _is_on, "word": _says}
