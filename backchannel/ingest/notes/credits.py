"""Who took the notes, and who led, as people write it above them.

"**Notes by Chris and Nils**"                    ->  ("takers", ("Chris", "Nils"))
"Note Takers: Josh Berkus(@jberkus), Ann Lee"    ->  ("takers", ("Josh Berkus", "Ann Lee"))
"Lead: Brian Grant"                              ->  ("leaders", ("Brian Grant",))
"""

from __future__ import annotations

import re
from typing import Literal, NamedTuple

from backchannel.domain.model import NAME_LIMIT
from backchannel.domain.people import is_handle, is_name

_TAKERS = re.compile(
    r"(?:(?:live )?notes? (?:were |was )?(?:taken |written |kept )?by\b|note[- ]?takers?(?:\(s\))?\s*:|scribes?(?:\(s\))?\s*:"
    r"|scribed by\b|minutes (?:taken )?by\b|taken by\b)\s*:?\s*",
    re.IGNORECASE,
)
_BY = re.compile(r"(?:notes? from|by)\b\s*:?\s*", re.IGNORECASE)  # often just the beginning of a sentence: see below
_LEADERS = re.compile(
    r"(?:session )?(?:leads?|leaders?|led by|lead by|facilitators?|facilitated by|moderators?|hosts?|hosted by|presenters?"
    r"|run by|convened by|convenors?)(?:\(s\))?\s*:\s*",
    re.IGNORECASE,
)
_MARKDOWN_LINK = re.compile(r"\[([^\[\]]{0,100})\]\([^()\s]{0,500}\)")
_ASIDE = re.compile(r"\s*\([^()]{0,120}\)")
_BETWEEN = re.compile(r"\s*(?:,|;|&|/|\band\b)\s*")
_LONGEST = 300


class Credit(NamedTuple):
    """People credited by a line; `role` is takers or leaders."""

    role: Literal["takers", "leaders"]
    names: tuple[str, ...]


def credit_of(line: str) -> Credit | None:
    """Return the people whom a line credits, or None if it is about something else."""
    line = line.strip().strip("*_ ").strip()
    if len(line) > _LONGEST:
        return None
    if (found := _TAKERS.match(line)) and (names := _names(line[found.end() :])):
        return Credit("takers", names)
    if (found := _LEADERS.match(line)) and (names := _names(line[found.end() :])):
        return Credit("leaders", names)
    if (found := _BY.match(line)) and (names := _names(line[found.end() :])) and all(map(_is_somebody, names)):
        return Credit("takers", names)
    return None


def together(names: tuple[str, ...]) -> str:
    """Return several names as one author, as many as fit.

    >>> together(("Chris", "Nils"))
    'Chris and Nils'
    """
    for kept in range(len(names), 0, -1):
        rest = [f"{len(names) - kept} others"] if kept < len(names) else []
        every = [*names[:kept], *rest]
        said = " and ".join([", ".join(every[:-1]), every[-1]] if every[1:] else every)
        if len(said) <= NAME_LIMIT:
            return said
    return names[0][:NAME_LIMIT] if names else ""


def _names(text: str) -> tuple[str, ...]:
    text = _ASIDE.sub("", _MARKDOWN_LINK.sub(r"\1", text)).strip(" .:*_")
    names = tuple(name.strip(" *_.") for name in _BETWEEN.split(text))
    return tuple(name for name in names if name) if all(_could_be(name) for name in names if name) else ()


def _could_be(name: str) -> bool:
    """Return whether this could be a name. Less strict than inside a note, because a credit line may contain nicknames.
    """
    return is_handle(name) or (len(name.split()) <= 4 and len(name) <= NAME_LIMIT and any(c.isalpha() for c in name))


def _is_somebody(name: str) -> bool:
    return is_name(name) or is_handle(name)
