"""Minutes taken in a chat channel, by W3C scribes or with MeetBot's marks.

    15:04:07 <cpn> Topic: Introduction            a note; what follows is one level deeper
    15:04:17 <cpn> Jake: Welcome to the group     a note by cpn, at that time; Jake is speaking
    15:08:51 <cpn> ... anything to add?           still Jake
    15:18:24 <dom> -> https://example.org Slides  a link by dom
    15:19:02 <dom> s/goup/group/                  corrects the last line that matches
    15:20:10 <cpn> #action Ann to write it up     like ACTION: (MeetBot)

Names may be in <>, [] or before a bar, or alone on a line before the words. A date or brackets may surround the time.
Arrivals, departures, bots, commands to bots and the speakers' queue are left out.
https://w3c.github.io/scribe2/scribedoc.html, https://wiki.debian.org/MeetBot
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from backchannel.domain.model import Document, Draft, Kind
from backchannel.domain.people import speaker_of
from backchannel.ingest.notes.credits import credit_of
from backchannel.ingest.notes.hints import Hints
from backchannel.ingest.notes.log import Message, day_of, is_log, messages
from backchannel.ingest.notes.outline import Heading, outline

_BACK = 1000  # lines that a correction may reach back
_BOTS = re.compile(r"(?:RRSAgent|Zakim|\w*bot\d?|supybot|Services|ChanServ|tracker|denis-?bot)\Z", re.IGNORECASE)
_TOLD_BOT = re.compile(r"(?:rrsagent|zakim|\w*bot\d?)\s*,\s", re.IGNORECASE)
_CAME_AND_WENT = re.compile(
    r"\S+ (?:\S+ )?(?:has (?:joined|left|quit)|joined|left|quit|is now known as|(?:has )?changed? (?:the )?topic|sets mode)\b",
    re.IGNORECASE,
)
_QUEUE = re.compile(
    r"(?:[qv][+=?-].{0,80}|queue[+=?-]?.{0,40}|ack\b.{0,40}|(?:next|close|take up) agend\w*.*|agenda\?|present\?|\?\?\w+)\Z",
    re.IGNORECASE,
)
_PRESENT = re.compile(r"(?P<what>present|regrets)\s*(?P<sign>[+:=-])\s*(?P<names>.*)\Z", re.IGNORECASE)
_TOPIC = re.compile(r"(?P<sub>sub-?)?topic\s*:\s*(?P<title>\S.*)\Z", re.IGNORECASE)
_TITLE = re.compile(r"meeting\s*:\s*(\S.*)\Z", re.IGNORECASE)
_CHAIR = re.compile(r"chairs?\s*[:+]\s*(\S.*)\Z", re.IGNORECASE)
_SCRIBE = re.compile(r"scribe(?:nick|s)?\s*(?:[+:=-]|options)\s*(.*)\Z", re.IGNORECASE)
_GOES_ON = re.compile(r"(?:\.{2,}|…)\s*(?=\S)")
_MENDS = re.compile(r"s(?P<mark>[/|!])(?P<old>.+?)(?P=mark)(?P<new>.*?)(?:(?P=mark)(?P<all>[gG]?))?\s*\Z")
_INSERTS = re.compile(r"i(?P<mark>[/|!])(?P<before>.+?)(?P=mark)(?P<text>.+?)(?P=mark)?\s*\Z")
_RESOLVED = re.compile(r"(?:resolution|resolved|agreed|accepted)\s*:", re.IGNORECASE)
_SAID = re.compile(r"(?P<name>[A-Za-z][\w.-]{0,30}):\s+(?P<words>\S.*)\Z")
_MARK = re.compile(r"#(?P<mark>[a-z]+)\b\s*(?P<words>.*)\Z", re.IGNORECASE)
_MARKS = {
    "action": "ACTION: {}", "agreed": "AGREED: {}", "agree": "AGREED: {}", "accepted": "AGREED: {}", "accept": "AGREED: {}",
    "rejected": "DECISION: not accepted: {}", "reject": "DECISION: not accepted: {}", "idea": "Idea: {}", "info": "{}",
    "link": "{}", "help": "Help: {}", "halp": "Help: {}", "topic": "Topic: {}", "subtopic": "Subtopic: {}",
}  # fmt: skip
_TITLES = ("startmeeting", "meetingname", "meetingtopic")
_LEFT_OUT = (
    "endmeeting",
    "save",
    "lurk",
    "unlurk",
    "restrictlogs",
    "nick",
    "commands",
    "unchair",
    "showvote",
    "endvote",
)


def is_it(text: str) -> bool:
    """Return whether there are enough lines of a log, and at least every third line is one."""
    return is_log(text)


def read(text: str, hints: Hints) -> list[Document]:
    before, said = messages(text, hints)
    nicks = {message.nick.lower() for message in said}
    minutes = _Minutes(_scribes(said), day=day_of(text, hints), known=nicks)
    for line in before:
        minutes.preface(line)
    for message in said:
        minutes.take(message)
    return [minutes.document(hints, text)]


def _scribes(messages: Sequence[Message]) -> set[str]:
    """Return who writes down what others say: whoever continues with "...", is called scribe, or wrote the most."""
    found = {message.nick.lower() for message in messages if _GOES_ON.match(message.text)}
    for message in messages:
        if (named := _SCRIBE.match(message.text)) and named[1]:
            found |= {name.strip().lower() for name in named[1].split(",")}
    if not found:
        wrote = Counter(message.nick.lower() for message in messages if not _BOTS.match(message.nick))
        found = {nick for nick, _ in wrote.most_common(1)}
    return found


@dataclass
class _Minutes:
    """Reads message by message. `speaking` is the current speaker, by the nick that writes them down."""

    scribes: set[str]
    day: date | None = None
    title: str = ""
    leaders: list[str] = field(default_factory=list)
    present: list[str] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    speaking: dict[str, str] = field(default_factory=dict)
    known: set[str] = field(default_factory=set)  # nicks and first names of those present, as a scribe may use them
    depth: int = 0

    def preface(self, line: str) -> None:
        """Keep what somebody wrote above the log, without the log's own header."""
        words = line.strip()
        if words and not words.startswith(("~~~", "```", "#")) and not re.match(r"IRC log of|Timestamps are", words):
            self.drafts.append(Draft(origin="note", text=words, at=self.day))

    def take(self, message: Message) -> None:
        text = message.text
        said = text and message.nick and not _BOTS.match(message.nick)
        if not said or _CAME_AND_WENT.match(text) or _TOLD_BOT.match(text):
            return
        if self._is_housekeeping(message) or self._mends(message):
            return
        if mark := _MARK.match(text):
            if mark["mark"].lower() == "undo" and self.drafts:
                self.drafts.pop()
            if mark["mark"].lower() == "startmeeting":
                self.leaders.append(message.nick)
            text = self._marked(mark["mark"].lower(), mark["words"].strip(), text)
        if text:
            self._keep(message, text)

    def _is_housekeeping(self, message: Message) -> bool:
        """Return whether a message is about the meeting itself and no note."""
        text = message.text
        if title := _TITLE.match(text):
            self.title = self.title or title[1].strip()
        elif chair := _CHAIR.match(text):
            self.leaders += _names(chair[1])
        elif present := _PRESENT.match(text):
            self._came(present["what"], present["sign"], _names(present["names"]) or [message.nick])
        elif not (_QUEUE.match(text) or _SCRIBE.match(text)):
            return False
        return True

    def _came(self, what: str, sign: str, names: list[str]) -> None:
        if what.lower() != "present":
            return
        if sign == "-":
            self.present = [name for name in self.present if name not in names]
        else:
            self.present += [name for name in names if name not in self.present]
            self.known.update(name.split()[0].lower() for name in names)

    def _mends(self, message: Message) -> bool:
        """Apply `s/old/new/` or `i/before/text/` and return whether a line matched."""
        if mends := _MENDS.match(message.text):
            found = self._with(mends["old"])
            for n in found if mends["all"] else found[-1:]:
                text = self.drafts[n].text
                new = (
                    text.replace(mends["old"], mends["new"])
                    if mends["all"]
                    else _last(text, mends["old"], mends["new"])
                )
                self.drafts[n] = replace(self.drafts[n], text=new)
            return bool(found)
        if inserts := _INSERTS.match(message.text):
            found = self._with(inserts["before"])
            if found:
                line = self.drafts[found[-1]]
                moved = replace(message, at=line.at if isinstance(line.at, datetime) else None)
                self.drafts.insert(found[-1], replace(self._draft(moved, inserts["text"]), depth=line.depth))
            return bool(found)
        return False

    def _with(self, words: str) -> list[int]:
        """Return which of the last lines contains the words."""
        first = max(0, len(self.drafts) - _BACK)
        return [n for n in range(first, len(self.drafts)) if words in self.drafts[n].text]

    def _marked(self, mark: str, words: str, text: str) -> str:
        """Translate MeetBot's marks into our shorthand. Other hashtags stay."""
        if mark in _TITLES:
            self.title = words or self.title
        elif mark == "chair":
            self.leaders += _names(words)
        elif mark in _MARKS:
            return _MARKS[mark].format(words) if words else ""
        elif mark not in (*_LEFT_OUT, "undo"):
            return text
        return ""

    def _keep(self, message: Message, text: str) -> None:
        self.drafts.append(self._draft(message, text))

    def _draft(self, message: Message, text: str) -> Draft:
        nick, depth = message.nick, self.depth
        kind: Kind | None = "link" if text.startswith("-> ") else "decision" if _RESOLVED.match(text) else None
        speaker = None
        if topic := _TOPIC.match(text):
            depth, self.depth = (1, 2) if topic["sub"] else (0, 1)
            self.speaking.clear()
        elif nick.lower() in self.scribes:
            speaker = self._speaker(nick, text)
        return Draft(
            origin="note", text=text, author=nick, depth=depth, at=message.at or self.day, kind=kind, speaker=speaker
        )  # fmt: skip

    def _speaker(self, nick: str, text: str) -> str | None:
        """Return the speaker of a scribe's line: the one it names, or the last one if it continues."""
        if _GOES_ON.match(text):
            return self.speaking.get(nick)
        said = speaker_of(text)
        named = _SAID.match(text)
        if said and said.name:
            self.speaking[nick] = said.name
        elif named and (named["name"].lower() in self.known or named["name"] in self.speaking.values()):
            self.speaking[nick] = named["name"]
            return named["name"]
        elif not _RESOLVED.match(text):
            self.speaking.pop(nick, None)
        return None

    def document(self, hints: Hints, text: str) -> Document:
        drafts = list(self.drafts)
        if self.present:
            first = next((draft.at for draft in drafts if isinstance(draft.at, datetime)), self.day)
            drafts.insert(0, Draft(origin="note", text=f"Present: {', '.join(self.present)}", at=first))
        heading = next((block.text for block in outline(text[:2000]) if isinstance(block, Heading)), "")
        return Document(
            title=self.title or heading or hints.title, drafts=tuple(_credited(drafts, hints)), date=self.day,
            leaders=tuple(dict.fromkeys(self.leaders)),
        )  # fmt: skip


def _credited(drafts: Sequence[Draft], hints: Hints) -> Iterator[Draft]:
    yield from (replace(draft, author=draft.author or hints.author) for draft in drafts)


def _names(text: str) -> list[str]:
    """Return the names in "Jake_Holland, Eric_Siow": Jake Holland, Eric Siow."""
    credit = credit_of(f"Lead: {text}")
    names = credit.names if credit else tuple(text.split(","))
    return [name for name in (" ".join(name.replace("_", " ").split()) for name in names) if name]


def _last(text: str, old: str, new: str) -> str:
    head, _, tail = text.rpartition(old)
    return f"{head}{new}{tail}"
