"""The one validator of what comes from outside: raw JSON in, values or `Invalid` out (docs/protocol.md).

An op as it comes, and what becomes of it:

    {"op": "0192…", "id": "0192…", "do": "put", "origin": "note", "session": "a guid" | null, "text": "Q: who pays?",
     "depth": 0, "base_rev": null, "written_at": "2026-06-13T10:05:00+01:00", "sent_at": …}   ->   Op(...)

Texts are kept as typed, but for what no reader can use: control characters go, lone surrogates become U+FFFD, and a base
letter keeps at most eight combining marks.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, cast, get_args

from .errors import Invalid, OffTheRecord
from .ids import is_uuid
from .model import NAME_LIMIT, TEXT_LIMIT, TITLE_LIMIT
from .times import parse_when

Do = Literal["put", "retract", "move", "hide", "show", "undo", "seat", "react"]
DOS: tuple[Do, ...] = get_args(Do)
MOST_OPS = 50  # ops a batch
MOST_BYTES = 48 * 1024  # bytes a batch
TEXT_BYTES = 8 * 1024
DEEPEST = 8
REACTIONS = ("agree",)  # "hear hear"

# As static/js/record.js has it: what a phone keeps, no other program may send either.
_OFF_THE_RECORD = re.compile(
    r"^[ \t\-+*•–—>]*(?:\d\d?[:.]\d\d )?(?:[^:\n]{1,60}:[ \t]*)?(?:otr|off the record)[ \t]*:", re.IGNORECASE | re.MULTILINE
)
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATES = re.compile("[\ud800-\udfff]")
_BIDI = re.compile("[\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MARKS = re.compile(
    "([\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]{8})"
    "[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Op:
    """The unit of writing. `op` is the change's own id, `id` the item's."""

    op: str
    id: str
    do: Do
    origin: Literal["note", "afterthought"] = "note"
    session: str | None = None
    text: str = ""
    depth: int = 0
    base_rev: int | None = None
    written_at: datetime | None = None
    sent_at: datetime | None = None
    reaction: str = "agree"
    on: bool = True

    def fingerprint(self) -> str:
        """Equal for the same change sent again; `sent_at` differs at each try and does not count."""
        body = [
            self.id, self.do, self.origin, self.session, self.text, self.depth, self.base_rev,
            self.written_at and self.written_at.isoformat(), self.reaction, self.on,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(body).encode()).hexdigest()[:32]


def read_batch(raw: object) -> tuple[list[object], datetime | None]:
    """The raw ops of a batch and its `sent_at`; `Invalid` where the batch as a whole cannot be taken."""
    if not isinstance(raw, Mapping) or not isinstance(raw.get("ops"), list):
        raise Invalid('A batch is a JSON object {"ops": [...]}.', field="ops")
    ops: list[object] = raw["ops"]
    if len(ops) > MOST_OPS:
        raise Invalid(f"A batch holds at most {MOST_OPS} ops; this one has {len(ops)}.", field="ops")
    return ops, _moment(raw, "sent_at")


def read_op(raw: object, sent_at: datetime | None = None) -> Op:
    """One op, or `Invalid` naming the field."""
    if not isinstance(raw, Mapping):
        raise Invalid("An op is a JSON object.", field="ops")
    do = _do(raw)
    return Op(
        op=_id(raw, "op"),
        id=_id(raw, "id"),
        do=do,
        origin=_origin(raw),
        session=_session(raw),
        text=note_text(raw.get("text")) if do == "put" else "",
        depth=_whole(raw, "depth", DEEPEST) or 0,
        base_rev=_whole(raw, "base_rev", 1 << 53),
        written_at=_moment(raw, "written_at"),
        sent_at=_moment(raw, "sent_at") or sent_at,
        reaction=_reaction(raw),
        on=raw.get("on") is not False,
    )


def note_text(raw: object) -> str:
    """What a note-taker typed, or `Invalid` where it is empty, too long, or no text."""
    if not isinstance(raw, str):
        raise Invalid("A note's text is a string.", field="text")
    text = tidy(raw)
    if not text.strip():
        raise Invalid("The note is empty; nothing was kept.", field="text")
    if is_off_the_record(text):
        raise OffTheRecord
    if len(text) > TEXT_LIMIT:
        raise Invalid(f"The note has {len(text)} characters; the limit is {TEXT_LIMIT}.", field="text")
    if len(text.encode()) > TEXT_BYTES:
        raise Invalid(f"The note has over {TEXT_BYTES} bytes; the limit is {TEXT_LIMIT} characters.", field="text")
    return text


def is_off_the_record(text: str) -> bool:
    """Whether a line of it is one that never leaves the phone: `OTR: between us`."""
    return bool(_OFF_THE_RECORD.search(text))


def name_text(raw: object) -> str:
    """The name somebody wants to go by."""
    if not isinstance(raw, str):
        raise Invalid("A name is a string.", field="name")
    name = one_line(raw)
    if not name:
        raise Invalid("Please give a name, any name: it stands beside your notes.", field="name")
    if len(name) > NAME_LIMIT:
        raise Invalid(f"The name has {len(name)} characters; the limit is {NAME_LIMIT}.", field="name")
    return name


def title_text(raw: object, field: str = "title") -> str:
    """A title, on one line."""
    if not isinstance(raw, str) or not one_line(raw):
        raise Invalid(f"The {field} is empty.", field=field)
    title = one_line(raw)
    if len(title) > TITLE_LIMIT:
        raise Invalid(f"The {field} has {len(title)} characters; the limit is {TITLE_LIMIT}.", field=field)
    return title


def tidy(text: str) -> str:
    """Text without what no reader can use. Lines end in a newline, whatever they came with."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _MARKS.sub(r"\1", _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text)))


