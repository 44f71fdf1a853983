"""The versions of one resource, and which of them stand on a page: told before any is opened."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from coordination import paging
from coordination.db.past import Head
from coordination.db.resources import Held
from coordination.db.stated import Stated
from coordination.records.marks import read_mark, version_mark
from coordination.records.paged import light
from coordination.records.shelf import Found, Page


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A version of a resource, not opened yet.

    Attributes:
        number: counts from 1.
        updated: when it came to be.
        content: the version of what was sent that it shows.
        size: of that content, in bytes.
        stated: the state of its referral that it shows, or None.
    """

    number: int
    updated: datetime
    content: int
    size: int = 0
    stated: Stated | None = None


class Chosen(msgspec.Struct, frozen=True):
    """The versions of one page.

    Attributes:
        versions: newest first.
        last: whether nothing comes after them.
        total: of all pages together.
    """

    versions: Sequence[Version]
    last: bool
    total: int


def head_of(held: Held) -> Head:
    """What is told of a resource as it is now, without what it says."""
    return Head(
        version=held.version,
        updated_at=held.updated_at,
        referral_id=held.referral_id,
        size=len(held.body),
    )


def version_of(head: Head) -> Version:
    """A version that shows what was sent, and no more."""
    return Version(
        number=head.version, updated=head.updated_at, content=head.version, size=head.size
    )


def chosen(
    versions: Sequence[Version], *, since: datetime | None, count: int, after: str | None
) -> Chosen:
    """A page of versions, newest first, of all of them, oldest first.

    Raises:
        Refused: INVALID for a mark that is none of ours.
    """
    mark = read_mark(after)
    told = [one for one in reversed(versions) if since is None or one.updated >= since]
    rest = [one for one in told if mark is None or one.number < mark.version]
    many = light((one.size for one in rest), count)
    return Chosen(rest[:many], many >= len(rest) or not count, len(told))


def page_of(chosen_ones: Chosen, found: Sequence[Found]) -> Page:
    """The page of some versions, opened."""
    after = None if chosen_ones.last else paging.write(version_mark(found[-1]))
    return Page(found=found, after=after, total=chosen_ones.total)
