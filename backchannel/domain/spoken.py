"""Spoken codes: a few words that are easy to say, to hear and to spell.

    "amber-kettle-river-tulip"  <->  four of the 256 words below, 8 bits each

The first two words find the code on this server, and the others prove that the person was given it.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence

from .errors import Invalid

JOIN_WORDS = 4
HOST_WORDS = 6  # it opens the whole server, so it is longer
FINDING_WORDS = 2  # of a join code

_LIST = """
acorn actor album almond amber anchor angel animal apple april apron arrow artist autumn avenue axle baker balcony
bamboo banana banjo barrel basil basket beacon beaver bedroom beetle bicycle biscuit blanket blossom bonnet border
bottle branch bread breeze bridge bronze brother bubble bucket buffalo butter cabin cactus camel candle canvas captain
caravan carbon carpet carrot castle cedar cellar cereal chapel cherry chicken chimney cinema circle citrus clarinet
clover cobalt coconut coffee comet copper coral corner cotton cousin cradle cricket crystal cuckoo curtain cushion
custard daisy dancer december dentist desert diamond dinner doctor dolphin donkey dragon drummer eagle easter echo
elbow elephant ember engine evening fabric falcon family farmer feather ferry fiddle finger flamingo flannel flower
forest fossil fountain freckle friday galaxy garden garlic giant ginger giraffe goblin golden gravel guitar hammer
hamster handle harbour harvest hazel helmet hermit hiccup holiday honey hotel igloo indigo insect island ivory jacket
jaguar january jasmine jelly jigsaw jockey jungle kangaroo kettle kitchen kitten ladder lagoon lantern lavender lemon
library lilac linen lizard lobster locket lolly magnet mango maple marble market meadow melon mermaid mirror monday
monkey mountain muffin museum mustard napkin needle nephew nickel nutmeg october olive onion opera orange orchid otter
oyster paddle paint panda paper parrot peach peanut pebble pencil penguin pepper piano picnic pigeon pillow pirate
planet plaster plum pocket pond poppy potato pumpkin puppet puzzle quartz rabbit radio rainbow raven ribbon river
robin rocket saddle salmon sandal saturn school scooter shadow silver sister sparrow spider spoon tulip tunnel turtle
velvet violin walnut whistle willow window yellow
"""
WORDS = tuple(re.findall(r"\w+", _LIST))

_NUMBERS = {word: number for number, word in enumerate(WORDS)}


def spoken(digest: bytes, count: int) -> tuple[str, ...]:
    """Return a word for each of the first `count` bytes.

    >>> spoken(bytes([0, 255, 2]), 3)
    ('acorn', 'yellow', 'album')
    """
    return tuple(WORDS[byte] for byte in digest[:count])


def read_spoken(text: object, count: int = JOIN_WORDS) -> tuple[str, ...]:
    """Parse a code as people type it. Raises `Invalid` if a word is misspelt or missing.

    >>> read_spoken("Amber  kettle, river tulp")
    Traceback (most recent call last):
    ...
    backchannel.domain.errors.Invalid: “tulp” isn't one of our words. Did you mean “tulip”?
    >>> read_spoken("Amber  kettle, river - plum")
    ('amber', 'kettle', 'river', 'plum')
    """
    words = re.findall(r"[^\W\d_]+", str(text).casefold()[:200])
    if len(words) != count:
        raise Invalid(f"A code has {count} words. Type them with spaces between.", field="code")
    for word in words:
        if word not in _NUMBERS:
            raise Invalid(f"“{word}” isn't one of our words. {_hint(word)}", field="code")
    return tuple(words)


def _hint(word: str) -> str:
    close: Sequence[str] = difflib.get_close_matches(word, WORDS, 1, cutoff=0.7)
    return f"Did you mean “{close[0]}”?" if close else "Check the spelling."
