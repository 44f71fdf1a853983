"""Of whom a MeasureReport is: the sender's services at its subject, and the one of a group."""

from __future__ import annotations

from collections.abc import Sequence

from capacity.supply import Organisation, Service, Unit
from fhir.codes import AGB, KIND, URA
from fhir.outcome import Issue
from fhir.region.capacity_codes import OF_SERVICE, ORGANISATION_ID, SERVICE_ID, SITE_ID
from fhir.region.views import Group, MeasureReport, fault, literal, named, service_id
from fhir.views import Identifier

_MOST_NAMED = 5


def of_report(
    report: MeasureReport,
    services: Sequence[Service],
    organisation: Organisation,
    issues: list[Issue],
) -> list[Service] | None:
    """The services that a report can be about: those of its subject, or all of the sender.

    R4 lets a subject be a Location, not a HealthcareService or Organization; those are named by
    ``subject.identifier``.

    Args:
        report: what was sent.
        services: every service of the sender.
        organisation: the sender.
        issues: faults are added here.

    Returns:
        None after a fault.
    """
    ours = {URA: organisation.ura, AGB: organisation.agb, ORGANISATION_ID: organisation.id}
    number = report.reporter.identifier if report.reporter else None
    if number and number.system in ours and number.value != ours[number.system]:
        text = "is not the organisation that sends this; each reports its own figures."
        path = "MeasureReport.reporter.identifier"
        issues.append(fault(path, "not-yours", text, "forbidden"))
        return None
    subject = report.subject
    if subject is None:
        return list(services)
    site = literal(subject, "Location")
    found = [service for service in services if service.site == site]
    if not found and subject.identifier is not None:
        found = _identified(subject.identifier, services, ours)
    if not found:
        text = (
            "is no place or service of your organisation here: refer to Location/{id of a site},"
            f" or give the identifier of a service ({SERVICE_ID}) or of the organisation ({URA})."
        )
        issues.append(fault("MeasureReport.subject", "not-yours", text, "not-found"))
        return None
    return found


def _identified(
    number: Identifier, services: Sequence[Service], ours: dict[str, str | None]
) -> list[Service]:
    if number.value is None:
        return []
    if number.system in ours:
        return list(services) if ours[number.system] == number.value else []
    if number.system == SITE_ID:
        return [service for service in services if service.site == number.value]
    if number.system == SERVICE_ID:
        return [service for service in services if service.id == number.value]
    return []


def of_group(
    group: Group, unit: Unit, candidates: Sequence[Service], path: str, issues: list[Issue]
) -> Service | None:
    """The service that a group counts: the one it names, else the only one that it can be.

    Args:
        group: of the report.
        unit: what it counts in.
        candidates: the services of the report's subject.
        path: of the group.
        issues: a fault is added here.
    """
    named_ones = [service_id(one.value_reference) for one in named(group.extension, OF_SERVICE)]
    kinds = {code.code for code in group.code.coding if code.system == KIND}
    fitting = [
        service
        for service in candidates
        if (service.id in named_ones if named_ones else kinds <= service.kinds)
        and service.unit is unit
    ]
    if len(fitting) == 1:
        return fitting[0]
    if named_ones:
        where = f"{path}.extension('{OF_SERVICE}')"
        text = f"names no service of yours, at this subject, that counts in {unit}."
        issues.append(fault(where, "no-such-service", text, "not-found"))
        return None
    some = ", ".join(f"HealthcareService/{one.id} ({one.name})" for one in fitting[:_MOST_NAMED])
    text = (
        f"can be of {len(fitting)} services that count in {unit}: name it in an extension"
        f" {OF_SERVICE} with a valueReference{f', such as {some}' if some else ''}."
    )
    issues.append(fault(path, "which-service", text))
    return None
