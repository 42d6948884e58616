"""Names, and their removal in sessions that show none.

    Names.of(record).bare("Ann Lee said: ask @bob")   ->   "a participant said: ask a participant"

The names are those of authors, leaders, speakers, owners and @mentions of the whole event, and the organiser's own
list. A name matches as whole words in any case and with any accents, and so does its first word ("ann" for "Ann Lee").
Other words match only with a capital ("Lee"), and so do first names that are also words ("Will"), account names and
owners. Handles are removed with or without their server, and links that identify somebody are removed whole. Other
words that look like a name are left for a person to decide (`doubtful`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import pairwise

from .links import Link, spans
from .markup import read
from .model import Edition, Item, Record, Session
from .people import PARTICIPANT, handles_in, is_label, is_name
from .wire import fold

A_LINK = "(a link)"
_NOBODY_S = frozenset(("organiser", "note taker", "follower", "a participant", "import", "and", "others"))
_EVERYBODY_S = frozenset(("all", "channel", "everybody", "everyone", "here", "home", "me", "work"))  # "@all", "@home"

_TOKEN = re.compile(r"[^\W_]+(?:[\u0300-\u036f]+[^\W_]*)*")
_TOGETHER = re.compile(r"\s*(?:,|;|&|/|\+|\band\b|\()\s*|\)")
_PRONOUNS = re.compile(r"[(\[]?\b(?:she|he|they|it|ze|xe|any|all)(?:\s?[/|]\s?\w+){1,3}[)\]]?", re.IGNORECASE)
_BETWEEN = re.compile(r"\s{1,3}|[_.'’·-]")  # what may separate the words of one name
_INITIAL = re.compile(r"\.\s")  # also after one or two letters
_SERVER = re.compile(r"@[\w.-]*\w")
_AGAIN = re.compile(rf"{PARTICIPANT}(?:[\s_]+{PARTICIPANT})+")
_TELLING = re.compile(
    r"/@\w|/users/[^/]+/status|bsky\.app/profile/|//(?:\w+\.)?(?:(?:twitter|x|facebook|instagram)\.com/\w|linkedin\.com/in/)",
    re.IGNORECASE,
)
_UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uf900-\ufaff]")
# First names that are also words: as part of a name they match with a capital only.
_WORDS_TOO = """
    ace april art august autumn bay belle bill bishop bond brook buck carol chance chase chip christian chuck clay cliff colt cook
    coral crystal dale daisy dawn dean destiny dick don drew duke earl earnest ever eve faith fay flora forest frank gale gene
    genesis ginger glen grace grant gray guy hank harmony hazel heath heather holly hope hunter iris ivy jack jade jasmine jay
    jean jerry jewel job john joy judge june justice king lane laurel lee lily long love luck lily mark mason max may melody mercy
    miles nick olive page parker pat patience paul pearl penny pepper piper pleasance poppy prince queen ray reed rich river
    rob robin rock rod rose royal ruby rusty sage sandy scout sky skip son star stone storm stormy sue summer sunny temple terry
    tim tiny tony trinity van victor violet wade ward way west will willow winter wolf woody wren young
