"""Attacks by servers on a feed reader, by threat (F2, F3, F8), with the expected outcome.

`SCRIPTS[name] = (script, outcome)`: the outcome is the error message or the status of the response.

"""

from __future__ import annotations

import socket
import struct

from hostile import FEED, Script, Visit, bare_deflate, bomb, dripped, endless, gzipped

from backchannel.ingest.connection import LARGE, SLOW
from backchannel.ingest.fetch import (
    BROKEN_OFF,
    LARGE_UNPACKED,
    LEADS_ON,
    NO_CERTIFICATE,
    NOT_ASKED_FOR,
    NOT_TO_BE_UNPACKED,
    PACKED_TWICE,
)
from backchannel.ingest.guard import REFUSED

SECONDS = 1.0  # the total budget that these are run with
TOO_SLOW = SLOW.format(seconds=SECONDS)
TOO_LARGE = LARGE.format(megabytes=5)
TOO_LARGE_UNPACKED = LARGE_UNPACKED.format(megabytes=10)
OVER = (TOO_LARGE, TOO_SLOW)  # whichever comes first on a busy machine
OVER_MANY = (BROKEN_OFF, TOO_SLOW)
OVER_UNPACKED = (TOO_LARGE_UNPACKED, TOO_SLOW)
OK = b"HTTP/1.1 200 OK\r\n"
MEGABYTE = b" " * 1024 * 1024


def sends(data: bytes) -> Script:
    return lambda visit: visit.send(data)


def says(status: str, body: bytes = b"", **headers: str) -> Script:
    return lambda visit: visit.say(status, body, **headers)


def then_silent(data: bytes) -> Script:
    def script(visit: Visit) -> None:
        visit.send(data)
        visit.pause(30)

    return script


def then_endless(head: bytes, data: bytes, pause: float = 0.0) -> Script:
    def script(visit: Visit) -> None:
        visit.send(head)
        endless(visit, data, pause)

    return script


def drips(head: bytes, data: bytes) -> Script:
    def script(visit: Visit) -> None:
        visit.send(head)
        dripped(visit, data, 0.1)

    return script


def resets(data: bytes) -> Script:
    def script(visit: Visit) -> None:
        visit.send(data)
        visit.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return script


def leads_to(location: str, status: str = "302 Found") -> Script:
    return says(status, Location=location)


def leads_on(times: int) -> Script:
    """Redirect from /feed to /1, /2 and so on, until the feed."""

    def script(visit: Visit) -> None:
        step = int(visit.path.strip("/").replace("feed", "0"))
        if step < times:
            visit.say("301 Moved Permanently", Location=f"/{step + 1}")
        else:
            visit.say("200 OK", FEED)

    return script


def to_and_fro(visit: Visit) -> None:
    visit.say("302 Found", Location="/there" if visit.path == "/feed" else "/feed")


SLOW_ONES = {
    "says nothing": (lambda visit: visit.pause(30), TOO_SLOW),
    "drips its first line": (drips(b"", OK), TOO_SLOW),
    "drips its headers": (drips(OK, b"X-Slow: " + b"a" * 400), TOO_SLOW),
    "drips its body": (drips(OK + b"Content-Length: 9999\r\n\r\n", FEED), TOO_SLOW),
    "drips its body without a length": (drips(OK + b"\r\n", FEED), TOO_SLOW),
    "drips chunks": (then_endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n", 0.1), TOO_SLOW),
    "drips the size of a chunk": (drips(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"0" * 15), TOO_SLOW),
    "drips packed bytes": (drips(OK + b"Content-Encoding: gzip\r\n\r\n", gzipped(FEED * 9)), TOO_SLOW),
    "drips trailers": (then_endless(OK + b"Transfer-Encoding: chunked\r\n\r\n0\r\n", b"X: 1\r\n", 0.1), TOO_SLOW),
    "falls silent after the headers": (then_silent(OK + b"Content-Length: 10\r\n\r\n"), TOO_SLOW),
    "falls silent in the body": (then_silent(OK + b"Content-Length: 9999\r\n\r\n" + FEED), TOO_SLOW),
    "never closes": (then_silent(OK + b"\r\n" + FEED), TOO_SLOW),
    "promises 100 MB and sends none": (then_silent(OK + b"Content-Length: 104857600\r\n\r\n"), TOO_SLOW),
    "says 100 Continue now and then": (then_endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.1), TOO_SLOW),
}

