"""What would be refused of what is no referral: capacity, a wish to be told, a step by Task."""

from __future__ import annotations

from coordination.db import sites
from coordination.db.engine import Transaction
from coordination.errors import Refused
from coordination.permissions import Role
from coordination.receiving import tasking, unanswered
from coordination.records.shelves import SHELVES
from coordination.subscriptions import subscribing
from coordination.writer import Writer
from fhir.outcome import FhirRefused, Issue
from fhir.profiles.fitting import Asked
from fhir.region.location import read_bed
from fhir.region.measure_report import reading
from fhir.views import Head, view


async def capacity(tx: Transaction, writer: Writer, kind: str, body: bytes) -> list[Issue]:
    """What would be refused of the figures or the bed of an organisation."""
    actor = writer.actor
    if actor.role is not Role.PROVIDER:
        return []
    try:
        if kind == "Location":
            read_bed(body)
            return []
        organisation = await sites.organisation(tx, actor.organisation)
        if organisation is None:
            return []
        services = await sites.services(tx, actor.organisation)
        return list(reading.read(body, services, organisation, writer.now).aside)
    except FhirRefused as error:
        return error.issues


def subscription(writer: Writer, body: bytes) -> list[Issue]:
    """What is asked and not offered here."""
    try:
        subscribing.wanted_of(body, writer.now, writer.hosts)
    except FhirRefused as error:
        return error.issues
    return []


async def step(tx: Transaction, writer: Writer, asked: Asked) -> list[Issue]:
    """What would be refused of the step of a Task that is here, or of what a new one asks."""
    identity = view(asked.body, Head, "Task").id
    try:
        if identity and asked.mode != "create" and await _is_here(tx, writer, identity):
            await tasking.tried(tx, writer, identity, asked.body)
        else:
            unanswered.can_be_answered(asked.body, writer.actor)
    except FhirRefused as error:
        return error.issues
    except Refused as error:
        return [
            Issue(
                code="business-rule",
                details=error.code,
                diagnostics=error.detail,
                expression=("Task",),
            )
        ]
    return []


async def _is_here(tx: Transaction, writer: Writer, task: str) -> bool:
    return await SHELVES["Task"].read(tx, writer.reader, "Task", task) is not None
