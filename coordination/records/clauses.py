"""What a clause asks of the state of a referral, and of an offer, whose Task is not stored.

Both are read from the Tasks themselves: one is shown of every state there is, and its terms are
looked at (``fhir.search.index``). So what is found is what is shown, by every parameter.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache

from coordination.db.offer_tasks import AnyOf, Column, Either
from coordination.referral import OfferState, State
from fhir.request import overlay_request
from fhir.search.index import index_of
from fhir.search.query import Terms
from fhir.task.shown import offer_task, overlay_state

_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_SOME: Mapping[Column, str] = {
    "o.id": str(uuid.UUID(int=1)),
    "o.service_id": str(uuid.UUID(int=2)),
    "o.referral_id": str(uuid.UUID(int=3)),
    "r.patient_id": str(uuid.UUID(int=4)),
    "r.task_id": str(uuid.UUID(int=5)),
}
"""Stands for the value of each column in the terms of an offer's Task."""

_THEN = datetime(2000, 1, 1, tzinfo=UTC)


def param_of(term: str) -> str:
    """The parameter of a term."""
    return re.split("[=:]", term, maxsplit=1)[0]


def states_of(kind: str, clause: Terms) -> tuple[str, ...] | None:
    """The states of a referral in which its ServiceRequest or Task fits a clause.

    None where the state has no part in it: what was sent decides.
    """
    shown = _of_state(kind)
    if all(clause.param != param_of(term) for terms in shown.values() for term in terms):
        return None
    return tuple(
        state for state, terms in shown.items() if terms.isdisjoint(clause.any_of) is clause.negated
    )


@cache
def _of_state(kind: str) -> Mapping[str, frozenset[str]]:
    """The terms that each state of a referral gives its ServiceRequest or Task."""
    overlay = overlay_request if kind == "ServiceRequest" else overlay_state
    bare = f'{{"resourceType":"{kind}"}}'.encode()
    return {
        state.value: frozenset(
            index_of(kind, overlay(bare, state=state.value, modified=_THEN, version=1)).terms
        )
        for state in State
    }


def ways_of(clause: Terms) -> AnyOf:
    """How the Task of an offer may fit a clause."""
    ways = []
    always = {term for term in clause.any_of if not any(some in term for some in _SOME.values())}
    plain = tuple(state for state, terms in _of_offer().items() if not terms.isdisjoint(always))
    if plain:
        ways.append(Either(states=plain))
    begun = tuple(
        state
        for state, terms in _of_offer(begun=True).items()
        if state not in plain and not terms.isdisjoint(always)
    )
    if begun:
        ways.append(Either(states=begun, happened=True))
    for column, some in _SOME.items():
        asked: dict[tuple[str, ...], list[uuid.UUID]] = {}
        for term in clause.any_of:
            found = _ID.search(term)
            if found is None:
                continue
            like = term.replace(found[0], some)
            states = tuple(state for state, terms in _of_offer().items() if like in terms)
            if states:
                asked.setdefault(states, []).append(uuid.UUID(found[0]))
        ways += [
            Either(states=states, column=column, ids=tuple(ids)) for states, ids in asked.items()
        ]
    return AnyOf(tuple(ways), clause.negated)


@cache
def _of_offer(*, begun: bool = False) -> Mapping[str, frozenset[str]]:
    """The terms of an offer's Task in each of its states, where the care has begun or not."""
    return {
        state.value: frozenset(
            index_of(
                "Task",
                offer_task(
                    id=_SOME["o.id"],
                    service=_SOME["o.service_id"],
                    coordination=_SOME["r.task_id"],
                    service_request=_SOME["o.referral_id"],
                    patient=_SOME["r.patient_id"],
                    state=state.value,
                    kind=("", ""),
                    authored=_THEN,
                    modified=_THEN,
                    started=_THEN if begun else None,
                ),
            ).terms
        )
        for state in OfferState
    }