"""
_WORDS = frozenset(_WORDS_TOO.split())

Words = tuple[str, ...]


@dataclass(slots=True)
class Names:
    """A set of names. `phrases` maps the first folded word to word sequences; True means with a capital only.

    `marks` are names without words, or in scripts without spaces, which match anywhere.
    """

    phrases: dict[str, dict[Words, bool]] = field(default_factory=dict)
    marks: set[str] = field(default_factory=set)
    known: set[tuple[str, bool, bool]] = field(default_factory=set)

    @classmethod
    def of(cls, record: Record, also: Iterable[str] = ()) -> Names:
        """Return the names in the record and those in `also`."""
        names = cls()
        for name in (*record.event.withheld, *also):
            names.add(name)
        for session in record.sessions:
            names.add_session(session)
        for item in record.items:
            names.add_item(item)
        return names

    def copy(self) -> Names:
        """Return an independent copy."""
        phrases = {first: dict(phrases) for first, phrases in self.phrases.items()}
        return Names(phrases, set(self.marks), set(self.known))

    def add_session(self, session: Session) -> None:
        """Add the session's leaders."""
        for leader in session.leaders:
            self.add(leader)

    def add_item(self, item: Item) -> None:
        """Add the item's author and speaker, the people it mentions, and the owner of its task."""
        self.add(item.author, account=item.origin == "post")
        for name in (item.speaker or "", *handles_in(item.text)):
            self.add(name)
        if item.kind in ("action", "pledge"):
            self.add(read(item.text).owner or "", capital=True)

    def add(self, name: str, *, account: bool = False, capital: bool = False) -> None:
        """Add one name, or several together: "Ann, Bob and Carl (@carl)".

        An `account` may have a name that is no person's. With `capital`, the words match only when capitalised.
        """
        name = _PRONOUNS.sub(" ", name).strip()
        if not name or (name, account, capital) in self.known:
            return
        self.known.add((name, account, capital))
        for part in dict.fromkeys((name, *map(str.strip, _TOGETHER.split(name)))):
            self._add_one(part, account, capital)

    def _add_one(self, name: str, account: bool, capital: bool) -> None:
        handle = name.startswith("@")
        words = _words(name.split("@")[1] if handle else name)
        if not words and name and not name.isascii():
            self.marks.add(name)
        if not words or " ".join(words) in (_EVERYBODY_S if handle else _NOBODY_S):
            return
        if _UNSPACED.search(name) and len(name) > 1:
            self.marks.add(name)
        self._keep(words, capital)
        for at, word in enumerate(words if len(words) > 1 and not handle else ()):
            label = is_label(word) and word not in _WORDS
            if len(word) > 2 and not (word.isdigit() or label or word in _NOBODY_S):
                self._keep((word,), account or capital or at > 0 or word in _WORDS)

    def _keep(self, words: Words, capital: bool) -> None:
        """Store words. A single letter never matches inside a text, and two letters match with a capital only.

        Words that already match in any case stay so.
        """
        length = sum(map(len, words))
        if length > 1:
            phrases = self.phrases.setdefault(words[0], {})
            phrases[words] = phrases.get(words, True) and (capital or length == 2)

    def bare(self, text: str) -> str:
        """Return the text with people replaced by "a participant" and links with names removed."""
        if not text:
            return text
        parts, end = [], 0
        for begins, ends, link in spans(text):
            parts += [self._bare(text[end:begins]), self._linked(text[begins:ends], link)]
            end = ends
        return _AGAIN.sub(PARTICIPANT, "".join([*parts, self._bare(text[end:])]))

    def _linked(self, typed: str, link: Link) -> str:
        title = self._bare(link.title)
        if self.names_somebody(link.url):
            return title or A_LINK
        return typed.replace(link.title, title, 1) if title else typed

    def names_somebody(self, url: str) -> bool:
        """Return whether an address identifies somebody: it contains a name, or is somebody's page."""
        return bool(_TELLING.search(url)) or self._bare(url) != url

    def _bare(self, text: str) -> str:
        for mark in self.marks:
            text = text.replace(mark, PARTICIPANT)
        tokens = [(found.start(), found.end(), fold(found[0])) for found in _TOKEN.finditer(text)]
        parts, end, at = [], 0, 0
        while at < len(tokens):
            length = self._named(text, tokens, at) if tokens[at][2] in self.phrases else 0
            if not length:
                at += 1
                continue
            begins, ends = tokens[at][0], tokens[at + length - 1][1]
            begins -= text[begins - 1 : begins] in ("@", "#")
            server = _SERVER.match(text, ends)
            parts += [text[end : max(begins, end)], PARTICIPANT]
            end = server.end() if server else ends
            at += length
            while at < len(tokens) and tokens[at][0] < end:
                at += 1
        return "".join([*parts, text[end:]]) if parts else text

    def _named(self, text: str, tokens: list[tuple[int, int, str]], at: int) -> int:
        """Return how many words from there on form a name (the longest match), or 0."""
        longest = 0
        for words, capital in self.phrases[tokens[at][2]].items():
            run = tokens[at : at + len(words)]
            if len(words) > longest and tuple(word for _, _, word in run) == words and _is_one(text, run):
                longest = len(words) if not capital or text[run[0][0]].isupper() else longest
        return longest

    def slug(self, slug: str) -> str:
        """Return a slug or hashtag without names.

        >>> Names({"carl": {("carl",): False}}).slug("carls-draft"), Names({"carl": {("carl",):
        False}}).slug("carl-s-draft")
        ('carls-draft', 'participant-s-draft')
        """
        return self._bare(slug).replace(PARTICIPANT, "participant")

    def bare_item(self, item: Item) -> Item:
        """Return the item without names. The caller renders its HTML again; `author_key` stays, as it is never
        published.
        """
        placed = item.placed and replace(item.placed, reason=self.bare(item.placed.reason))
        return replace(
            item, author=PARTICIPANT if item.author else "", speaker=PARTICIPANT if item.speaker else None,
            text=self.bare(item.text), html="", url=None, sources=(), source_id=None, placed=placed,
        )  # fmt: skip

    def bare_session(self, session: Session) -> Session:
        """Return the session without names. Its slug stays, because addresses use it."""
        url = None if session.url and self.names_somebody(session.url) else session.url
        return replace(
            session, title=self.bare(session.title), abstract=self.bare(session.abstract), url=url,
            room=session.room and self.bare(session.room), leaders=(PARTICIPANT,) if session.leaders else (),
            hashtags=tuple(tag for tag in session.hashtags if self.slug(tag) == tag),
            headings={origin: self.bare(heading) for origin, heading in session.headings.items()},
        )  # fmt: skip


    def bare_edition(self, edition: Edition) -> Edition:
        """Return the edits to a write-up without names."""
        return replace(edition, title=self.bare(edition.title), introduction=self.bare(edition.introduction))


