"""Evidence from words: how much likelier a post's words are in one session than at the whole event."""

from __future__ import annotations

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise

from ..model import Session

# Not words of a talk: addresses, @names and hashtags are evidence of other kinds.
_NO_WORDS = re.compile(r"(?:https?://|www\.)\S+|[@#＃][\w-]+(?:@[\w.-]+)?")
_WORD = re.compile(r"[^\W\d_]\w*(?:['’-]\w+)*|\d\w*[^\W\d_]\w*")
_STOP = frozenset(
    """a about after all also am an and any are as at be because been before being both but by can could did do
    does doing don done down each else even ever few for from further get go going good got had has hashtag have
    having he her here hers him his how i if in into is isn it its just like lot make many may me might more
    most much must my no nor not now of off on once one only or other our out over own people quite rather
    really right said same say says see she should so some still such talk talks than that the their them then
    there these they thing things think this those through to today too under until up us use used using very
    via want was way we well were what when where which while who why will with would yes yet you your""".split()  # noqa: SIM905
)
SMOOTHING = 100.0  # words of the whole event that stand in for what a session has not said yet
RARE = 500.0  # unseen words added to those of the whole event
TITLE = 3.0  # a word of the title counts as this many spoken ones
COMMON = 24  # a word said in more sessions than this distinguishes none


def words_of(text: str) -> list[str]:
    """Return the words that can tell sessions apart, folded, in order, with repeats.

    >>> words_of("The blanket bans are POLICY, says @ann http://example.org")
    ['blanket', 'ban', 'policy']
    """
    plain = unicodedata.normalize("NFKC", _NO_WORDS.sub(" ", text)).casefold()
    return [stem(w) for w in _WORD.findall(plain) if len(w) > 1 and w not in _STOP]


def stem(word: str) -> str:
    """Return one form for singular and plural. Nothing cleverer, so that reasons show words people typed."""
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        return word[:-1]
    return word


class Words:
    """Word counts per session and overall. A query costs at most words x sessions."""

    def __init__(self) -> None:
        self.silence: dict[str, float] = {}  # session -> the penalty of each word, which grows with how much was said
        self._said: dict[str, dict[str, float]] = {}  # word -> session -> count
        self._in_session: defaultdict[str, float] = defaultdict(float)
        self._overall: defaultdict[str, float] = defaultdict(float)
        self._total = 0.0

    def learn(self, session: str, words: Iterable[str], weight: float) -> None:
        """Count words as said in the session, each once. A negative weight takes them back."""
        for word in set(words):
            there = self._said.setdefault(word, {})
            there[session] = max(0.0, there.get(session, 0.0) + weight)
            self._in_session[session] += weight
            self._overall[word] += weight
            self._total += weight
        self.silence[session] = math.log(SMOOTHING / (SMOOTHING + max(0.0, self._in_session[session])))

    def learn_session(self, session: Session, weight: float = 1.0) -> None:
        """Learn the words of a session's title, abstract and leaders. A negative weight takes them back."""
        title, about = words_in(session)
        self.learn(session.guid, words_of(title), TITLE * weight)
        self.learn(session.guid, words_of(about), weight)

    def nats(self, word: str) -> dict[str, float]:
        """Return session -> how much the word points to it (Dirichlet smoothing); empty for words said everywhere."""
        said = self._said.get(word)
        if not said or len(said) > COMMON:
            return {}
        usual = SMOOTHING * (self._overall[word] + 0.5) / (self._total + RARE)
        return {session: math.log1p(count / usual) for session, count in said.items()}


def words_in(session: Session | None) -> tuple[str, str]:
    """Return a session's title, and what its programme entry says besides."""
    return (session.title, f"{session.abstract} {' '.join(session.leaders)}") if session else ("", "")


class Titles:
    """The words of the titles and their rarity."""

    def __init__(self, titles: dict[str, str]) -> None:
        self._sessions: defaultdict[str, set[str]] = defaultdict(set)
        for session, title in titles.items():
            words = words_of(title)
            for word in (*words, *joined(words)):
                self._sessions[word].add(session)
        self._rarity = {word: math.log(len(titles) / len(there)) for word, there in self._sessions.items()}

    def shared(self, words: Iterable[str]) -> dict[str, float]:
        """Return session -> nats of the words that its title contains."""
        found: dict[str, float] = {}
        for word in words:
            for session in self._sessions.get(word, ()):
                found[session] = found.get(session, 0.0) + self._rarity[word]
        return found


def joined(words: Sequence[str]) -> list[str]:
    """Return neighbouring words joined, because `#opendata` means "Open data".

    >>> joined(["open", "data", "now"])
    ['opendata', 'datanow']
    """
    return [a + b for a, b in pairwise(words)]
