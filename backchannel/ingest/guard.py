"""Which addresses feeds may be fetched from: pure rules, no byte is sent here.

The web is hostile: an address that a stranger chose, or a name whose answer changes from one second to the next, must
never make this server talk to itself, to its neighbours or to a cloud's metadata service. So a feed needs a public
http(s) address on a web port, with no password in it, and of the addresses that its name stands for **every one** must
be public.

What is refused, and what does not answer, gets one and the same sentence (`REFUSED`): whoever reads it cannot learn
from it what stands behind the firewall.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpx2

from backchannel.domain.errors import FeedRefused

REFUSED = (
    "The feed was refused: it needs a public http or https address, on a web port and without a password in it, "
    "where a server answers."
)
LONGEST = 2_000  # characters of an address
WEB_PORTS = frozenset({80, 443, 8000, 8008, 8080, 8081, 8443, 8888})

IPAddress = IPv4Address | IPv6Address

# `is_global` alone lets pass, on Python 3.11: multicast, NAT64, 6to4 and 192.0.0.9; and nobody's list but this one
# knows the addresses at which clouds answer their tenants from a range that is public on paper.
_DENIED_4 = tuple(
    ip_network(net)
    for net in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
        "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
        "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
        "168.63.129.16/32",  # Azure's
    )
)  # fmt: skip
_UNICAST_6 = ip_network("2000::/3")  # all that was ever given out for the public internet
_DENIED_6 = tuple(
    ip_network(net)
    for net in (
        "2001::/23",  # Teredo, ORCHID, benchmarking and other assignments of the IETF
        "2001:db8::/32", "3fff::/20",  # documentation
        "2002::/16",  # 6to4: nobody serves feeds there, and it wraps any IPv4 address
        "2620:4f:8000::/48",  # AS112
    )
)  # fmt: skip
_NAT64 = ip_network("64:ff9b::/96")


def check_url(text: str, allow: Collection[str] = ()) -> httpx2.URL:
    """The address as it will be asked for, or `FeedRefused`. With `allow`, a port is judged once the name is known."""
    if len(text) > LONGEST or any(ord(character) <= 32 or ord(character) == 127 for character in text):
        raise FeedRefused(REFUSED, field="url")
    try:
        url = httpx2.URL(text)
        port = web_port(url)
    except (httpx2.InvalidURL, ValueError, TypeError):
        raise FeedRefused(REFUSED, field="url") from None
    if url.scheme not in ("http", "https") or not url.host or url.userinfo or "\\" in text:
        raise FeedRefused(REFUSED, field="url")
    if port not in WEB_PORTS and not (allow and port < 65536):
        raise FeedRefused(REFUSED, field="url")
    return url.copy_with(fragment=None)


def check_feed(text: str, allow: Collection[str] = ()) -> str:
    """An address that somebody wants polled, or `FeedRefused`: what can be told before any name is looked up."""
    url = check_url(text, allow)
    try:
        ip_address(url.host.strip("[]"))
    except ValueError:
        return text
    check_addresses([url.host.strip("[]")], web_port(url), allow)
    return text


def web_port(url: httpx2.URL) -> int:
    """The port that is meant, said or not."""
    return (443 if url.scheme == "https" else 80) if url.port is None else url.port


def check_addresses(addresses: Iterable[str], port: int, allow: Collection[str] = ()) -> list[str]:
    """The addresses that a name stands for, if every one of them may be connected to; else `FeedRefused`.

    One private address among public ones is how rebinding begins, so it spoils them all.
    """
    checked = list(dict.fromkeys(addresses))
    if not checked or not all(address in allow or (port in WEB_PORTS and is_public(address)) for address in checked):
        raise FeedRefused(REFUSED, field="url")
    return checked


def is_public(address: str) -> bool:
    """Whether this is an address of the public internet, whatever it is wrapped in.

    >>> is_public("8.8.8.8"), is_public("::ffff:10.0.0.1"), is_public("64:ff9b::7f00:1"), is_public("224.0.0.9")
    (True, False, False, False)
    """
    try:
        ip = _unwrap(ip_address(address))
    except ValueError:
        return False
    if ip.is_multicast or not ip.is_global:
        return False
    if isinstance(ip, IPv4Address):
        return not any(ip in net for net in _DENIED_4)
    return ip in _UNICAST_6 and not any(ip in net for net in _DENIED_6) and not _is_isatap(ip)


def _unwrap(ip: IPAddress) -> IPAddress:
    """The IPv4 address inside a mapped or a NAT64 one (a network without IPv4 gives those for every name)."""
    if isinstance(ip, IPv6Address) and ip.ipv4_mapped is not None:
        return ip.ipv4_mapped
    if isinstance(ip, IPv6Address) and ip in _NAT64:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip


def _is_isatap(ip: IPv6Address) -> bool:
    """RFC 5214: an interface id of 0000:5efe or 0200:5efe carries an IPv4 address, mostly a private one."""
    return (int(ip) >> 32 & 0xFDFFFFFF) == 0x5EFE