def without_names(record: Record, names: Names) -> Record:
    """Return the record without names, for `--no-names`."""
    sessions = [names.bare_session(session) for session in record.sessions]
    event = replace(
        record.event, title=names.bare(record.event.title), slug=names.slug(record.event.slug), withheld=(),
        hashtags=tuple(tag for tag in record.event.hashtags if names.slug(tag) == tag),
    )  # fmt: skip
    return replace(
        record,
        event=event,
        sessions=tuple(_with_slugs(sessions, names)),
        items=tuple(replace(names.bare_item(item), event=event.slug) for item in record.items),
        rooms=tuple(replace(room, name=names.bare(room.name)) for room in record.rooms),
        editions={guid: names.bare_edition(edition) for guid, edition in record.editions.items()},
        gaps=tuple(replace(gap, feed="") for gap in record.gaps),
    )


def _with_slugs(sessions: Iterable[Session], names: Names) -> Iterable[Session]:
    used: Counter[str] = Counter()
    for session in sessions:
        slug = names.slug(session.slug)
        used[slug] += 1
        yield replace(session, slug=slug if used[slug] == 1 else f"{slug}-{used[slug]}")


_CAPITALISED = re.compile(
    r"(?<![\w@#/])[A-Z][^\W\d_]*[a-z’'-][^\W\d_]*"
    r"(?:[ \t]+(?:(?:van|von|de|der|den|di|la|le)[ \t]+)*[A-Z][^\W\d_]+)*"
)
_BEGINNING = re.compile(r"(?:^|[.!?…:;\n–—•*>(\[\"“‘-])\s*\Z")
_ACTING = re.compile(r"['’]s\b|\s+(?:said|says|asked|asks|will|told|thinks|thought|suggested|wrote|mentioned|to|and)\b")


def doubtful(record: Record, most: int = 40) -> Mapping[str, int]:
    """Return what still looks like a name in a redacted record, with counts, most frequent first.

    These are capitalised words in the middle of a sentence, in a row or followed by a verb of speaking or doing.
    """
    found: Counter[str] = Counter()
    for text in (*(item.text for item in record.items), *(session.title for session in record.sessions)):
        plain = "".join(_outside_links(text))
        for match in _CAPITALISED.finditer(plain):
            name = re.sub(r"['’]s\Z", "", match[0]).strip("-'’")
            begins = bool(_BEGINNING.search(plain[: match.start()][-4:]))
            if is_name(name) and (" " in name or not begins or _ACTING.match(plain, match.start() + len(name))):
                found[name] += 1
    return dict(found.most_common(most))


def _outside_links(text: str) -> Iterable[str]:
    end = 0
    for begins, ends, link in spans(text):
        yield text[end:begins] + link.title
        end = ends
    yield text[end:]


def _is_one(text: str, run: list[tuple[int, int, str]]) -> bool:
    """Return whether the words are close enough together to form one name."""
    return all(
        _BETWEEN.fullmatch(text, left[1], right[0])
        or (left[1] - left[0] <= 2 and _INITIAL.fullmatch(text, left[1], right[0]))
        for left, right in pairwise(run)
    )


@lru_cache(maxsize=4096)
def _words(name: str) -> Words:
    return tuple(fold(found[0]) for found in _TOKEN.finditer(name))
