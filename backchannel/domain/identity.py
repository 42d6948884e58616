"""Identity of posts: whether two entries are the same post.

They are if they share a key: the same guid in one feed, the same address, or the same words in a repost.

    guid   within its feed: "f:<feed>:<guid>"
    url    "u:example.org/@ann/1" for http and https, with or without www, a trailing slash or a tracking parameter
    words  "t:<hash>" of a text of 40 characters or more, ignoring case, spaces, addresses and a leading "RT @ann:"
    start  "p:<hash>" of its first 40 letters, because reposts cut off the end
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from urllib.parse import parse_qsl, urlencode, urlsplit

from .model import Entry

MIN_LETTERS = 40  # letters; shorter texts ("+1", "hear hear") may well be written twice
START_LETTERS = 40  # letters

_RESHARE = re.compile(r"\s*(?:RT|MT|via|boost(?:ed)?|repost(?:ed)?)[\s:]+@?[\w.@-]+\s*:?\s+", re.IGNORECASE)
_ADDRESS = re.compile(r"https?://\S+")
_TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid|mc_[ce]id|ref(?:_src)?|igshid|si)\Z")
_NOT_LETTERS = re.compile(r"[\W_]+")


def own_key(entry: Entry, feed: str) -> str:
    """Return the key of an entry within its feed."""
    return f"f:{feed}:{entry.source_id}"


def shared_keys(entry: Entry) -> tuple[str, ...]:
    """Return the keys of an entry that are the same in every feed."""
    addresses = [canonical(address) for address in (entry.url, entry.source_id) if address]
    keys = [f"u:{address}" for address in addresses if address]
    letters = _letters(f"{entry.title} {entry.text}" if entry.title not in entry.text else entry.text)
    if len(letters) >= MIN_LETTERS:
        keys.append(f"t:{_hash(letters)}")
    if len(letters) >= START_LETTERS:
        keys.append(f"p:{_hash(letters[:START_LETTERS])}")
    return tuple(dict.fromkeys(keys))


def asked_keys(entry: Entry) -> tuple[str, ...]:
    """Return the keys to look up. The start of a text is used only for reposts."""
    keys = shared_keys(entry)
    return keys if is_reshare(entry) else tuple(key for key in keys if not key.startswith("p:"))


def is_reshare(entry: Entry) -> bool:
    """Return whether the entry is a repost."""
    return bool(_RESHARE.match(entry.text))


def canonical(address: str) -> str:
    """Return an address without the parts that vary, or an empty string if it is not an address.

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
    """Return a hash that changes when the post is edited upstream."""
    return _hash(f"{entry.title}\x1f{entry.text}\x1f{entry.html}")


def _letters(text: str) -> str:
    text = _ADDRESS.sub(" ", _RESHARE.sub("", text, count=1))
    return _NOT_LETTERS.sub("", unicodedata.normalize("NFKC", text).casefold())


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