LARGE_ONES = {
    "sends without end": (then_endless(OK + b"\r\n", MEGABYTE), OVER),
    "sends chunks without end": (
        then_endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"100000\r\n" + MEGABYTE + b"\r\n"),
        OVER,
    ),
    "sends tiny chunks without end": (
        then_endless(OK + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n" * 20_000),
        OVER_MANY,
    ),
    "sends 100 MB as promised": (then_endless(OK + b"Content-Length: 104857600\r\n\r\n", MEGABYTE), OVER),
    "sends headers without end": (then_endless(OK, b"X-Many: 1\r\n" * 1000), BROKEN_OFF),
    "sends one header without end": (then_endless(OK + b"X-Long: ", b"a" * 10_000), BROKEN_OFF),
    "sends a first line without end": (then_endless(b"HTTP/1.1 200 ", b"O" * 10_000), BROKEN_OFF),
    "says 100 Continue without end": (
        then_endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n" * 1000),
        OVER_MANY,
    ),
    "packs 100 MB into a gzip bomb": (says("200 OK", bomb(100), Content_Encoding="gzip"), OVER_UNPACKED),
    "packs 11 MB": (says("200 OK", bomb(11), Content_Encoding="gzip"), OVER_UNPACKED),
    "packs 100 MB into a bare bomb": (
        says("200 OK", bare_deflate(b"\0" * 100 * 1024 * 1024), Content_Encoding="deflate"),
        OVER_UNPACKED,
    ),
}

PACKED_ONES = {
    "packs by gzip": (says("200 OK", gzipped(FEED), Content_Encoding="gzip"), 200),
    "packs by x-gzip": (says("200 OK", gzipped(FEED), Content_Encoding="X-GZIP"), 200),
    "packs by bare deflate": (says("200 OK", bare_deflate(FEED), Content_Encoding="deflate"), 200),
    "packs nothing, and says so": (says("200 OK", FEED, Content_Encoding="identity"), 200),
    "packs twice": (says("200 OK", gzipped(gzipped(FEED)), Content_Encoding="gzip"), PACKED_TWICE),
    "says it packs twice": (says("200 OK", gzipped(gzipped(FEED)), Content_Encoding="gzip, gzip"), NOT_ASKED_FOR),
    "packs by brotli": (says("200 OK", b"\x1b\x10\x00", Content_Encoding="br"), NOT_ASKED_FOR),
    "packs by zstd": (says("200 OK", b"\x28\xb5\x2f\xfd", Content_Encoding="zstd"), NOT_ASKED_FOR),
    "packs by something made up": (says("200 OK", FEED, Content_Encoding="rot13"), NOT_ASKED_FOR),
    "says gzip and sends plain": (says("200 OK", FEED, Content_Encoding="gzip"), NOT_TO_BE_UNPACKED),
    "says deflate and sends plain": (says("200 OK", FEED, Content_Encoding="deflate"), NOT_TO_BE_UNPACKED),
    "packs and stops half-way": (says("200 OK", gzipped(FEED)[:40], Content_Encoding="gzip"), NOT_TO_BE_UNPACKED),
    "packs with a wrong checksum": (
        says("200 OK", gzipped(FEED)[:-8] + b"\0" * 8, Content_Encoding="gzip"),
        NOT_TO_BE_UNPACKED,
    ),
}

