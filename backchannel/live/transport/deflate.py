"""Compression of messages (permessage-deflate, RFC 7692), without context takeover.

No connection keeps a compression window. A broadcast is therefore compressed once, and every connection that negotiated
compression receives the same bytes.
"""

from __future__ import annotations

import zlib

OFFER = "permessage-deflate"
RESPONSE = f"{OFFER}; server_no_context_takeover; client_no_context_takeover"
MAX_WINDOW_BITS = 15
_TAIL = b"\0\0\xff\xff"  # ends every compressed message, and is left out on the wire (section 7.2.1)


class TooLong(ValueError):
    """A message that inflates to more than the limit."""


def negotiate(offers: str) -> str | None:
    """Return the Sec-WebSocket-Extensions of the response, or `None` if no offer can be accepted."""
    return RESPONSE if any(_is_acceptable(offer) for offer in offers.split(",")) else None


def _is_acceptable(offer: str) -> bool:
    """Return whether we can keep the offer's terms. Offers with unknown, repeated or invalid terms must be declined."""
    name, *terms = [term.strip() for term in offer.split(";")]
    pairs = [term.partition("=")[::2] for term in terms]
    names = [key.strip() for key, _ in pairs]
    if name != OFFER or len(set(names)) < len(names):
        return False
    return all(_is_term(key.strip(), value.strip(' "')) for key, value in pairs)


def _is_term(name: str, value: str) -> bool:
    if name in ("server_no_context_takeover", "client_no_context_takeover"):
        return not value
    if name == "client_max_window_bits":
        return not value or value in _WINDOWS
    return name == "server_max_window_bits" and value == str(MAX_WINDOW_BITS)  # our messages use the full window


_WINDOWS = tuple(str(bits) for bits in range(8, MAX_WINDOW_BITS + 1))


def compress(message: bytes) -> bytes:
    """Return the message compressed by itself."""
    compressor = zlib.compressobj(6, zlib.DEFLATED, -MAX_WINDOW_BITS)
    return (compressor.compress(message) + compressor.flush(zlib.Z_SYNC_FLUSH)).removesuffix(_TAIL)


def decompress(message: bytes, max_bytes: int) -> bytes:
    """Return the inflated message. Raises `TooLong` beyond `max_bytes`, and `zlib.error` if it cannot be inflated."""
    inflated = zlib.decompressobj(-MAX_WINDOW_BITS).decompress(message + _TAIL, max_bytes + 1)
    if len(inflated) > max_bytes:
        raise TooLong(f"a message of over {max_bytes} bytes")
    return inflated
