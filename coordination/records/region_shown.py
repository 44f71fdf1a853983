"""What there is in the region as resources, and what is searched of each without rendering it."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any, Final, cast

import msgspec

from capacity.supply import Counters, Organisation, Service, Site
from coordination.auth.vault import Vault
from coordination.db.region import Listed, NamedBed, Supplied
from coordination.records.shelf import Found
from fhir.region.healthcare_service import healthcare_service
from fhir.region.location import site_location
from fhir.region.measure_report.shown import measure_report
from fhir.region.organisation import organisation_resource
from fhir.search.index import Indexed, index_of
from fhir.search.query import Span
from fhir.stamping import instant

BEGINNING: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Since when there is what was there from the beginning."""

REMEMBERED: Final = 16_384
"""Descriptions of which is remembered by what they are searched: more than a region has."""

_DECODE = msgspec.json.Decoder(Service).decode
_TIMED: Final = 7
"""The version of ids that begin with the moment at which they were made (RFC 9562)."""


class Item(msgspec.Struct, frozen=True):
    """Something that may be found: its id, when it last changed, and what it says."""

    id: uuid.UUID
    updated: datetime
    indexed: Indexed


def made_at(identity: uuid.UUID) -> datetime:
    """When something came here that does not change; what has no such id was always there."""
    if identity.version != _TIMED:
        return BEGINNING
    return datetime.fromtimestamp((identity.int >> 80) / 1000, UTC)


def organisation_found(organisation: Organisation) -> Found:
    """An organisation, which has one version."""
    return _unchanged("Organization", organisation.id, organisation_resource(organisation))


def organisation_item(organisation: Organisation) -> Item:
    """An organisation as it is searched."""
    key = uuid.UUID(organisation.id)
    return Item(key, made_at(key), _organisation(organisation))


@lru_cache(REMEMBERED)
def _organisation(organisation: Organisation) -> Indexed:
    return index_of("Organization", msgspec.json.encode(organisation_resource(organisation)))


def site_found(site: Site, organisation: Organisation) -> Found:
    """A site, which has one version."""
    return _unchanged("Location", site.id, site_location(site, organisation))


def site_item(site: Site, organisation: Organisation) -> Item:
    """A site as it is searched."""
    key = uuid.UUID(site.id)
    return Item(key, made_at(key), _site(site, organisation))


@lru_cache(REMEMBERED)
def _site(site: Site, organisation: Organisation) -> Indexed:
    return index_of("Location", msgspec.json.encode(site_location(site, organisation)))


def _unchanged(kind: str, identity: str, body: dict[str, Any]) -> Found:
    key = uuid.UUID(identity)
    return _found(kind, key, 1, made_at(key), body)


def bed_found(bed: NamedBed, vault: Vault) -> Found:
    """A version of a bed, as its organisation sent it."""
    return Found(
        type="Location",
        id=bed.id,
        version=bed.version,
        updated=bed.changed_at,
        body=vault.open(bed.id, bed.body),
        method="PUT",
    )


def bed_item(bed: NamedBed, vault: Vault) -> Item:
    """A bed as it is searched."""
    return Item(bed.id, bed.changed_at, _bed(vault.open(bed.id, bed.body)))


@lru_cache(REMEMBERED)
def _bed(body: bytes) -> Indexed:
    return index_of("Location", body)


def service_found(kind: str, of: Supplied, now: datetime) -> Found:
    """A service, or its figures, in a version.

    Args:
        kind: HealthcareService, or MeasureReport for the figures.
        of: the service with its figures.
        now: the moment at which they are looked at; of an earlier version when it came to be.
    """
    body: dict[str, Any]
    if kind == "HealthcareService":
        body = healthcare_service(
            of.service, of.counters, of.organisation, now=now, waiting=of.waiting
        )
    else:
        body = measure_report(
            [(of.service, of.counters)], of.organisation, id=of.service.id, now=now
        )
    return _found(kind, uuid.UUID(of.service.id), of.counters.version, of.changed_at, body)


def service_item(kind: str, listed: Listed, now: datetime) -> Item:
    """A service, or its figures, as it is searched."""
    indexed = _service(kind, listed.profile, listed.organisation)
    if kind == "MeasureReport":
        indexed = msgspec.structs.replace(indexed, written=_at(now), about=_at(listed.as_of))
    return Item(listed.id, listed.changed_at, indexed)


@lru_cache(REMEMBERED)
def _service(kind: str, profile: str, organisation: Organisation) -> Indexed:
    """What is searched of a service or of its figures, whatever these are."""
    service = _DECODE(profile)
    none = Counters(
        service=service.id,
        unit=service.unit,
        as_of=BEGINNING,
        valid_until=BEGINNING,
        source="",
    )
    of = Supplied(service=service, counters=none, organisation=organisation, changed_at=BEGINNING)
    return _ready(index_of(kind, service_found(kind, of, BEGINNING).body))


def _ready(indexed: Indexed) -> Indexed:
    """The same, its terms as the set that ``fhir.search.matching`` makes of them each time."""
    terms = cast("tuple[str, ...]", frozenset(indexed.terms))
    return msgspec.structs.replace(indexed, terms=terms)


def _at(moment: datetime) -> Span:
    """A moment as a stretch: it is shown to the millisecond."""
    low = moment.replace(microsecond=moment.microsecond // 1000 * 1000)
    return Span(low, low + timedelta(milliseconds=1))


def _found(
    kind: str, identity: uuid.UUID, version: int, updated: datetime, body: dict[str, Any]
) -> Found:
    meta = {"versionId": str(version), "lastUpdated": instant(updated)}
    head = {"resourceType": body["resourceType"], "id": body["id"], "meta": meta}
    return Found(
        type=kind,
        id=identity,
        version=version,
        updated=updated,
        body=msgspec.json.encode(head | {n: v for n, v in body.items() if n not in head}),
        method="POST" if version <= 1 else "PUT",
    )
