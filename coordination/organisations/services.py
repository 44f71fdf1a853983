"""Services as their organisations describe them, and who takes part."""

from __future__ import annotations

from uuid import UUID

import msgspec

from capacity.profile import Profile, Where
from capacity.profile_check import check
from capacity.profile_made import made_service, made_site
from capacity.supply import Organisation, Site
from coordination.db import audit, directory, services, sites
from coordination.db.engine import Transaction
from coordination.db.services import Described
from coordination.errors import Fault, Refused, Wrong
from coordination.ids import new_id
from coordination.permissions import Action, Actor, require


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """Where a page ends."""

    id: UUID


async def read(tx: Transaction, actor: Actor, service: UUID) -> Described:
    """One service.

    Raises:
        Refused: NOT_FOUND.
    """
    require(actor, Action.READ_SERVICE)
    found = await services.by_id(tx, service)
    if found is None:
        raise _unknown()
    await audit.record(tx, actor, Action.READ_SERVICE, f"service/{service}")
    return found


async def page(
    tx: Transaction,
    actor: Actor,
    *,
    kind: str | None,
    subregion: str | None,
    organisation: UUID | None,
    after: Mark | None,
    size: int,
) -> tuple[list[Described], Mark | None]:
    """Some services by id, and the mark of the next page.

    Args:
        tx: the request's transaction.
        actor: anyone who may look.
        kind: only those that give this kind of care.
        subregion: only those in this one.
        organisation: only those of this one.
        after: where the page before ended.
        size: services of a page.
    """
    require(actor, Action.READ_SERVICE)
    found = await services.page(
        tx,
        kind=kind,
        subregion=subregion,
        organisation=organisation,
        after=None if after is None else after.id,
        size=size + 1,
    )
    await audit.record(tx, actor, Action.READ_SERVICE, "service")
    last = Mark(UUID(found[size - 1].service.id)) if len(found) > size else None
    return found[:size], last


async def organisations(
    tx: Transaction,
    actor: Actor,
    *,
    kind: str | None,
    subregion: str | None,
    after: Mark | None,
    size: int,
) -> tuple[list[Organisation], Mark | None]:
    """Some of those who take part by id, and the mark of the next page."""
    require(actor, Action.READ_SERVICE)
    found = await services.organisations(
        tx,
        kind=kind,
        subregion=subregion,
        after=None if after is None else after.id,
        size=size + 1,
    )
    await audit.record(tx, actor, Action.READ_SERVICE, "organisation")
    last = Mark(UUID(found[size - 1].id)) if len(found) > size else None
    return found[:size], last


async def describe(
    tx: Transaction, actor: Actor, service: UUID, sent: Profile, version: str | None
) -> Described:
    """Adds a service of the actor's own organisation, or replaces its description.

    Args:
        tx: the request's transaction.
        actor: the organisation of the service itself.
        service: id; of a new service one that the organisation chooses.
        sent: the whole description.
        version: the one that the sender saw; None for a service that is new.

    Raises:
        Refused: FORBIDDEN for another's service, NOT_FOUND, STALE when it is there already or
            was changed meanwhile, UNPROCESSABLE with every fault, CONFLICT for another unit
            than that of the figures.
    """
    require(actor, Action.CHANGE_SERVICE)
    if not await services.takes_part(tx, actor.organisation):
        raise Refused(Wrong.FORBIDDEN, "Your organisation does not take part here.")
    before = await services.by_id(tx, service, lock=True)
    _may_be_written(actor, before, version)
    faults = check(sent)
    if faults:
        raise Refused(
            Wrong.UNPROCESSABLE,
            "The description has faults; nothing was stored.",
            faults=tuple(Fault(one.path, one.message) for one in faults),
        )
    site = await _site(tx, actor.organisation, sent.site)
    made = made_service(sent, str(service), site)
    if not await services.keep(tx, made, new=before is None):
        raise _there_already()
    if not await services.counts_in(tx, made):
        raise Refused(
            Wrong.CONFLICT,
            "The unit can't change: figures were reported in the other one. Describe a new"
            " service, and make this one inactive.",
            faults=(Fault("unit", "differs from that of the figures"),),
            code="unit-fixed",
        )
    kept = await services.by_id(tx, service)
    assert kept is not None  # noqa: S101 - written a moment ago
    if before is None or kept.version != before.version:
        tx.changed.add("capacity")
    await audit.record(
        tx, actor, Action.CHANGE_SERVICE, f"service/{service}",
        detail={"version": kept.version, "new": before is None},
    )  # fmt: skip
    return kept


def _may_be_written(actor: Actor, before: Described | None, version: str | None) -> None:
    if before is not None and before.service.organisation != str(actor.organisation):
        raise Refused(Wrong.FORBIDDEN, "Only the organisation itself describes its services.")
    if before is None:
        if version is not None:
            raise _unknown()
    elif version is None:
        raise _there_already()
    elif version != before.version:
        raise Refused(
            Wrong.STALE,
            "The description was changed meanwhile: read the service again;"
            f' its ETag is "{before.version}".',
        )


async def _site(tx: Transaction, organisation: UUID, where: Where) -> Site:
    """The site that a description names, made when it is new."""
    name = None if where.name is None else where.name.strip()
    found = await sites.own_site(tx, organisation, where.id, name, where.pc4)
    if where.id is not None:
        if found is None:
            raise Refused(
                Wrong.UNPROCESSABLE,
                "There is no such site of yours.",
                faults=(Fault("site.id", "is no site of yours: send a name and a postcode"),),
            )
        return found
    made = made_site(where, str(new_id()) if found is None else found.id, str(organisation))
    if found is None:
        await directory.put_sites(tx, [made])
        return made
    same = where.latitude is None or (found.latitude, found.longitude) == (
        made.latitude,
        made.longitude,
    )
    if not same:
        raise Refused(
            Wrong.UNPROCESSABLE,
            "You have a site of that name at that postcode, which lies elsewhere.",
            faults=(Fault("site", f"send its id, {found.id}, or another name"),),
        )
    return found


def _unknown() -> Refused:
    return Refused(Wrong.NOT_FOUND, "There is no such service.")


def _there_already() -> Refused:
    return Refused(
        Wrong.STALE, "There is a service with this id already: change it with If-Match, or"
        " choose another id.",
    )  # fmt: skip
