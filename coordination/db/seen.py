"""Whether an actor may see a resource or a referral, written as conditions of SQL."""

from __future__ import annotations

from coordination.db.sought import Bound
from coordination.permissions import REFERRERS, Actor, Role
from coordination.referral import KNOWN


def known_states() -> str:
    """The states of an offer in which its organisation knows the person, as SQL lists them."""
    return ", ".join(f"'{state}'" for state in sorted(KNOWN))


def of_referral(bound: Bound, actor: Actor, *, many: bool = True) -> str:
    """Whether the actor may see a referral ``r`` and what was sent with it.

    Args:
        bound: takes the parameters.
        actor: who looks.
        many: whether rows are looked for; else one is judged that was found already.
    """
    if actor.role in REFERRERS:
        return f"r.organisation_id = {bound(actor.organisation, 'uuid')}"
    if actor.role is Role.COORDINATOR:
        return _in_region(bound, actor, "r")
    if actor.role is Role.PROVIDER:
        return _accepted(bound, actor, "r.id", many=many)
    return "false"


def of_resource(bound: Bound, actor: Actor, kind: str, *, many: bool = True) -> str:
    """Whether the actor may see a resource ``x``, of a referral or of none.

    What belongs to a referral belongs to the organisation that referred. A Patient may be that of
    later referrals too, which point at it by its id: who sees such a referral sees the Patient.
    """
    organisation = bound(actor.organisation, "uuid")
    if actor.role in REFERRERS:
        return f"x.organisation_id = {organisation}"
    ways = [f"(x.referral_id IS NULL AND x.organisation_id = {organisation})"]
    if actor.role is Role.COORDINATOR:
        # Looked up for each resource in turn: few are looked at, of however many.
        seen = f"(SELECT {_in_region(bound, actor, 'q')} FROM referral q"  # noqa: S608 - ours
        ways.append(f"{seen} WHERE q.id = x.referral_id)")
        if kind == "Patient":
            ways.append(
                f"EXISTS {seen} WHERE q.patient_id = x.id AND {_in_region(bound, actor, 'q')})"
            )
    elif actor.role is Role.PROVIDER:
        ways.append(_accepted(bound, actor, "x.referral_id", many=many))
        if kind == "Patient":
            ways.append(_accepted(bound, actor, "x.id", of="q.patient_id", many=many))
    return f"({' OR '.join(ways)})"


def _in_region(bound: Bound, actor: Actor, referral: str) -> str:
    # A referral whose place is not known is everybody's care until it is known.
    regions = bound(sorted(actor.subregions), "text[]")
    return f"({referral}.subregion IS NULL OR {referral}.subregion = ANY({regions}))"


def _accepted(
    bound: Bound, actor: Actor, column: str, *, many: bool, of: str = "o.referral_id"
) -> str:
    """Whether a column is of a referral of which the actor's organisation knows the person.

    Where many rows are looked for, these referrals are listed first: they lead to their resources
    by the index, however many others there are.
    """
    rows = (
        f"SELECT {of} FROM offer o JOIN referral q ON q.id = o.referral_id"  # noqa: S608 - ours
        f" WHERE o.organisation_id = {bound(actor.organisation, 'uuid')}"
        f" AND o.state IN ({known_states()})"
    )
    return f"{column} = ANY(ARRAY({rows}))" if many else f"EXISTS ({rows} AND {of} = {column})"
