"""Who may write what at the FHIR door, and with what they do."""

from __future__ import annotations

from collections.abc import Mapping

from coordination.errors import Refused, Wrong
from coordination.outbox.addresses import hosts
from coordination.parts import Parts
from coordination.permissions import Action, Actor, may, require
from coordination.writer import Writer
from fhir.claims import CLAIMS

_CREATE: Mapping[str, Action] = {
    "MeasureReport": Action.REPORT_CAPACITY,
    "Subscription": Action.SUBSCRIBE,
    # Who refers, who is asked and who decides all move a Task, and write to each other; which
    # step is whose is for the step to say.
    "Communication": Action.READ_FHIR,
    "Task": Action.READ_FHIR,
}
_UPDATE: Mapping[str, Action] = {
    **_CREATE,
    # Of the region by who reports capacity, others by who sent them.
    **dict.fromkeys(("HealthcareService", "Location", "MeasureReport"), Action.READ_FHIR),
}


def may_create(actor: Actor, kind: str) -> None:
    """Lets pass who may create a type at all: who may refer, but for what others bring.

    Raises:
        Refused: FORBIDDEN, with how the type is written.
    """
    if not may(actor, _CREATE.get(kind, Action.REFER)):
        text = f"The role {actor.role} may not create a {kind}. {CLAIMS[kind].documentation}"
        raise Refused(Wrong.FORBIDDEN, text.strip())


def may_update(actor: Actor, kind: str) -> None:
    """Lets pass who may update a type at all; what is theirs of it is for the use case to say.

    Raises:
        Refused: FORBIDDEN.
    """
    require(actor, _UPDATE.get(kind, Action.REFER))


def writer(parts: Parts, actor: Actor) -> Writer:
    """Who writes, at this moment."""
    return Writer(
        actor=actor,
        vault=parts.vault,
        protocol=parts.protocol,
        supply=parts.live.supply,
        hold=parts.hold,
        now=parts.now(),
        hosts=hosts(parts.settings.alert_hosts),
    )
