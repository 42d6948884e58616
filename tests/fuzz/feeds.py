"""Mutants of the corpus of odd feeds, read as the child reads them: `python tests/fuzz/feeds.py 5000000 [SEED]`.

Whatever is read, these hold: the reader answers, with contents or a sentence; contents survive their way through the
pipe; every entry has an id, safe and settled HTML, text without control characters, and a link that may be shown. An
exception counts as an answer only where it is the feed library's own.
"""

from __future__ import annotations

import json
import os
import random
import re
import sys
import time
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import click

from backchannel.domain.errors import NotAFeed
from backchannel.ingest.parse import FeedContents, parse
from backchannel.writeup.render import is_good_link, sanitise

sys.path.insert(0, str(Path(__file__).parent.parent / "ingest"))

from corpus import NOW, files

LARGEST = 2_500  # bytes of a parent: a mutant's size is its cost
HEAP = 25_000  # mutants of one seed
TOKENS = [
    b"<item>", b"</item>", b"<entry>", b"<title>", b"</title>", b"<![CDATA[", b"]]>", b"<!--", b"-->", b"&#xD800;", b"&amp;",
    b"&nbsp;", b"&", b"<", b">", b'"', b"\0", b"\xff", b"\xed\xa0\x80", b"\xe2\x80\xae", b"<script>", b"<a href='javascript:x'>",
    b"<svg/onload=x>", b"<math><mtext>", b"<!DOCTYPE x [<!ENTITY a '&a;'>]>", b"xmlns:x='y'", b"<?xml encoding='utf-16'?>",
    b"<link rel=alternate>", b"10000-01-01", b"-1", b"9" * 40, b"{", b"}", b"[", b"]", b":null,", b"\\ud800", b"\n",
    b"<media:content url='x'><media:description>", b"</div>", b"<table><style>", b"<p>" * 30, b"<img alt='x' src=",
]  # fmt: skip
_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def parents() -> list[bytes]:
    bodies = [path.read_bytes() for path in files()]
    return [body for body in bodies if len(body) <= LARGEST]


def mutants(seed: int) -> Iterator[bytes]:
    """For ever, the same for the same seed."""
    dice = random.Random(seed)
    bodies = parents()
    while True:
        body = bytearray(dice.choice(bodies))
        for _ in range(dice.choice((1, 1, 1, 2, 3, 8))):
            mutate(body, dice, bodies)
        yield bytes(body[: LARGEST * 2])


def mutate(body: bytearray, dice: random.Random, bodies: list[bytes]) -> None:
    """One change, in place."""
    at = dice.randrange(len(body) + 1)
    end = min(len(body), at + dice.choice((1, 2, 8, 40, 300)))
    kind = dice.randrange(6)
    if kind == 0:
        body[at:end] = b""
    elif kind == 1:
        body[at:at] = body[at:end] * dice.choice((1, 2, 5))
    elif kind == 2:
        body[at:at] = dice.choice(TOKENS)
    elif kind == 3:
        body[at:end] = bytes(byte ^ (1 << dice.randrange(8)) for byte in body[at:end])
    elif kind == 4:
        other = dice.choice(bodies)
        body[at:] = other[dice.randrange(len(other) + 1) :]
    else:
        del body[at:]


def check(body: bytes) -> None:
    """Raises AssertionError where something does not hold."""
    try:
        contents = parse(body, base_url="https://camp.example/feed", now=NOW)
    except NotAFeed as error:
        assert str(error).endswith((".", "/", *error.links)), str(error)
        return
    except Exception as error:
        last = traceback.extract_tb(error.__traceback__)[-1].filename
        assert f"{os.sep}backchannel{os.sep}" not in last, f"{type(error).__name__} of our own"
        return
    assert FeedContents.from_json(json.loads(contents.to_json())) == contents
    for entry in contents.entries:
        assert entry.source_id
        assert len(entry.title) <= 200
        assert len(entry.author) <= 60
        assert not _CONTROLS.search(entry.text + entry.title + entry.author + entry.source_id + "".join(entry.hashtags))
        assert entry.url is None or (is_good_link(entry.url) and entry.url.lower().startswith("http"))
        assert sanitise(entry.html) == entry.html
        assert entry.written_at is None or entry.written_at.utcoffset() is not None


def run(count: int, seed: int) -> list[bytes]:
    """The mutants that broke a promise, kept beside this file for a look."""
    broken = []
    for number, body in zip(range(count), mutants(seed), strict=False):
        try:
            check(body)
        except AssertionError as error:
            broken.append(body)
            print(f"mutant {number} of seed {seed}: {error}", file=sys.stderr)
    return broken


def main() -> None:
    count, seed = int(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else int(time.time())
    began = time.monotonic()
    heaps = [min(HEAP, count - start) for start in range(0, count, HEAP)]
    with ProcessPoolExecutor() as pool:
        found = pool.map(run, heaps, range(seed, seed + len(heaps)))
        with click.progressbar(found, length=len(heaps), file=sys.stderr, hidden=not sys.stderr.isatty()) as heaps_done:
            broken = [body for heap in heaps_done for body in heap]
    for number, body in enumerate(broken):
        Path(f"broken-{seed}-{number}.feed").write_bytes(body)
    print(f"{count} mutants from seed {seed} on in {time.monotonic() - began:.0f} s, {len(broken)} broken")
    sys.exit(bool(broken))


if __name__ == "__main__":
    main()