BROKEN_ONES = {
    "hangs up at once": (sends(b""), BROKEN_OFF),
    "resets at once": (resets(b""), BROKEN_OFF),
    "resets in the headers": (resets(OK + b"X: 1\r\n"), BROKEN_OFF),
    "hangs up in the headers": (sends(OK + b"X: 1\r\n"), BROKEN_OFF),
    "promises more than it sends": (sends(OK + b"Content-Length: 9999\r\n\r\n" + FEED), BROKEN_OFF),
    "hangs up between chunks": (sends(OK + b"Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n"), BROKEN_OFF),
    "sends a chunk of no size": (sends(OK + b"Transfer-Encoding: chunked\r\n\r\nxyz\r\na\r\n"), BROKEN_OFF),
    "sends less than nothing": (sends(OK + b"Content-Length: -1\r\n\r\n"), BROKEN_OFF),
    "has two lengths": (sends(OK + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab"), BROKEN_OFF),
    "is a mail server": (sends(b"220 mail.example ESMTP\r\n500 what?\r\n"), BROKEN_OFF),
    "is an SSH server": (sends(b"SSH-2.0-OpenSSH_9.2\r\n"), BROKEN_OFF),
    "is a Redis": (sends(b"-ERR unknown command\r\n"), BROKEN_OFF),
    "speaks HTTP/2 unasked": (sends(b"\0\0\x12\x04\0\0\0\0\0" + b"\0" * 18), BROKEN_OFF),
    "speaks HTTP/0.9": (sends(FEED), BROKEN_OFF),
    "sends noise": (sends(bytes(range(256)) * 40), BROKEN_OFF),
    "puts a NUL into a header": (sends(OK + b"X: a\0b\r\n\r\n"), BROKEN_OFF),
}

LEADING_ONES = {
    "leads to itself": (leads_to("/feed"), LEADS_ON.format(times=3)),
    "leads to and fro": (to_and_fro, LEADS_ON.format(times=3)),
    "leads on four times": (leads_on(4), LEADS_ON.format(times=3)),
    "leads on three times": (leads_on(3), 200),
    "leads to its own machine": (leads_to("http://127.0.0.2/"), REFUSED),
    "leads to itself by IPv6": (leads_to("http://[::1]/"), REFUSED),
    "leads to a private address": (leads_to("http://10.0.0.1/"), REFUSED),
    "leads to a private address by half": (leads_to("//10.0.0.1/"), REFUSED),
    "leads to a cloud's secrets": (leads_to("http://169.254.169.254/latest/meta-data/"), REFUSED),
    "leads to a mapped address": (leads_to("http://[::ffff:169.254.169.254]/"), REFUSED),
    "leads to a number": (leads_to("http://2130706433/"), REFUSED),
    "leads to a file": (leads_to("file:///etc/passwd"), REFUSED),
    "leads to FTP": (leads_to("ftp://127.0.0.1/feed"), REFUSED),
    "leads to Gopher": (leads_to("gopher://127.0.0.1:6379/_FLUSHALL"), REFUSED),
    "leads to a script": (leads_to("javascript:alert(1)"), REFUSED),
    "leads to data": (leads_to("data:text/xml,<rss/>"), REFUSED),
    "leads with a password": (leads_to("http://me:secret@127.0.0.1/"), REFUSED),
    "leads to nonsense": (leads_to("http://["), REFUSED),
    "leads beyond the last port": (leads_to("http://127.0.0.1:70000/"), REFUSED),
    "leads to an endless address": (leads_to("/" + "a" * 5000), REFUSED),
    "leads nowhere": (says("302 Found"), 302),
    "leads on, with a body without end": (
        then_endless(b"HTTP/1.1 302 Found\r\nLocation: //10.0.0.1/\r\n\r\n", MEGABYTE),
        REFUSED,
    ),
}

ODD_ONES = {
    "promises less than it sends": (sends(OK + b"Content-Length: 5\r\n\r\n" + FEED), 200),
    "speaks HTTP/1.0": (sends(b"HTTP/1.0 200 OK\r\n\r\n" + FEED), 200),
    "sends nothing": (says("200 OK"), 200),
    "has not changed": (says("304 Not Modified"), 304),
    "has not changed, and sends it all the same": (sends(b"HTTP/1.1 304 Not Modified\r\n\r\n" + FEED), 304),
    "is gone": (says("410 Gone", FEED), 410),
    "knows nothing": (says("404 Not Found", FEED), 404),
    "is out of order without end": (then_endless(b"HTTP/1.1 500 Oh\r\n\r\n", MEGABYTE), 500),
    "asks who we are": (says("401 Unauthorized", WWW_Authenticate='Basic realm="x"'), 401),
    "would rather speak something else": (sends(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"), BROKEN_OFF),
    "sends a part": (says("206 Partial Content", FEED), 206),
    "sets cookies": (says("200 OK", FEED, Set_Cookie="a=b"), 200),
}

SCRIPTS: dict[str, tuple[Script, object]] = {
    **SLOW_ONES, **LARGE_ONES, **PACKED_ONES, **BROKEN_ONES, **LEADING_ONES, **ODD_ONES,
}  # fmt: skip

# Over https: what they do before the first word of HTTP.
TLS_SCRIPTS: dict[str, tuple[Script, object]] = {
    "speaks plain HTTP": (sends(OK + b"\r\n"), NO_CERTIFICATE),
    "hangs up at the handshake": (sends(b""), NO_CERTIFICATE),
    "says nothing at the handshake": (lambda visit: visit.pause(30), TOO_SLOW),
    "drips the handshake": (drips(b"", b"\x16\x03\x03\x40\x00" + b"\x02" * 400), TOO_SLOW),
    "sends noise at the handshake": (then_endless(b"", bytes(range(256))), NO_CERTIFICATE),
}
