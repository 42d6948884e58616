"""Turn what an organiser types into the address to fetch.

#lgc09 @ mastodon.social          https://mastodon.social/tags/lgc09.rss
@ann@hachyderm.io                 https://hachyderm.io/@ann.rss
@ann.bsky.social                  https://bsky.app/profile/ann.bsky.social/rss
youtube.com/channel/UC123         https://www.youtube.com/feeds/videos.xml?channel_id=UC123
feed:https://example.org/rss      https://example.org/rss
example.org/blog                  https://example.org/blog
"""

from __future__ import annotations

import re

from backchannel.domain.errors import FeedRefused

_HOST = r"((?:[\w-]+\.)+[^\W\d_]{2,}(?::\d{1,5})?)"
_SHAPES = (
    (re.compile(rf"[#＃]([\w·]+)\s*(?:@|at|on)\s*(?:https?://)?{_HOST}/?", re.IGNORECASE), "https://{1}/tags/{0}.rss"),
    (re.compile(rf"https?://{_HOST}/tags/([\w·%]+)/?", re.IGNORECASE), "https://{0}/tags/{1}.rss"),
    (re.compile(r"@([\w-]+\.bsky\.social)", re.IGNORECASE), "https://bsky.app/profile/{0}/rss"),
    (re.compile(r"https?://bsky\.app/profile/([\w.:-]+)/?", re.IGNORECASE), "https://bsky.app/profile/{0}/rss"),
    (re.compile(rf"@([\w.-]+)@{_HOST}", re.IGNORECASE), "https://{1}/@{0}.rss"),
    (re.compile(r"(?:https?://)?(?:www\.)?youtube\.com/channel/([\w-]+)/?", re.IGNORECASE),
     "https://www.youtube.com/feeds/videos.xml?channel_id={0}"),
)  # fmt: skip


def address_of(typed: str) -> str:
    """Return the address. Anything else counts as a web address, which the guard checks later."""
    text = typed.strip().removeprefix("feed:").removeprefix("//")
    for shape, address in _SHAPES:
        if found := shape.fullmatch(text):
            return address.format(*found.groups())
    if text.startswith(("#", "＃", "@")) or not text:
        raise FeedRefused(
            f"“{typed.strip()[:80]}” names no server. Enter a feed's address, or “#tag @ mastodon.social”.",
            field="url",
        )
    if not re.search(r"[.:\]]", text):
        raise FeedRefused(
            f"“{text[:80]}” isn't an address. Enter one like https://example.org/feed, or “#tag @ mastodon.social”.",
            field="url",
        )
    return text if re.match(r"[a-z][a-z0-9+.-]*:(?!\d)", text, re.IGNORECASE) else f"https://{text}"
