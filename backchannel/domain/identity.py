"""When two entries are one post: the same guid of a feed, the same address however it is dressed, or the same words passed on.

A post has several keys; an entry that shares one with a kept post is that post again, from another source.

    guid   of its own feed: "f:<feed>:<guid>"
    url    "u:example.org/@ann/1" for http and https, with and without www, a trailing slash, a tracking parameter
    words  "t:<hash>" of a text of 40 characters or more, without case, spaces, addresses and the "RT @ann:" in front
    start  "p:<hash>" of its first 40 letters: a passing-on cuts the end off
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import parse_qsl, urlencode, urlsplit

from .model import Entry

SHORTEST = 40  # letters: what is shorter ("+1", "hear hear") may well be written twice
START = 40  # letters

_RESHARE = re.compile(r"\s*(?:RT|MT|via|boost(?:ed)?|repost(?:ed)?)[\s:]+@?[\w.@-]+\s*:?\s+", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S+")
_TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid|mc_[ce]id|ref(?:_src)?|igshid|si)\Z")
_NOT_LETTERS = re.compile(r"[\W_]+")


def own_key(entry: Entry, feed: str) -> str:
    """What the entry is known by in its own feed."""
    return f"f:{feed}:{entry.source_id}"


def shared_keys(entry: Entry) -> tuple[str, ...]:
    """What the same post is known by wherever it comes from."""
    addresses = [canonical(address) for address in (entry.url, entry.source_id) if address]
    keys = [f"u:{address}" for address in addresses if address]
    letters = _letters(f"{entry.title} {entry.text}" if entry.title not in entry.text else entry.text)
    if len(letters) >= SHORTEST:
        keys.append(f"t:{_hash(letters)}")
    if len(letters) >= START:
        keys.append(f"p:{_hash(letters[:START])}")
    return tuple(dict.fromkeys(keys))


def asked_keys(entry: Entry) -> tuple[str, ...]:
    """Those to look for: the mere start of a text means the same post only where it says that it passes one on."""
    keys = shared_keys(entry)
    return keys if is_reshare(entry) else tuple(key for key in keys if not key.startswith("p:"))


def is_reshare(entry: Entry) -> bool:
    """Whether it passes on what somebody else wrote."""
    return bool(_RESHARE.match(entry.text))


def canonical(address: str) -> str:
    """An address without what does not make it another one; empty for what is none.

    >>> canonical("http://www.Example.org/a/?utm_source=x&b=1#top")
    'example.org/a?b=1'
    """
    try:
        parts = urlsplit(address.strip())
        host = (parts.hostname or "").removeprefix("www.")
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host:
        return ""
    query = urlencode([(name, value) for name, value in parse_qsl(parts.query) if not _TRACKING.match(name)])
    path = parts.path.rstrip("/")
    return f"{host}{port}{path}{'?' + query if query else ''}" if path or query else ""


def fingerprint(entry: Entry) -> str:
    """Another one where the post was edited upstream."""
    return _hash(f"{entry.title}\x1f{entry.text}\x1f{entry.html}")


def _letters(text: str) -> str:
    text = _ADDRESS.sub(" ", _RESHARE.sub("", text, count=1))
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text).casefold())


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
