"""The code systems and value sets of the workflow, as they are published."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from capacity.words import kind_name
from fhir.codes import KIND, OFFER_STATE, REASON, REFERRAL_STATE, own_system
from fhir.picture.facts import FACT
from fhir.task.codes import (
    ACTOR_ROLE,
    CANCEL_REASONS,
    DECLINE_REASONS,
    DESTINATION,
    DESTINATIONS,
    FACT_CODE,
    INPUTS,
    OFFER_STATES,
    OUTPUTS,
    OWN_REASONS,
    PAYERS,
    REFERRAL_STATES,
    ROLES,
    STEP,
    STEPS,
    TASK_INPUT,
    TASK_OUTPUT,
    Words,
)
from triage.need import Kind, Payer


class Codes(msgspec.Struct, frozen=True):
    """A code system of ours.

    Attributes:
        id: the last part of its canonical.
        system: its canonical.
        title: what it is, in Dutch and English.
        codes: with their words.
    """

    id: str
    system: str
    title: Words
    codes: Mapping[str, Words]


class Uses(msgspec.Struct, frozen=True):
    """A value set: the codes of a system that have one use.

    Attributes:
        id: the last part of its canonical.
        system: of the codes.
        title: what they are used for, in Dutch and English.
        codes: those that are used; None for all.
    """

    id: str
    system: str
    title: Words
    codes: tuple[str, ...] | None = None


def _system(system: str, title: Words, codes: Mapping[str, Words]) -> Codes:
    return Codes(system.rpartition("/")[2], system, title, codes)


CODE_SYSTEMS = (
    _system(REFERRAL_STATE, ("Stand van een verwijzing", "State of a referral"), REFERRAL_STATES),
    _system(OFFER_STATE, ("Stand van een vraag om een plek", "State of an offer"), OFFER_STATES),
    _system(
        REASON,
        ("Reden van een stand", "Reason of a state"),
        {**DECLINE_REASONS, **CANCEL_REASONS, **OWN_REASONS},
    ),
    _system(DESTINATION, ("Bestemming na afloop", "Destination when a stay ended"), DESTINATIONS),
    _system(TASK_OUTPUT, ("Uitkomst van een Task", "Output of a Task"), OUTPUTS),
    _system(TASK_INPUT, ("Wat een dienst wordt gevraagd", "What a service is asked"), INPUTS),
    _system(own_system(Payer), ("Wet die betaalt", "Act that pays"), PAYERS),
    _system(ACTOR_ROLE, ("Rol van wie iets doet", "Role of who acts"), ROLES),
    _system(STEP, ("Stap van een verwijzing", "Step of a referral"), STEPS),
    _system(
        FACT_CODE,
        ("Gegeven dat wordt gevraagd", "Fact that is asked"),
        {fact.link: (fact.nl, fact.en) for fact in FACT.values()},
    ),
    _system(KIND, ("Soort zorg", "Kind of care"), {kind.value: kind_name(kind) for kind in Kind}),
)
"""Every code system of the workflow."""

VALUE_SETS = (
    Uses("referral-state", REFERRAL_STATE, ("Stand van een verwijzing", "State of a referral")),
    Uses("offer-state", OFFER_STATE, ("Stand van een vraag om een plek", "State of an offer")),
    Uses(
        "decline-reason",
        REASON,
        ("Waarom een plek wordt geweigerd", "Why a place is refused"),
        tuple(DECLINE_REASONS),
    ),
    Uses(
        "cancel-reason",
        REASON,
        ("Waarom een verwijzing wordt ingetrokken", "Why a referral is withdrawn"),
        tuple(CANCEL_REASONS),
    ),
    Uses("end-destination", DESTINATION, ("Bestemming na afloop", "Destination after a stay")),
    Uses("task-output", TASK_OUTPUT, ("Uitkomst van een Task", "Output of a Task")),
    Uses("task-input", TASK_INPUT, ("Wat een dienst wordt gevraagd", "What a service is asked")),
    Uses("payer", own_system(Payer), ("Wet die betaalt", "Act that pays")),
    Uses("actor-role", ACTOR_ROLE, ("Rol van wie iets doet", "Role of who acts")),
    Uses("step", STEP, ("Stap van een verwijzing", "Step of a referral")),
    Uses("fact", FACT_CODE, ("Gegeven dat wordt gevraagd", "Fact that is asked")),
    Uses("kind", KIND, ("Soort zorg", "Kind of care")),
)
"""Every value set of the workflow; the canonical is ``NAMESPACE/ValueSet/`` and its id."""
