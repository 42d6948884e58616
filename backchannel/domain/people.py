"""People in typed text: `@handles`, and names before what was said or has to be done."""

from __future__ import annotations

import re
from typing import NamedTuple

from .links import without_links

# Not after a letter, '/' or '.', so that neither "ann@example.org" nor an address matches.
_HANDLE = re.compile(r"(?<![\w@/.])@(\w[\w.-]{0,60}(?:@\w[\w.-]{0,100})?)")
_HANDLE_ALONE = re.compile(r"@\w[\w.-]*(?:@[\w.-]+)?")
_NAME_LENGTH = 60
PARTICIPANT = "a participant"  # replaces names in sessions that show none (names.py); it parses as a name
_PARTICLES = {"al", "bin", "da", "de", "del", "della", "den", "der", "di", "du", "la", "le", "van", "von", "y", "zu"}
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-])*")
_COMMITTING = re.compile(r"(\S.{0,60}?)\s+(?:to|will|shall|is going to|are going to)\s")
_AND = re.compile(r" and | & |, ")

# Capitalised words that begin sentences or label lines and are nobody's name.
_LABELS = """
    a about action actions actually add advice after again agenda agree agreed agreement ai aim all also an and
    another answer answers any anybody anyone approach are as aside ask assumption assumptions at attendees audience
    back background because before benefits best better big blog break but by can case caution challenge challenges
    check come commit concern concerns conclusion conclusions cons consider context continue cost costs could date
    day decide decision decisions definition demo details development did discuss discussion do does don't edit
    email end ensure even every everybody everyone example examples extensions fact facts faq finally find first
    follow for from fwiw fyi general get give go goal goals good group groups guess have he heading hear hello her
    here hi his host hosting how however i idea ideas if image imagine imho imo important in info instead intro
    introduction is issue issues it it's join just keep key keynote last later lead leads learn learned lesson
    lessons let let's link links list listen location look lots main make many maybe me meanwhile meeting meetings
    members message metrics mission moderator more most my name need needs never new news next no nobody not note
    notes nothing now observation ok on once one only opinion option options or order other our out outcome outcomes
    overview owner p.s part participants people perhaps plan plans pledge pledges plus point points policy poll
    present presentation presenter presenters problem problems project promise proposal pros ps q question questions
    quick quote quotes re read reading really reason reasons remember remind reminder report resolved resource
    resources result results review risk risks room round rule rules say says scribe second section see send session
    sessions set share she should show sidebar similarly since slide slides so solution solutions some somebody
    someone something source sources speak speaker speakers start started statement step steps still story strategy
    subject suggestion suggestions summary take takeaway takeaways talk tbc tbd team testing thanks that that's the
    their then there therefore these they thing things think this those thought thoughts three tip tips title tl;dr
    tldr to today todo tomorrow tool tooling tools topic topics try twitter two type types update updated upgrading
    url use useful usually version video view want wanted warning was way we website welcome well were what when
    where which while who why wifi will with wow write yes yesterday yet you your
"""
_NO_NAMES = frozenset(_LABELS.split())


class Said(NamedTuple):
    """A name (empty if unknown) and the text after it."""

    name: str
    rest: str


def handles_in(text: str) -> tuple[str, ...]:
    """Return the @handles of a text with their '@', in order, each once.

    >>> handles_in("more from @alncl and @Ann@example.social, not ann@example.org")
    ('@alncl', '@Ann@example.social')
    """
    if "@" not in text:
        return ()
    found: dict[str, str] = {}
    for match in _HANDLE.finditer(without_links(text)):
        handle = "@" + match[1].rstrip(".-")
        found.setdefault(handle.casefold(), handle)
    return tuple(found.values())


def speaker_of(text: str) -> Said | None:
    """Split `Name: said this`. Returns None unless the text begins with a name.

    A name is one to four capitalised words or a @handle. `???:` is an unknown speaker.

    >>> speaker_of("Ann Lee: start by listening")
    Said(name='Ann Lee', rest='start by listening')
    >>> [speaker_of(text) for text in ("Note: lunch is late", "10:30 we begin", "Docs: https://example.org")]
    [None, None, None]
    """
    colon = text.find(":", 0, _NAME_LENGTH + 2)
    if colon < 1 or not text[colon + 1 : colon + 2].isspace():
        return None
    name, rest = text[:colon].strip(), text[colon + 1 :].strip()
    if not rest:
        return None
    if len(name) > 1 and not name.strip("?"):
        return Said("", rest)
    if is_handle(name):
        return Said(name, rest)
    if is_name(name) and not rest.lower().startswith(("http://", "https://")):
        return Said(name, rest)
    return None


def owner_in(text: str, others: bool = True) -> str | None:
    """Return who has to do it: `Ann to send the list`, `Ann Lee and @bob will ...`; with `others`, else the first
    @handle.

    >>> owner_in("Ann Lee to send the list to @bob"), owner_in("chase @bob"), owner_in("Need to chase")
    ('Ann Lee', '@bob', None)
    """
    head = _COMMITTING.match(text)
    if head and all(is_name(name) or is_handle(name) for name in _AND.split(head[1])):
        return head[1]
    return next(iter(handles_in(text)), None) if others else None


def is_label(word: str) -> bool:
    """Return whether a word begins sentences or labels lines and is nobody's name."""
    return word.casefold() in _NO_NAMES


def is_handle(text: str) -> bool:
    """Return whether the text is an @handle."""
    return bool(_HANDLE_ALONE.fullmatch(text))


def is_name(text: str) -> bool:
    """Return whether this looks like a person's name: one to four capitalised words without labels."""
    if text == PARTICIPANT:
        return True
    words = text.split()
    if not 1 <= len(words) <= 4 or not words[0][:1].isupper() or not words[-1][:1].isupper():
        return False
    return all(_is_name_word(word) for word in words)


def _is_name_word(word: str) -> bool:
    if word in _PARTICLES:
        return True
    return bool(_WORD.fullmatch(word)) and word[0].isupper() and word.casefold().replace("’", "'") not in _NO_NAMES
