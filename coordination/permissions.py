"""Who may do what: one table of predicates, refused unless it says otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import msgspec

from coordination.errors import Refused, Wrong


class Role(StrEnum):
    """What someone is to this service."""

    COORDINATOR = "coordinator"
    PROVIDER = "provider"
    GP = "gp"
    TRANSFER_NURSE = "transfer-nurse"
    CLINICIAN = "clinician"
    ANALYST = "analyst"
    PRIVACY_OFFICER = "privacy-officer"
    CLOCK = "clock"
    """What time does by itself; nobody signs in as it, and it may ask for nothing."""


REFERRERS = frozenset({Role.GP, Role.TRANSFER_NURSE, Role.CLINICIAN})
PHYSICIANS = frozenset({Role.GP, Role.CLINICIAN})


class Actor(msgspec.Struct, frozen=True):
    """The person or system behind a request.

    Attributes:
        id: who, as the audit log names them.
        role: what they are here.
        organisation: for whom they act.
        subregions: where a coordinator works; empty for other roles.
        request: id of the request through which they act, for the audit log.
    """

    id: str
    role: Role
    organisation: UUID
    subregions: frozenset[str] = frozenset()
    request: str = ""


class Referral(Protocol):
    """The parts of a referral that decide who may see it."""

    @property
    def organisation_id(self) -> UUID: ...  # noqa: D102
    @property
    def subregion(self) -> str | None: ...  # noqa: D102


class Action(StrEnum):
    """Everything that one can ask of this service."""

    REFER = "refer"
    TRY_TRIAGE = "try-triage"
    READ_WORKLIST = "read-worklist"
    READ_REFERRAL = "read-referral"
    ANSWER = "answer"
    CONFIRM_FACT = "confirm-fact"
    DEPART = "depart"
    CONFIRM_DEPARTURE = "confirm-departure"
    REJECT_DEPARTURE = "reject-departure"
    WITHDRAW_DEPARTURE = "withdraw-departure"
    CANCEL = "cancel"
    READ_MATCHES = "read-matches"
    OFFER = "offer"
    WITHDRAW = "withdraw"
    READ_OFFERS = "read-offers"
    REPLY_TO_OFFER = "reply-to-offer"
    QUEUE_OFFER = "queue-offer"
    WAIT = "wait"
    READ_WAITING = "read-waiting"
    READ_PROPOSAL = "read-proposal"
    CONFIRM_PROPOSAL = "confirm-proposal"
    READ_SERVICE = "read-service"
    CHANGE_SERVICE = "change-service"
    MANAGE_CONTACTS = "manage-contacts"
    READ_CAPACITY = "read-capacity"
    REPORT_CAPACITY = "report-capacity"
    READ_FHIR = "read-fhir"
    READ_PUBLISHED = "read-published"
    SUBSCRIBE = "subscribe"
    VALIDATE = "validate"
    READ_METRICS = "read-metrics"
    READ_AUDIT = "read-audit"


_DESK = frozenset({Role.COORDINATOR})
_MAY: Mapping[Action, frozenset[Role]] = {
    Action.REFER: REFERRERS | _DESK,
    Action.TRY_TRIAGE: _DESK | {Role.CLINICIAN},
    Action.READ_WORKLIST: REFERRERS | _DESK,
    Action.READ_REFERRAL: REFERRERS | _DESK | {Role.PROVIDER},
    Action.ANSWER: REFERRERS | _DESK,
    Action.CONFIRM_FACT: REFERRERS | _DESK,
    Action.DEPART: REFERRERS | _DESK,
    # The second pair of eyes: the desk or a physician, never who proposed it (departing.py).
    Action.CONFIRM_DEPARTURE: _DESK | PHYSICIANS,
    Action.REJECT_DEPARTURE: _DESK | PHYSICIANS,
    Action.WITHDRAW_DEPARTURE: REFERRERS | _DESK,
    Action.CANCEL: REFERRERS | _DESK,
    Action.READ_MATCHES: _DESK,
    Action.OFFER: _DESK,
    Action.WITHDRAW: _DESK,
    Action.READ_OFFERS: _DESK | {Role.PROVIDER},
    Action.REPLY_TO_OFFER: frozenset({Role.PROVIDER}),
    # On the service's own waiting list: it says so itself, or tells the desk by telephone.
    Action.QUEUE_OFFER: _DESK | {Role.PROVIDER},
    Action.WAIT: _DESK,
    Action.READ_WAITING: _DESK,
    Action.READ_PROPOSAL: _DESK,
    Action.CONFIRM_PROPOSAL: _DESK,
    Action.READ_SERVICE: _DESK | REFERRERS | {Role.PROVIDER, Role.ANALYST},
    Action.CHANGE_SERVICE: frozenset({Role.PROVIDER}),
    # Where alerts go: each organisation its own.
    Action.MANAGE_CONTACTS: _DESK | {Role.PROVIDER},
    Action.READ_CAPACITY: _DESK | REFERRERS | {Role.PROVIDER, Role.ANALYST},
    Action.REPORT_CAPACITY: frozenset({Role.PROVIDER}),
    Action.READ_FHIR: REFERRERS | _DESK | {Role.PROVIDER},
    # The form, profiles and codes: they are of nobody.
    Action.READ_PUBLISHED: frozenset(Role) - {Role.CLOCK},
    # To be told that something changed, by who may read it.
    Action.SUBSCRIBE: REFERRERS | _DESK | {Role.PROVIDER},
    Action.VALIDATE: REFERRERS | _DESK | {Role.PROVIDER},
    Action.READ_AUDIT: frozenset({Role.PRIVACY_OFFICER}),
    Action.READ_METRICS: _DESK | {Role.ANALYST, Role.PRIVACY_OFFICER},
}


def may(actor: Actor, action: Action) -> bool:
    """Whether the table lets the actor's role do this."""
    return actor.role in _MAY[action]


