"""The validator of all input: raw JSON in, values or `Invalid` out (docs/protocol.md).

    {"op": "0192…", "id": "0192…", "do": "put", "origin": "note", "session": "a guid" | null, "text": "Q: who pays?",
     "depth": 0, "base_rev": null, "written_at": "2026-06-13T10:05:00+01:00", "sent_at": …}   ->   Op(...)

Texts are kept as typed, except that control characters are dropped, lone surrogates become U+FFFD, and a base letter
keeps at most eight combining marks.
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
MAX_BATCH_OPS = 50  # ops in a batch
MAX_BATCH_BYTES = 48 * 1024  # bytes in a batch
TEXT_BYTES = 8 * 1024
DEEPEST = 8
REACTIONS = ("agree",)  # "hear hear"

# Kept equal to static/js/off_record.js: what a phone must not send, no other program may send either.
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
    """A change: the unit of writing. `op` is the id of the change, `id` that of the item."""

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
        """Return a hash that is equal when the same change is sent again. `sent_at` differs between tries and is left
        out.
        """
        body = [
            self.id, self.do, self.origin, self.session, self.text, self.depth, self.base_rev,
            self.written_at and self.written_at.isoformat(), self.reaction, self.on,
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(body).encode()).hexdigest()[:32]


def read_batch(raw: object) -> tuple[list[object], datetime | None]:
    """Return the raw ops of a batch and its `sent_at`. Raises `Invalid` if the batch as a whole is unusable."""
    if not isinstance(raw, Mapping) or not isinstance(raw.get("ops"), list):
        raise Invalid('Send a batch as a JSON object {"ops": [...]}.', field="ops")
    ops: list[object] = raw["ops"]
    if len(ops) > MAX_BATCH_OPS:
        raise Invalid(f"A batch can have at most {MAX_BATCH_OPS} ops; this one has {len(ops)}.", field="ops")
    return ops, _moment(raw, "sent_at")


def read_op(raw: object, sent_at: datetime | None = None) -> Op:
    """Return one op. Raises `Invalid` with the field."""
    if not isinstance(raw, Mapping):
        raise Invalid("Send an op as a JSON object.", field="ops")
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
    """Return the text of a note. Raises `Invalid` if it is empty, too long or not a string."""
    if not isinstance(raw, str):
        raise Invalid("A note's text must be a string.", field="text")
    text = tidy(raw)
    if not text.strip():
        raise Invalid("The note is empty. Nothing was saved.", field="text")
    if is_off_the_record(text):
        raise OffTheRecord
    if len(text) > TEXT_LIMIT:
        raise Invalid(f"The note has {len(text)} characters. Shorten it to {TEXT_LIMIT}.", field="text")
    if len(text.encode()) > TEXT_BYTES:
        raise Invalid(f"The note has more than {TEXT_BYTES} bytes. Shorten it to {TEXT_LIMIT} characters.", field="text")
    return text


def is_off_the_record(text: str) -> bool:
    """Return whether a line is off the record and must not leave the phone: `OTR: between us`."""
    return bool(_OFF_THE_RECORD.search(text))


def name_text(raw: object) -> str:
    """Return a display name. Raises `Invalid`."""
    if not isinstance(raw, str):
        raise Invalid("A name must be a string.", field="name")
    name = one_line(raw)
    if not name:
        raise Invalid("Enter a name, any name. It appears beside your notes.", field="name")
    if len(name) > NAME_LIMIT:
        raise Invalid(f"The name has {len(name)} characters. Shorten it to {NAME_LIMIT}.", field="name")
    return name


def title_text(raw: object, field: str = "title") -> str:
    """Return a title on one line. Raises `Invalid`."""
    if not isinstance(raw, str) or not one_line(raw):
        raise Invalid(f"The {field} is empty.", field=field)
    title = one_line(raw)
    if len(title) > TITLE_LIMIT:
        raise Invalid(f"The {field} has {len(title)} characters. Shorten it to {TITLE_LIMIT}.", field=field)
    return title


def tidy(text: str) -> str:
    """Return text without characters that no reader can use, and with newlines as line ends."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return _MARKS.sub(r"\1", _SURROGATES.sub("\ufffd", _CONTROLS.sub("", text)))


def one_line(text: str) -> str:
    """Return a name or title on one line, without characters that change the direction of text.

    >>> one_line("  gpj\\u202e.exe \\n")
    'gpj.exe'
    """
    return " ".join(_BIDI.sub("", tidy(text)).split())


def fold(text: str) -> str:
    """Return text without case, width and accents, for comparison."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _id(raw: Mapping[str, Any], field: str) -> str:
    value = raw.get(field)
    if isinstance(value, str) and is_uuid(value.lower()):
        return value.lower()
    raise Invalid(f"`{field}` must be a UUID, created once and kept.", field=field)


def _do(raw: Mapping[str, Any]) -> Do:
    do = raw.get("do")
    if do not in DOS:
        raise Invalid(f"`do` must be one of {', '.join(DOS)}.", field="do")
    return cast(Do, do)


def _origin(raw: Mapping[str, Any]) -> Literal["note", "afterthought"]:
    origin = raw.get("origin") or "note"
    if origin in ("note", "afterthought"):
        return cast(Literal["note", "afterthought"], origin)
    raise Invalid("`origin` must be note or afterthought.", field="origin")


def _session(raw: Mapping[str, Any]) -> str | None:
    session = raw.get("session")
    if session is None or (isinstance(session, str) and 0 < len(session) <= TITLE_LIMIT):
        return session and tidy(session)
    raise Invalid("`session` must be a session's guid, or null for the hallway.", field="session")


def _reaction(raw: Mapping[str, Any]) -> str:
    reaction = raw.get("reaction") or REACTIONS[0]
    if reaction in REACTIONS:
        return str(reaction)
    raise Invalid(f"`reaction` must be one of {', '.join(REACTIONS)}.", field="reaction")


def _whole(raw: Mapping[str, Any], field: str, most: int) -> int | None:
    value = raw.get(field)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= most:
        raise Invalid(f"`{field}` must be a whole number from 0 to {most}.", field=field)
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
    raise Invalid(f"`{field}` must be a time like 2026-06-13T10:05:00+01:00.", field=field)
