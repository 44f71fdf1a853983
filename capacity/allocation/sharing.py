"""Sharing out openings among people: by the best matching in rounds, or each in turn."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np

from capacity.allocation.conditions import Ints, Truths
from capacity.allocation.heaviest import Pairs, heaviest


class Market(msgspec.Struct, frozen=True, kw_only=True):
    """People and openings that have to do with each other, and with nobody else.

    Attributes:
        pairs: who could go where, and what that is worth.
        takes: what each person takes, a row for each: hundredths of the amount, and of visits
            in the parts of the day in which anyone needs them.
        room: what each opening has, in the same columns.
        turn: for each opening, how many its service has before it.
        following: for each opening the next one of its service, or -1: what nobody takes of
            the first is still there then.
        rank: the urgency of each person, 0 to 5; they are in the order in which they came.
    """

    pairs: Pairs
    takes: Ints
    room: Ints
    turn: Ints
    following: Ints
    rank: Ints


LIGHTEST: Final = 6
"""An hour later counts six times for U0, and once for U5. A choice."""

Choose = Callable[[Market, Truths, Ints], Ints]
"""Which of the pairs that are still possible are given at once, within the room that is left."""


def best(market: Market) -> Ints:
    """What is worth most together: indices into the pairs.

    The optimum where everyone takes the same (a bed); else at least what comes of each order
    in which people could take turns.
    """
    rounds = share(market, _heaviest)
    if (market.takes == market.takes[0]).all():
        return rounds
    ways = rounds, by_urgency(market), first_come(market), _smallest_first(market)
    return max(ways, key=lambda ours: _served(market, ours))


def first_come(market: Market) -> Ints:
    """In the order in which they came each takes what is best for them."""
    return share(market, _in_turn(np.arange(market.pairs.people)))


def by_urgency(market: Market) -> Ints:
    """The most urgent first, and then who came first, each takes what is best for them."""
    return share(market, _in_turn(np.argsort(market.rank, kind="stable")))


def _smallest_first(market: Market) -> Ints:
    """The most urgent first, and of them who takes least: so most people fit in."""
    return share(market, _in_turn(np.lexsort((market.takes[:, 0], market.rank))))


def _served(market: Market, given: Ints) -> tuple[float, ...]:
    """How good an answer is: the people with a place, the most urgent class first, then the gain.

    A matching that is worth most has that order by itself, whatever more a class weighs than
    the next: places are a matroid, where nobody need be left out for the sake of others of
    another class. Hours of a team are not: there three people of U5 could push out one of U0.
    """
    people = market.pairs.person[given]
    placed = np.bincount(market.rank[people], minlength=LIGHTEST)
    return (*placed.tolist(), float(market.pairs.gain[given].sum()))


def share(market: Market, choose: Choose) -> Ints:
    """Who gets what: indices into the pairs.

    Args:
        market: who could go where.
        choose: gives some of what is left; asked again until nobody fits any more.
    """
    pairs, room = market.pairs, market.room.copy()
    waiting = np.ones(pairs.people, np.bool_)
    given = []
    for turn in range(int(market.turn.max()) + 1):
        while True:
            possible = waiting[pairs.person] & _fits(market, room)
            chosen = choose(market, possible, room) if possible.any() else np.zeros(0, np.int64)
            if not len(chosen):
                break
            given.append(chosen)
            waiting[pairs.person[chosen]] = False
            np.subtract.at(room, pairs.opening[chosen], market.takes[pairs.person[chosen]])
        passed = np.flatnonzero((market.turn == turn) & (market.following >= 0))
        room[market.following[passed]] += room[passed]
        room[passed] = 0
    return np.sort(np.concatenate(given)) if given else np.zeros(0, np.int64)


def _heaviest(market: Market, possible: Truths, room: Ints) -> Ints:
    """The heaviest matching, in which any people that could come together to an opening fit.

    People take different hours, and an opening has room for a sum. So it counts as many
    places as people of the largest hours fit in; what is left then is shared in a next round.
    """
    pairs = market.pairs.only(possible)
    return np.flatnonzero(possible)[heaviest(pairs, _places(market, pairs, room))]


def _in_turn(order: Ints) -> Choose:
    """Each person in an order takes what is best for them of what is left."""

    def choose(market: Market, possible: Truths, room: Ints) -> Ints:
        pairs, left, given = market.pairs, room.copy(), []
        among = np.flatnonzero(possible)
        person = pairs.person[among]
        begins, ends = (np.searchsorted(person, order, side) for side in ("left", "right"))
        for who, begin, end in zip(order, begins, ends, strict=True):
            mine = among[begin:end]
            takes = market.takes[who]
            fits = (takes <= left[pairs.opening[mine]]).all(axis=1)
            if fits.any():
                first = mine[fits.argmax()]
                left[pairs.opening[first]] -= takes
                given.append(first)
        return np.array(given, np.int64)

    return choose


def _fits(market: Market, room: Ints) -> Truths:
    pairs = market.pairs
    fits = np.ones(len(pairs.gain), np.bool_)
    for takes, has in zip(market.takes.T, room.T, strict=True):
        fits &= takes[pairs.person] <= has[pairs.opening]
    return fits


def _places(market: Market, pairs: Pairs, room: Ints) -> Ints:
    """How many of the people who may come to each opening fit together, whoever they are."""
    places = np.bincount(pairs.opening, minlength=pairs.openings)
    for takes, has in zip(market.takes.T, room.T, strict=True):
        take = takes[pairs.person]
        if take.any():
            order = np.lexsort((-take, pairs.opening))
            opening = pairs.opening[order]
            total = np.cumsum(take[order])
            begins = np.searchsorted(opening, np.arange(pairs.openings))
            before = np.append(0, total)[begins]
            fits = total - before[opening] <= has[opening]
            places = np.minimum(places, np.bincount(opening[fits], minlength=pairs.openings))
    return places
