"""Who refers: the professional and organisation behind ``ServiceRequest.requester``.

nl-core-HealthProfessional-PractitionerRole and nl-core-HealthcareProvider-Organization.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeVar

import msgspec

from fhir.bundle import Entry, resolve
from fhir.codes import AGB, ROLE_CODE, ROLE_CODE_OID, URA, UZI_ROLES
from fhir.views import (
    Concept,
    Identifier,
    Name,
    Organization,
    Practitioner,
    PractitionerRole,
    Reference,
    View,
    view,
)
from triage.codes import Role

_ROLE_SYSTEMS = frozenset({ROLE_CODE, ROLE_CODE_OID})
_V = TypeVar("_V", bound=View)


class Requester(msgspec.Struct, frozen=True, kw_only=True):
    """Who refers, as far as the referral says.

    Attributes:
        name: of the professional, or None.
        role: first code of the role, such as UZI role 01.015, or None.
        organisation: name of the organisation, or None.
        identifiers: (system, value) of the organisation: URA, AGB.
        reference: a resource outside the bundle that is referred to, or None.
        acts_as: what the registered UZI role makes of the referrer; None when it names none of
            ours, or several.
        source: place in the bundle of the PractitionerRole that says so, or None.
    """

    name: str | None = None
    role: str | None = None
    organisation: str | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    reference: str | None = None
    acts_as: Role | None = None
    source: int | None = None


def read_requester(
    requester: Reference | None, entries: Sequence[Entry], index: Mapping[str, int]
) -> Requester:
    """Read the requester of a referral; what it does not say is None.

    Args:
        requester: ``ServiceRequest.requester``.
        entries: of the transaction.
        index: of ``fhir.bundle.index_of``.
    """
    place = resolve(requester.reference if requester else None, index)
    kind = entries[place].resource_type if place is not None else ""
    match kind:
        case "PractitionerRole":
            role = _in_bundle(requester, PractitionerRole, entries, index) or PractitionerRole()
            who = _in_bundle(role.practitioner, Practitioner, entries, index)
            acts_as = _acts_as(role)
            said = Requester(
                name=_name(who) or _display(role.practitioner),
                role=_role(role),
                acts_as=acts_as,
                source=place if acts_as else None,
            )
            return _with_organisation(said, role.organization, entries, index)
        case "Practitioner":
            return Requester(name=_name(_in_bundle(requester, Practitioner, entries, index)))
        case "Organization":
            return _with_organisation(Requester(), requester, entries, index)
        case _:
            if requester is None:
                return Requester()
            said = Requester(name=requester.display, reference=requester.reference)
            if requester.identifier and requester.identifier.system in {URA, AGB}:
                return msgspec.structs.replace(said, identifiers=_pairs((requester.identifier,)))
            return said


def role_of(
    who: Reference | None, entries: Sequence[Entry], index: Mapping[str, int]
) -> Role | None:
    """What the registered role of a PractitionerRole in the bundle makes of someone, or None."""
    role = _in_bundle(who, PractitionerRole, entries, index)
    return _acts_as(role) if role else None


def _with_organisation(
    said: Requester,
    reference: Reference | None,
    entries: Sequence[Entry],
    index: Mapping[str, int],
) -> Requester:
    organisation = _in_bundle(reference, Organization, entries, index)
    if organisation is not None:
        return msgspec.structs.replace(
            said, organisation=organisation.name, identifiers=_pairs(organisation.identifier)
        )
    if reference is None:
        return said
    logical = (reference.identifier,) if reference.identifier else ()
    return msgspec.structs.replace(
        said, organisation=reference.display, identifiers=_pairs(logical)
    )


def _in_bundle(
    reference: Reference | None,
    shape: type[_V],
    entries: Sequence[Entry],
    index: Mapping[str, int],
) -> _V | None:
    place = resolve(reference.reference if reference else None, index)
    if place is None or entries[place].resource_type != shape.__name__:
        return None
    return view(entries[place].resource, shape, entries[place].place)


def _name(who: Practitioner | None) -> str | None:
    name = who.name[0] if who and who.name else Name()
    return (
        name.text or " ".join((*(part for part in name.given if part), name.family or "")) or None
    )


def _display(reference: Reference | None) -> str | None:
    return reference.display if reference else None


def _role(role: PractitionerRole) -> str | None:
    concepts: tuple[Concept, ...] = role.code + role.specialty
    return next((coding.code for concept in concepts for coding in concept.coding), None)


def _acts_as(role: PractitionerRole) -> Role | None:
    known = {
        UZI_ROLES[coding.code]
        for concept in role.code + role.specialty
        for coding in concept.coding
        if coding.system in _ROLE_SYSTEMS and coding.code in UZI_ROLES
    }
    return known.pop() if len(known) == 1 else None


def _pairs(identifiers: Sequence[Identifier]) -> tuple[tuple[str, str], ...]:
    return tuple((each.system, each.value) for each in identifiers if each.system and each.value)
