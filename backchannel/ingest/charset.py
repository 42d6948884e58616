"""Decode bytes to text, whatever their encoding claims to be.

Tried in this order: a byte order mark; the zeros that UTF-16 and UTF-32 leave in ASCII; valid UTF-8; the server's
header; the document's declaration; a guess, flagged `charset`. There is always a result.
"""

from __future__ import annotations

import codecs
import re

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF32_LE, "utf-32-le"), (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"),
)  # fmt: skip
_ZEROS: dict[tuple[int, ...], str] = {
    (0, 0, 0, 1): "utf-32-be", (1, 0, 0, 0): "utf-32-le", (0, 1, 0, 1): "utf-16-be", (1, 0, 1, 0): "utf-16-le",
}  # fmt: skip
_DECLARED = re.compile(rb"""<\?xml[^<>]{0,200}?encoding\s*=\s*["']([\w.:-]{1,40})""")
_SAID = re.compile(r"""charset\s*=\s*["']?([\w.:-]{1,40})""", re.IGNORECASE)
_UNUSABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # not allowed in XML 1.0
_WIDER = {"gb2312": "gb18030", "gbk": "gb18030", "iso-8859-1": "cp1252", "us-ascii": "cp1252", "ascii": "cp1252",
          "latin-1": "cp1252", "latin1": "cp1252", "shift_jis": "cp932", "ks_c_5601-1987": "cp949"}  # fmt: skip
# Candidates for a guess, with the commonest letters of their writing.
_CYRILLIC = frozenset("оеаинтсрвлкмдпуяыьгзбчй")
_KANA = frozenset(map(chr, range(0x3041, 0x30FF)))
_HANGUL = frozenset(map(chr, range(0xAC00, 0xD7A4)))
_COMMON_HAN = frozenset(
    "的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年過發這個們來時對說會"
)
_GUESSES = (
    ("cp932", _KANA), ("euc_jp", _KANA), ("euc_kr", _HANGUL), ("gb18030", _COMMON_HAN), ("big5", _COMMON_HAN),
    ("koi8-r", _CYRILLIC), ("cp1251", _CYRILLIC),
)  # fmt: skip


def read_text(body: bytes, content_type: str = "") -> tuple[str, tuple[str, ...]]:
    """Return the text and flags: `charset` if it was guessed, `controls` if unusable characters were dropped."""
    text, flags = _decode(body, content_type)
    usable = _UNUSABLE.sub("", text)
    return usable.lstrip("\ufeff"), flags + (("controls",) if usable != text else ())


def _decode(body: bytes, content_type: str) -> tuple[str, tuple[str, ...]]:
    for mark, name in _MARKS:
        if body.startswith(mark):
            return body[len(mark) :].decode(name, "replace"), ()
    if zeros := _ZEROS.get(tuple(min(byte, 1) for byte in body[:4])):
        return body.decode(zeros, "replace"), ()
    for name in ("utf-8", *_declared(body, content_type)):
        try:
            text = body.decode(name)
        except (UnicodeError, LookupError, ValueError):
            continue
        if name == "cp1252" and (other := _other_writing(body)):  # any bytes are valid Latin-1
            break
        return text, ()
    else:
        other = _other_writing(body)
    return _guess(body, other), ("charset",)


def _declared(body: bytes, content_type: str) -> list[str]:
    said = _SAID.search(content_type)
    declared = _DECLARED.search(body[:1000])
    names = [said[1]] if said else []
    names += [declared[1].decode("ascii")] if declared else []
    names = [_WIDER.get(name.lower(), name.lower()) for name in names]
    return [name for name in names if _is_text_codec(name) and not name.startswith("utf")]


def _is_text_codec(name: str) -> bool:
    """Return whether a codec produces text: Python also has `zip`, `unicode_escape` and `idna`."""
    try:
        codec = codecs.lookup(name)
    except (LookupError, ValueError):
        return False
    strange = ("idna", "punycode", "unicode_escape", "raw_unicode_escape", "undefined", "mbcs", "oem")
    return getattr(codec, "_is_text_encoding", True) and codec.name.replace("-", "_") not in strange


def _guess(body: bytes, other: str | None) -> str:
    """Guess the encoding. UTF-8 with a few broken bytes stays UTF-8; otherwise it is western unless letters show
    another.
    """
    lenient = body.decode("utf-8", "replace")
    if sum(byte > 127 for byte in body) > 8 * lenient.count("\ufffd"):
        return lenient
    return body.decode(other or "cp1252", "replace")


def _other_writing(body: bytes) -> str | None:
    """Return the encoding in which the bytes contain many of the commonest letters of its writing, or None."""
    best, name = max((_likeness(body[:20_000], name, letters), name) for name, letters in _GUESSES)
    return name if best > 0.3 else None


def _likeness(body: bytes, name: str, letters: frozenset[str]) -> float:
    """Return the share of common letters among all non-ASCII ones, or 0 if the bytes are invalid.

    Only runs of letters count: `Café` read as Russian has one Russian letter in an English word.
    """
    try:
        text = body.decode(name, "strict" if len(body) < 20_000 else "ignore")
    except UnicodeError:
        return 0.0
    runs = re.findall("[^\\x00-\\x7f]+", text)
    common = sum(character.lower() in letters for run in runs if len(run) > 2 for character in run)
    return common / sum(map(len, runs)) if runs else 0.0
