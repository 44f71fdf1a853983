"""Splitting who could go where into markets, and saying what each place is worth to whom."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from capacity.allocation.conditions import Floats, Ints
from capacity.allocation.edges import Edges, in_hours
from capacity.allocation.heaviest import Pairs
from capacity.allocation.openings import Opening, demand
from capacity.allocation.sharing import LIGHTEST, Market
from capacity.proposal import Seeker

LONGEST: Final = 28 * 24
"""Hours: what is later than four weeks is all the same."""

_EXACT: Final = 2.0**50
"""Sums of a few whole numbers below this are exact in a float64."""


def markets(
    seekers: Sequence[Seeker], offered: Sequence[Opening], found: Edges, now: datetime
) -> Iterator[tuple[Market, Ints]]:
    """People and openings that have to do with each other, each group apart.

    Args:
        seekers: in the order in which they came.
        offered: openings, those of one service together and the soonest first.
        found: who could go where.
        now: the moment.

    Yields:
        A market, and for each of its pairs the index of its edge.
    """
    services = {one.service.id: index for index, one in enumerate(offered)}
    service = np.array([services[one.service.id] for one in offered], np.int64)
    late, far = _late(seekers, found, now), _far(seekers, offered, found)
    rank = np.array([one.rank for one in seekers], np.int64)
    waited = np.array([min(LONGEST, in_hours(now - one.since)) for one in seekers]).astype(np.int64)
    takes = _hundredths([demand(one.need) for one in seekers])
    room = _hundredths([one.room for one in offered])
    for picked in _apart(found, service, len(seekers)):
        people, person = np.unique(found.person[picked], return_inverse=True)
        # All openings of its services: what one has left, the next one has as well.
        mine = np.flatnonzero(np.isin(service, service[found.opening[picked]]))
        gain = _gain(person, late[picked], far[picked], rank[people], waited[people])
        order = np.lexsort((found.opening[picked], -gain, person))
        counted = takes[people].any(axis=0)  # what nobody takes need not be looked at
        together = service[mine][1:] == service[mine][:-1]
        yield (
            Market(
                pairs=Pairs(
                    person=person[order],
                    opening=np.searchsorted(mine, found.opening[picked])[order],
                    gain=gain[order],
                    people=len(people),
                    openings=len(mine),
                ),
                takes=takes[people][:, counted],
                room=room[mine][:, counted],
                turn=_turns(together),
                following=np.append(np.where(together, np.arange(1, len(mine)), -1), -1),
                rank=rank[people],
            ),
            picked[order],
        )


def _apart(found: Edges, service: Ints, people: int) -> Iterator[Ints]:
    """The edges of each part of the graph of people and services that hangs together."""
    if not len(found.person):
        return
    there = service[found.opening]
    nodes = people + int(service.max()) + 1
    ones = np.ones(len(there), np.int8)
    graph = csr_array((ones, (found.person, people + there)), shape=(nodes, nodes))
    _, part_of = connected_components(graph, directed=False)
    part = part_of[found.person]
    order = np.argsort(part, kind="stable")
    yield from np.split(order, np.flatnonzero(np.diff(part[order])) + 1)


def _turns(together: Ints) -> Ints:
    """How many openings of the same service come before each."""
    index = np.arange(len(together) + 1)
    begins = np.maximum.accumulate(np.where(np.append(False, together), 0, index))
    turns: Ints = index - begins
    return turns


def _hundredths(amounts: Sequence[Sequence[float]]) -> Ints:
    """In whole hundredths, as the database has them, so that sums stay exact."""
    whole: Ints = np.rint(np.array(amounts) * 100).astype(np.int64)
    return whole


def _late(seekers: Sequence[Seeker], found: Edges, now: datetime) -> Ints:
    """Whole hours after the person's clock; what is over already can't be won back."""
    due = np.array([max(0.0, in_hours(one.due - now)) for one in seekers])
    late: Ints = np.clip(np.ceil(found.start - due[found.person]), 0, LONGEST).astype(np.int64)
    return late


def _far(seekers: Sequence[Seeker], offered: Sequence[Opening], found: Edges) -> Ints:
    """Kilometres, and hours until it starts; more digits would not be true.

    The organisation that already gives care, and what the person asks for, is at no distance.
    """
    km: Floats = np.nan_to_num(found.km)
    names: dict[str | None, int] = {}

    def number(name: str | None) -> int:
        return names.setdefault(name, len(names))

    nobody = number(None)
    asked_for = np.array(
        [(number(one.need.carer), number(one.need.preferred)) for one in seekers]
    ).reshape(-1, 2)
    is_there = np.array(
        [(number(one.service.organisation), number(one.service.id)) for one in offered]
    ).reshape(-1, 2)
    known = np.zeros(len(km), np.bool_)
    for asked, there in ((0, 0), (1, 0), (1, 1)):
        wish = asked_for[found.person, asked]
        known |= (wish != nobody) & (wish == is_there[found.opening, there])
    near = np.where(known, 0.0, np.rint(km))
    far: Ints = np.minimum(near + np.ceil(found.start), LONGEST).astype(np.int64)
    return far


def _gain(person: Ints, late: Ints, far: Ints, rank: Ints, waited: Ints) -> Floats:
    """What each pair is worth: first that there is a place, then no delay, then near.

    Each level weighs more than all that everyone together could win on the ones below it.
    """
    weight = LIGHTEST - rank
    delay, wait = late * weight[person], waited * weight
    while True:
        near = _sum_of_most(person, far) + 1
        soon = _sum_of_most(person, delay) + int(wait.sum()) + 1
        if float(LIGHTEST * (soon + 1)) * near < _EXACT:
            break
        far = far // 2
    gain: Floats = (((weight * soon + wait)[person] - delay) * near - far).astype(np.float64)
    return gain


def _sum_of_most(person: Ints, amount: Ints) -> int:
    """The sum over people of the most that each can have."""
    most = np.zeros(int(person.max()) + 1, np.int64)
    np.maximum.at(most, person, amount)
    return int(most.sum())
