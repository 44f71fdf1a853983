"""Where an alert may go: the form of an address, and never a machine inside the house."""

from __future__ import annotations

import ipaddress
import re

import httpx

LONGEST_URL = 500
LONGEST_MAIL = 254  # RFC 5321 4.5.3.1.3, without the brackets
_URL = re.compile(r"[!-~]+")
_LAST_PORT = 65535
_NOT_IN_URL = frozenset('\\"<>^`{|}')
_HOST = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
# What resolvers read as an IPv4 address though it doesn't look like one: 2130706433, 0x7f.1.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*")
# Names that no public DNS gives out (RFC 6761, RFC 6762, RFC 8375, ICANN for internal).
_INSIDE = frozenset({"arpa", "home", "internal", "lan", "local", "localdomain", "localhost"})
_INWARD = "this host is not on the public internet; an operator may allow it by name"
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?"
_MAIL = re.compile(rf"(?=[^@]{{1,64}}@){_ATOM}(\.{_ATOM})*@{_LABEL}(\.{_LABEL})+")
_UNICAST = ipaddress.ip_network("2000::/3")
_NOT_PUBLIC = (
    ipaddress.ip_network("2002::/16"),  # 6to4: any IPv4 address, also a private one, inside
    ipaddress.ip_network("192.88.99.0/24"),  # relays of 6to4 (RFC 7526)
    # Azure's own address for the machines in it: public by its number, private by what it serves.
    ipaddress.ip_network("168.63.129.16/32"),
)


def hosts(setting: str) -> frozenset[str]:
    """The hosts of the setting ``alert_hosts``."""
    return frozenset(one.strip().strip("[]").lower() for one in setting.split(",")) - {""}


def fault_of_url(address: str, allowed: frozenset[str]) -> str | None:
    """What is wrong with the address of a webhook, and the cure; None when it can be used.

    A name is not looked up here: that is done at each try, since what it means may change.

    Args:
        address: as it was given.
        allowed: the hosts that may be private, and may do without TLS.
    """
    if len(address) > LONGEST_URL:
        return f"an address has at most {LONGEST_URL} characters"
    if not _URL.fullmatch(address) or _NOT_IN_URL & set(address):
        return "an address is printable ASCII without blanks: encode other characters"
    try:
        return _fault(httpx.URL(address), allowed)
    except httpx.InvalidURL:
        return "this is no URL"


def _fault(url: httpx.URL, allowed: frozenset[str]) -> str | None:
    host = url.host
    literal = _literal(host)
    last = host.rpartition(".")[2]
    port = 443 if url.port is None else url.port
    if url.userinfo:
        return "an address holds no user or password: verify the signature instead"
    if url.fragment:
        return "an address has no part after #"
    named = _HOST.fullmatch(host) and not _NUMBER.fullmatch(last)
    if not (literal or named) or not 0 < port <= _LAST_PORT:
        return "an address names a host, such as https://alerts.example/naober"
    if host in allowed and url.scheme in {"http", "https"}:
        return None
    if url.scheme != "https":
        return "an address begins with https://"
    inside = not is_public(host) if literal else last == host or last in _INSIDE
    return _INWARD if inside else None


def fault_of_mail(address: str) -> str | None:
    """What is wrong with an e-mail address, and the cure; None when it can be used."""
    if len(address) > LONGEST_MAIL or not _MAIL.fullmatch(address):
        return "an e-mail address looks like nacht@zorgaanbieder.example, in ASCII"
    return None


def is_public(address: str) -> bool:
    """Whether an IP address is one that everybody on the internet can reach.

    Private, loopback, link-local (and so the metadata services of clouds), shared, reserved and
    multicast ones are not (IANA's special-purpose registries, as Python knows them), nor are
    IPv6 addresses that carry an IPv4 address inside.
    """
    one = ipaddress.ip_address(address)
    if not one.is_global or one.is_multicast or any(one in network for network in _NOT_PUBLIC):
        return False
    return one.version == 4 or one in _UNICAST  # noqa: PLR2004 - IPv4


def _literal(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return None if "%" in host else ipaddress.ip_address(host)
    except ValueError:
        return None
