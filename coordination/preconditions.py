"""On what a change depends: the version that its sender saw, or that there is none yet."""

from __future__ import annotations

import re

import msgspec

from coordination.errors import Refused, Wrong

ETAG = re.compile(r'(?:W/)?"([0-9]{1,9})"')
"""An ETag of ours, or one that might be."""


class Precondition(msgspec.Struct, frozen=True):
    """On what the sender makes an update depend (RFC 9110, 13).

    Attributes:
        version: that it saw (If-Match), or None.
        absent: whether there may be none yet (If-None-Match: ``*``).
    """

    version: int | None = None
    absent: bool = False


def version_in(tag: str, name: str) -> int:
    """The version that an ETag of ours names.

    Args:
        tag: as sent.
        name: of the header or element that it stands in.

    Raises:
        Refused: STALE for one that no resource here has.
    """
    found = ETAG.fullmatch(tag.strip())
    if found is None:
        raise Refused(Wrong.STALE, f'{name} is not an ETag of this server, such as W/"3".')
    return int(found[1])


def seen(match: Precondition) -> int:
    """The version that a change depends on.

    Raises:
        Refused: PRECONDITION_REQUIRED where it names none, STALE where there may be none yet.
    """
    if match.absent:
        raise Refused(Wrong.STALE, "An update is of what is here: leave If-None-Match out.")
    if match.version is None:
        raise Refused(
            Wrong.PRECONDITION_REQUIRED,
            "Send If-Match with the ETag of what you change: read it first.",
            code="if-match-missing",
        )
    return match.version


def unchanged(match: Precondition, version: int) -> None:
    """Lets pass a change of the version that they saw.

    Raises:
        Refused: PRECONDITION_REQUIRED where they name none, STALE for another.
    """
    if seen(match) != version:
        raise Refused(
            Wrong.STALE,
            f'It was changed meanwhile: read it again; its ETag is W/"{version}".',
            code="stale",
        )
