"""Services as their organisations describe them, and who takes part."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

import msgspec
from litestar import Response, get, put
from litestar.params import FromPath, HeaderParameter, QueryParameter

from capacity.profile import Profile, profile_of
from capacity.supply import Organisation, OrganisationKind, Site
from coordination import paging
from coordination.api.bodies import json_body, read_json, refusals
from coordination.api.lists import After, Size, Subregion, must_exist
from coordination.db.services import Described
from coordination.errors import Fault, Refused, Wrong
from coordination.organisations import services
from coordination.organisations.services import Mark
from coordination.paging import PAGE
from coordination.parts import AnyRequest, Who, With
from coordination.permissions import Action, require
from triage.need import Kind


class ServiceOut(msgspec.Struct, frozen=True, kw_only=True):
    """A service.

    Attributes:
        version: of the description; also the ETag.
        subregion: where it is.
        site: the building.
        profile: what its organisation says of it: what PUT takes.
    """

    id: str
    organisation: str
    version: str
    subregion: str
    site: Site
    profile: Profile


class Services(msgspec.Struct, frozen=True):
    """A page of services, by id.

    Attributes:
        next: hand this as ``next`` for the following page; null on the last one.
    """

    items: list[ServiceOut]
    next: str | None


class Organisations(msgspec.Struct, frozen=True):
    """A page of organisations, by id.

    Attributes:
        next: hand this as ``next`` for the following page; null on the last one.
    """

    items: list[Organisation]
    next: str | None


@get("/api/services", tags=["services"], responses=refusals())
async def read_all(
    parts: With,
    actor: Who,
    kind: Annotated[Kind | None, QueryParameter(description="Only services of this kind.")] = None,
    subregion: Subregion = None,
    organisation: Annotated[
        UUID | None, QueryParameter(description="Only of this organisation.")
    ] = None,
    after: After = None,
    size: Size = PAGE,
) -> Services:
    """The services of the region as their organisations describe them, without figures.

    A sub-region that does not exist is refused; an organisation without services gives an
    empty page.
    """
    require(actor, Action.READ_SERVICE)
    must_exist(subregion, parts)
    found, last = await parts.database.transact(
        lambda tx: services.page(
            tx,
            actor,
            kind=None if kind is None else kind.value,
            subregion=subregion,
            organisation=organisation,
            after=paging.read(after, Mark),
            size=size,
        )
    )
    return Services([_shown(one) for one in found], None if last is None else paging.write(last))


@get("/api/services/{service:uuid}", tags=["services"], responses=refusals(404))
async def read_one(service: FromPath[UUID], parts: With, actor: Who) -> Response[ServiceOut]:
    """One service; its ETag is what a change must name in If-Match."""
    return _answer(await parts.database.transact(lambda tx: services.read(tx, actor, service)))


@put(
    "/api/services/{service:uuid}",
    tags=["services"],
    operation_class=json_body(Profile),
    responses=refusals(404, 409, 412, 413, 422, 428),
)
async def describe(
    service: FromPath[UUID],
    request: AnyRequest,
    parts: With,
    actor: Who,
    if_match: Annotated[
        str | None,
        HeaderParameter(name="If-Match", max_length=60, description="The ETag that you read."),
    ] = None,
    if_none_match: Annotated[
        str | None,
        HeaderParameter(name="If-None-Match", max_length=60, description="*: it must be new."),
    ] = None,
) -> Response[ServiceOut]:
    """Describes a service of the caller's own organisation, whole.

    Add one with ``If-None-Match: *`` under an id that you choose (any UUID); change one with
    If-Match. What is left out has its usual value. It is matched with at once; there is
    something free once its figures are reported (PUT /api/capacity/{service}, If-Match "0").
    """
    require(actor, Action.CHANGE_SERVICE)
    version = _version(if_match, if_none_match)
    sent = await read_json(request, Profile)
    kept = await parts.database.transact(
        lambda tx: services.describe(tx, actor, service, sent, version)
    )
    return _answer(kept)


@get("/api/organisations", tags=["services"], responses=refusals())
async def organisations(
    parts: With,
    actor: Who,
    kind: Annotated[
        OrganisationKind | None, QueryParameter(description="Only of this kind.")
    ] = None,
    subregion: Subregion = None,
    after: After = None,
    size: Size = PAGE,
) -> Organisations:
    """Who takes part: name, kind, and numbers in the registers (URA, AGB)."""
    require(actor, Action.READ_SERVICE)
    must_exist(subregion, parts)
    found, last = await parts.database.transact(
        lambda tx: services.organisations(
            tx,
            actor,
            kind=kind,
            subregion=subregion,
            after=paging.read(after, Mark),
            size=size,
        )
    )
    return Organisations(found, None if last is None else paging.write(last))


def _version(if_match: str | None, if_none_match: str | None) -> str | None:
    """The version that a change is of; None for what must be new."""
    if (if_match is None) is (if_none_match is None):
        raise Refused(
            Wrong.PRECONDITION_REQUIRED,
            "Send If-Match with the ETag that you read to change a service, or"
            " If-None-Match: * to add one; not both.",
        )
    if if_match is not None:
        return if_match.strip().removeprefix("W/").strip('"')
    if if_none_match is not None and if_none_match.strip() != "*":
        raise Refused(
            Wrong.INVALID,
            "If-None-Match is * here: the service must be new.",
            faults=(Fault("If-None-Match", "send *"),),
        )
    return None


def _shown(one: Described) -> ServiceOut:
    return ServiceOut(
        id=one.service.id,
        organisation=one.service.organisation,
        version=one.version,
        subregion=one.service.subregion,
        site=one.site,
        profile=profile_of(one.service),
    )


def _answer(one: Described) -> Response[ServiceOut]:
    return Response(_shown(one), headers={"ETag": f'"{one.version}"'})