def one_line(text: str) -> str:
    """A name or title: tidy, on one line, and with nothing in it that turns the line's direction.

    >>> one_line("  gpj\\u202e.exe \\n")
    'gpj.exe'
    """
    return " ".join(_BIDI.sub("", tidy(text)).split())


def fold(text: str) -> str:
    """For comparing what people typed: case, width and accents do not count."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _id(raw: Mapping[str, Any], field: str) -> str:
    value = raw.get(field)
    if isinstance(value, str) and is_uuid(value.lower()):
        return value.lower()
    raise Invalid(f"`{field}` is a UUID, made once where it is born.", field=field)


def _do(raw: Mapping[str, Any]) -> Do:
    do = raw.get("do")
    if do not in DOS:
        raise Invalid(f"`do` is one of {', '.join(DOS)}.", field="do")
    return cast(Do, do)


def _origin(raw: Mapping[str, Any]) -> Literal["note", "afterthought"]:
    origin = raw.get("origin") or "note"
    if origin in ("note", "afterthought"):
        return cast(Literal["note", "afterthought"], origin)
    raise Invalid("`origin` is note or afterthought.", field="origin")


def _session(raw: Mapping[str, Any]) -> str | None:
    session = raw.get("session")
    if session is None or (isinstance(session, str) and 0 < len(session) <= TITLE_LIMIT):
        return session and tidy(session)
    raise Invalid("`session` is a session's guid, or null for the hallway.", field="session")


def _reaction(raw: Mapping[str, Any]) -> str:
    reaction = raw.get("reaction") or REACTIONS[0]
    if reaction in REACTIONS:
        return str(reaction)
    raise Invalid(f"`reaction` is one of {', '.join(REACTIONS)}.", field="reaction")


def _whole(raw: Mapping[str, Any], field: str, most: int) -> int | None:
    value = raw.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise Invalid(f"`{field}` is a whole number from 0 to {most}.", field=field)
    return value


def _moment(raw: Mapping[str, Any], field: str) -> datetime | None:
    value = raw.get(field)
    if value is None:
        return None
    if isinstance(value, str) and len(value) <= 40:
        try:
            when = parse_when(value)
        except Invalid as fault:
            raise Invalid(fault.message, field=field) from None
        if isinstance(when, datetime):
            return when
    raise Invalid(f"`{field}` is a time like 2026-06-13T10:05:00+01:00.", field=field)