_LOOKS: Mapping[str, Action] = {
    "AuditEvent": Action.READ_AUDIT,
    "CodeSystem": Action.READ_PUBLISHED,
    "HealthcareService": Action.READ_CAPACITY,
    "Location": Action.READ_CAPACITY,
    "MeasureReport": Action.READ_CAPACITY,
    "Organization": Action.READ_CAPACITY,
    "Questionnaire": Action.READ_PUBLISHED,
    "StructureDefinition": Action.READ_PUBLISHED,
    "ValueSet": Action.READ_PUBLISHED,
}


def look(kind: str) -> Action:
    """What reading a FHIR resource of a type is; of whom it is decides besides."""
    return _LOOKS.get(kind, Action.READ_FHIR)


def require(actor: Actor, action: Action) -> None:
    """Lets the action pass for roles of the table, and for nobody else.

    Raises:
        Refused: FORBIDDEN, naming the role and the action.
    """
    if not may(actor, action):
        raise Refused(Wrong.FORBIDDEN, f"The role {actor.role} may not {action}.")


def _own(actor: Actor, referral: Referral) -> bool:
    return referral.organisation_id == actor.organisation


def _in_my_region(actor: Actor, referral: Referral) -> bool:
    # A referral whose place is not known is everybody's care until it is known.
    return referral.subregion is None or referral.subregion in actor.subregions


_SEES: Mapping[Role, Callable[[Actor, Referral], bool]] = {
    Role.COORDINATOR: _in_my_region,
    Role.GP: _own,
    Role.TRANSFER_NURSE: _own,
    Role.CLINICIAN: _own,
}


def sees(actor: Actor, referral: Referral) -> bool:
    """Whether a referral is the actor's to see; a provider sees only what it accepted."""
    rule = _SEES.get(actor.role)
    return rule is not None and rule(actor, referral)
