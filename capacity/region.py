"""What a region chooses for itself: weights, rings and clocks, read from one file."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from datetime import timedelta
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from capacity.rings import Rings
from capacity.weights import Weights
from triage.need import Kind

Share = Annotated[float, Meta(ge=0, le=1)]
Hours = Annotated[float, Meta(gt=0, le=24 * 14)]
Minutes = Annotated[int, Meta(ge=1, le=1440)]


class RegionError(ValueError):
    """The file of the region can't be used; the text names the element."""


class Clocks(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """When someone is warned, and how long a bed is kept; the file says what each means."""

    warn_after: Share = 0.75
    keep_hours: Hours = 24.0
    remind_hours: Hours = 2.0
    guarantee_hours: Hours = 24.0


class Region(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The choices of one region."""

    weights: Weights = msgspec.field(default_factory=Weights)
    rings: Rings = msgspec.field(default_factory=Rings)
    clocks: Clocks = msgspec.field(default_factory=Clocks)
    answer_minutes: Mapping[Kind, Minutes] = msgspec.field(default_factory=dict)

    def hold(self, kind: Kind, usual: timedelta) -> timedelta:
        """How long a place of a kind is held for an answer."""
        minutes = self.answer_minutes.get(kind)
        return usual if minutes is None else timedelta(minutes=minutes)

    @property
    def guarantee(self) -> timedelta:
        """How long after one guarantee bed was given a sub-region gives no other."""
        return timedelta(hours=self.clocks.guarantee_hours)

    @property
    def keep(self) -> timedelta:
        """How long a bed is kept for someone who goes back to the hospital."""
        return timedelta(hours=self.clocks.keep_hours)


def read(text: str) -> Region:
    """The choices in a TOML text.

    Raises:
        RegionError: it is no TOML, or a name or value does not fit.
    """
    try:
        return msgspec.convert(tomllib.loads(text), Region)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RegionError(str(error)) from None


DEFAULT: Final = Region()
"""Weights, rings and clocks as in the file that comes with Naober, and no time of its own to answer
for any kind of care."""


@cache
def usual() -> Region:
    """The choices that come with Naober."""
    return read((resources.files("capacity") / "region.toml").read_text("utf-8"))


def load(path: str) -> Region:
    """The choices in a file; the usual ones where no file is named.

    Raises:
        RegionError: it can't be read, or not used.
    """
    if not path:
        return usual()
    try:
        return read(Path(path).expanduser().read_text("utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise RegionError(f"{path} can't be read: {type(error).__name__}") from None
