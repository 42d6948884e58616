"""Recognise speakers by lower-case nicks: "erictune: the core can't keep growing".

One such line proves nothing, but many in a document do. (domain/people.py recognises capitalised names.)
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace

from backchannel.domain.model import Draft
from backchannel.domain.people import is_label

_SAID = re.compile(r"(?P<nick>[a-z][\w.-]{1,30}(?:/[a-z][\w.-]{1,30})?):[ \t]+(?!//)(?=\S)")
_MANY = 6  # such lines in a document; then nicks that occur once count too
_NO_NICKS = frozenset(
    (
        "aka",
        "btw",
        "e.g",
        "edit",
        "eg",
        "etc",
        "ex",
        "i.e",
        "ie",
        "imo",
        "n.b",
        "nb",
        "pps",
        "re",
        "tbd",
        "todo",
        "via",
        "wip",
        "wrt",
    )
)


def with_speakers(drafts: Sequence[Draft]) -> tuple[Draft, ...]:
    """Return the lines with speakers recognised by nick."""
    nicks = [_nick(draft) for draft in drafts]
    known = _known(nick for nick in nicks if nick)
    return tuple(
        replace(draft, speaker=nick) if nick in known else draft for draft, nick in zip(drafts, nicks, strict=True)
    )


def _known(nicks: Iterable[str]) -> set[str]:
    counts = Counter(nicks)
    often = {nick for nick, count in counts.items() if count > 1}
    return set(counts) if counts.total() >= _MANY and len(often) > 1 else often


def _nick(draft: Draft) -> str:
    found = _SAID.match(draft.text) if draft.origin != "post" and not draft.speaker else None
    nick = found["nick"] if found else ""
    return "" if nick in _NO_NICKS or is_label(nick) or nick.startswith(("http", "ftp")) else nick
