"""The heaviest matching of people with openings, by SciPy's sparse matching."""

from __future__ import annotations

from typing import Final

import msgspec
import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.csgraph import min_weight_full_bipartite_matching

from capacity.allocation.conditions import Floats, Ints, Truths

FIRST: Final = 400
"""Places a person is tried with at first; more are added wherever they could matter. Measured:
up to some hundreds it is quickest to try all at once."""


class Pairs(msgspec.Struct, frozen=True, kw_only=True):
    """Who could go where: arrays of equal length, by person and for each the best first.

    Attributes:
        person: index, 0 to ``people`` - 1.
        opening: index, 0 to ``openings`` - 1; a person has each at most once.
        gain: what it is worth that this person goes there: whole numbers above 0, of which
            sums stay exact.
        people: how many there are.
        openings: how many there are.
    """

    person: Ints
    opening: Ints
    gain: Floats
    people: int
    openings: int

    def only(self, kept: Truths) -> Pairs:
        """Some of the pairs."""
        return msgspec.structs.replace(
            self, person=self.person[kept], opening=self.opening[kept], gain=self.gain[kept]
        )


def heaviest(pairs: Pairs, capacity: Ints, first: int = FIRST) -> Ints:
    """The pairs that are worth most together: each person once, each opening to its capacity.

    It begins with the best ``first`` places of each person and asks of all the others, by the
    prices that go with the answer (the duals of the linear programme), whether any could make
    it better. Those are added, until there are none: so the answer is the optimum over all.

    Args:
        pairs: who could go where.
        capacity: people that each opening can take.
        first: where to begin; it changes the time that is needed and nothing else.

    Returns:
        Indices into the pairs.
    """
    tried = _places_before(pairs, capacity) < first
    while True:
        among = np.flatnonzero(tried)
        part = pairs.only(tried)
        taken = _matched(part, capacity)
        if len(among) == len(tried):
            return among[taken]
        price, surplus = _prices(part, capacity, taken)
        better = ~tried & (pairs.gain - price[pairs.opening] > surplus[pairs.person])
        if not better.any():
            return among[taken]
        tried |= better


def _places_before(pairs: Pairs, capacity: Ints) -> Ints:
    """How many places a person has at openings that are better for them, for each pair."""
    places = capacity[pairs.opening]
    before = np.cumsum(places) - places
    begins = np.flatnonzero(np.diff(pairs.person, prepend=-1))
    counts = np.diff(np.append(begins, len(before)))
    return before - np.repeat(before[begins], counts)


def _matched(pairs: Pairs, capacity: Ints) -> Ints:
    """As ``heaviest`` over just these pairs.

    Every place is a column, and every row has a column of its own for "none", so that a full
    matching exists. The rows are the people or the places, whichever are fewer: what is
    searched for in vain costs most.
    """
    if not len(pairs.gain):
        return np.zeros(0, np.int64)
    places = np.minimum(capacity, np.bincount(pairs.opening, minlength=pairs.openings))
    begin = np.cumsum(places) - places
    copies = places[pairs.opening]
    pair = np.repeat(np.arange(len(copies)), copies)
    place = begin[pairs.opening][pair] + _counted(copies)
    person, total = pairs.person[pair], int(places.sum())
    row, column, rows, columns = person, place, pairs.people, total
    if total < pairs.people:
        row, column, rows, columns = place, person, total, pairs.people
    most = pairs.gain.max() + 1  # SciPy takes a weight of 0 for no edge
    none = np.arange(rows)
    graph = csr_array(
        (
            np.concatenate([most - pairs.gain[pair], np.full(rows, most)]),
            (np.concatenate([row, none]), np.concatenate([column, columns + none])),
        ),
        shape=(rows, columns + rows),
    )
    chosen_row, chosen_column = min_weight_full_bipartite_matching(graph)
    key = row * columns + column
    order = np.argsort(key)
    real = chosen_column < columns
    wanted = chosen_row[real].astype(np.int64) * columns + chosen_column[real]
    return np.sort(pair[order[np.searchsorted(key, wanted, sorter=order)]])


def _counted(copies: Ints) -> Ints:
    """0, 1, 2 ... for each run of copies."""
    return np.arange(int(copies.sum())) - np.repeat(np.cumsum(copies) - copies, copies)


def _prices(pairs: Pairs, capacity: Ints, taken: Ints) -> tuple[Floats, Floats]:
    """What a place at each opening is worth to the others, and what each person is left with.

    A full opening is worth what the person in it who can best go elsewhere would lose; one
    with room is worth nothing. Found by going down from the whole gain until nothing moves.

    Returns:
        The price of each opening, and the surplus of each person: the best gain that is left
        after the price, or 0 for going nowhere.
    """
    person, opening, gain = pairs.person[taken], pairs.opening[taken], pairs.gain[taken]
    full = np.bincount(opening, minlength=pairs.openings) >= capacity
    price = np.where(full, np.inf, 0.0)
    surplus = np.zeros(pairs.people)
    while True:
        before = price.copy()
        np.minimum.at(price, opening, gain - surplus[person])
        if np.array_equal(price, before):
            return price, surplus
        surplus = np.zeros(pairs.people)
        np.maximum.at(surplus, pairs.person, pairs.gain - price[pairs.opening])
