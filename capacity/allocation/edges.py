"""Who fits where: every person beside every opening, asked by what people and places share."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
import numpy as np

from capacity.allocation.conditions import Conditions, Floats, Ints, Where
from capacity.allocation.openings import Opening, demand
from capacity.fitting import Asked
from capacity.proposal import Seeker
from capacity.region import Region
from triage.need import Kind

_CELLS: Final = 2_000_000
"""People times openings that are looked at in one go: some hundred megabytes."""


class Edges(msgspec.Struct, frozen=True, kw_only=True):
    """Every pair of a person and an opening that fit; arrays of equal length, by person.

    Attributes:
        person: index of the seeker.
        opening: index of the opening.
        start: hours from now until the person could come.
        km: by road, estimated; not a number where the home is not known.
    """

    person: Ints
    opening: Ints
    start: Floats
    km: Floats


def edges(
    seekers: Sequence[Seeker], offered: Sequence[Opening], now: datetime, region: Region
) -> Edges:
    """All pairs that fit by the hard constraints of matching, unless the service said no.

    Whether a need fits in a service is asked once for all people who ask the same and all
    services with the same conditions; how far it is, once for every home and site. An
    expected release is asked as what is free now, but may start after the wanted moment.

    Args:
        seekers: who.
        offered: where.
        now: the moment of asking, with a time zone.
        region: its rings.
    """
    if not seekers or not offered:
        return _joined([])
    asked = [Asked.of(one.need, now, in_hours(now - one.since), region) for one in seekers]
    where, conditions = Where(asked, offered, region), Conditions(offered, region)
    takes = np.array([demand(one.need) for one in seekers])
    has = _at_most(offered)
    later = np.array([one.at is not None for one in offered])
    opens = np.array([_opens(one, now) for one in offered])
    within = np.array([in_hours(one.latest - one.now) for one in asked])
    refused = _declined(seekers, offered)
    parts: list[tuple[Ints, Ints, Floats, Floats]] = []
    for kind, members in _by_kind(seekers):
        columns, starts = conditions.starts(kind, [asked[one].need for one in members], now)
        for rows in _batches(len(members), len(columns)):
            people = members[rows]
            start = np.maximum(starts(rows), opens[columns])
            fits = np.isfinite(start) & where.reached(people, columns)
            fits &= later[columns] | (start <= within[people, None])
            for resource in range(takes.shape[1]):
                fits &= takes[people, resource, None] <= has[columns, resource]
            for asking in np.flatnonzero(np.isin(people, list(refused))):
                fits[asking] &= ~np.isin(columns, refused[int(people[asking])])
            row, column = np.nonzero(fits)
            person, opening = people[row], columns[column]
            parts.append((person, opening, start[row, column], where.km(person, opening)))
    return _joined(parts)


def _joined(parts: list[tuple[Ints, Ints, Floats, Floats]]) -> Edges:
    if not parts:
        none = np.zeros(0)
        return Edges(
            person=none.astype(np.int64), opening=none.astype(np.int64), start=none, km=none
        )
    person, opening, start, km = (np.concatenate(column) for column in zip(*parts, strict=True))
    order = np.argsort(person, kind="stable")
    return Edges(person=person[order], opening=opening[order], start=start[order], km=km[order])


def in_hours(passed: timedelta) -> float:
    """A duration in hours, below 0 for one that is."""
    return passed.total_seconds() / 3600


def _opens(opening: Opening, now: datetime) -> float:
    """Hours from now until people are admitted to what comes free; 0 for what is free now."""
    if opening.at is None:
        return 0.0
    return in_hours(opening.service.admission.next_open(opening.at) - now)


def _at_most(offered: Sequence[Opening]) -> Floats:
    """The room of each opening with all that its service has before: what nobody takes stays."""
    rooms: defaultdict[str, list[int]] = defaultdict(list)
    for index, one in enumerate(offered):
        rooms[one.service.id].append(index)
    has = np.array([one.room for one in offered])
    for indices in rooms.values():
        has[indices] = np.cumsum(has[indices], axis=0)
    return has


def _declined(seekers: Sequence[Seeker], offered: Sequence[Opening]) -> dict[int, list[int]]:
    """The openings at services that said no, of each person to whom one did."""
    return {
        person: [index for index, one in enumerate(offered) if one.service.id in seeker.declined]
        for person, seeker in enumerate(seekers)
        if seeker.declined
    }


def _by_kind(seekers: Sequence[Seeker]) -> Iterator[tuple[Kind, Ints]]:
    members: defaultdict[Kind, list[int]] = defaultdict(list)
    for index, one in enumerate(seekers):
        members[one.need.kind].append(index)
    for kind, indices in members.items():
        yield kind, np.array(indices)


def _batches(rows: int, columns: int) -> Iterator[slice]:
    step = max(1, _CELLS // max(1, columns))
    yield from (slice(first, first + step) for first in range(0, rows, step))
