"""Which services changed since a look before, and which kinds of care draw on their places."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from capacity.snapshot import Supply
from capacity.supply import Service
from triage.need import Kind


def touched(before: Supply, after: Supply) -> frozenset[str]:
    """The services whose figures, or who themselves, were read anew between two snapshots.

    Whether the figures differ is not asked: a place may have been taken and another come free in
    between.
    """
    if after is before:
        return frozenset()
    known = before.counters
    anew = {name for name, counters in after.counters.items() if known.get(name) is not counters}
    if after.register is not before.register:
        anew |= {one.id for one in after.services if before.service(one.id) != one}
    return frozenset(anew)


def one_pool(services: Iterable[Service], of: Collection[str]) -> frozenset[Kind]:
    """The kinds of care whose places compete with those of some services.

    A bed that serves two kinds ties them together, and what is tied to either ties on: who is
    told of a place depends on everyone who could have it.

    Args:
        services: all there are.
        of: ids of those to begin with.
    """
    everyone = [(one.id, one.kinds.union(c.kind for c in one.converts)) for one in services]
    pool = {kind for name, kinds in everyone if name in of for kind in kinds}
    left = {kinds for _, kinds in everyone}
    while joined := {kinds for kinds in left if not pool.isdisjoint(kinds)}:
        left -= joined
        pool = pool.union(*joined)
    return frozenset(pool)
