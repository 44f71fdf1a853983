"""$status and $events: how a subscription stands, and the events that it has had.

https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/OperationDefinition-backport-subscription-status.html,
https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/OperationDefinition-backport-subscription-events.html
"""

from __future__ import annotations

from typing import Annotated

from litestar import Response, post, route
from litestar.params import FromPath, QueryParameter

from coordination.parts import AnyRequest, Parts, Who, With
from coordination.permissions import Action, Actor, require
from coordination.subscriptions import telling
from fhir.interactions.addresses import LOOK
from fhir.interactions.answer import answer, base_of, body_of
from fhir.outcome import refused
from fhir.validation import accept
from fhir.views import View, view

# A folder of its own name would hide the routes of every type from this one; of another type these
# are not done (fhir.interactions.addresses).
_STATUS = "/fhir/{kind:str}/{identity:str}/$status"
_EVENTS = "/fhir/{kind:str}/{identity:str}/$events"


@route(_STATUS, http_method=LOOK, include_in_schema=False)
async def status(
    identity: FromPath[str], request: AnyRequest, parts: With, actor: Who
) -> Response[bytes]:
    """How a subscription stands."""
    require(actor, Action.SUBSCRIBE)
    return await _status(request, parts, actor, identity)


@post(_STATUS, status_code=200, include_in_schema=False)
async def post_status(
    identity: FromPath[str], request: AnyRequest, parts: With, actor: Who
) -> Response[bytes]:
    """How a subscription stands; what the body says changes nothing of one subscription."""
    require(actor, Action.SUBSCRIBE)
    await _parameters(request)
    return await _status(request, parts, actor, identity)


@route(_EVENTS, http_method=LOOK, include_in_schema=False)
async def events(
    identity: FromPath[str],
    request: AnyRequest,
    parts: With,
    actor: Who,
    since: Annotated[str | None, QueryParameter(name="eventsSinceNumber")] = None,
    until: Annotated[str | None, QueryParameter(name="eventsUntilNumber")] = None,
) -> Response[bytes]:
    """Events by number: for who missed some."""
    require(actor, Action.SUBSCRIBE)
    given = {"eventsSinceNumber": since, "eventsUntilNumber": until}
    return await _events(request, parts, actor, identity, given)


@post(_EVENTS, status_code=200, include_in_schema=False)
async def post_events(
    identity: FromPath[str], request: AnyRequest, parts: With, actor: Who
) -> Response[bytes]:
    """Events by number, asked with Parameters."""
    require(actor, Action.SUBSCRIBE)
    given = await _parameters(request)
    return await _events(request, parts, actor, identity, given)


async def _status(
    request: AnyRequest, parts: Parts, actor: Actor, identity: str
) -> Response[bytes]:
    now, base = parts.now(), base_of(request)
    return answer(
        await parts.database.transact(lambda tx: telling.status(tx, actor, identity, now, base))
    )


async def _events(
    request: AnyRequest, parts: Parts, actor: Actor, identity: str, given: dict[str, str | None]
) -> Response[bytes]:
    since = _number("eventsSinceNumber", given.get("eventsSinceNumber"), 1)
    until = _number("eventsUntilNumber", given.get("eventsUntilNumber"), telling.LAST)
    now, base = parts.now(), base_of(request)
    return answer(
        await parts.database.transact(
            lambda tx: telling.events(
                tx,
                actor,
                identity,
                since=since,
                until=until,
                vault=parts.vault,
                now=now,
                base=base,
            )
        )
    )


class _Parameter(View, frozen=True):
    name: str | None = None
    value_string: str | None = None


class _Parameters(View, frozen=True):
    parameter: tuple[_Parameter, ...] = ()


async def _parameters(request: AnyRequest) -> dict[str, str | None]:
    body = await body_of(request)
    if not body:
        return {}
    accept(body, "Parameters")
    read = view(body, _Parameters, "Parameters")
    return {one.name: one.value_string for one in read.parameter if one.name}


def _number(name: str, text: str | None, otherwise: int) -> int:
    """The number of an event (an integer64, and so a string in R4)."""
    if text is None:
        return otherwise
    if not (text.isascii() and text.isdigit()) or len(text) > len(str(telling.LAST)):
        raise refused("invalid", "value", "event-number", f"{name}: expected a whole number.", name)
    return min(int(text), telling.LAST)
