"""Transaction and document (all or nothing), and batch (each entry by itself).

https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

import msgspec
from litestar import Response, post

from coordination import edge
from coordination.errors import Refused
from coordination.parts import AnyRequest, Parts, Who, With
from coordination.permissions import Action, Actor, require
from coordination.receiving import referring, transacting
from coordination.receiving.referring import Checked
from coordination.receiving.transacting import Done, Looked
from coordination.records.shelf import Found
from fhir.bundle import Bundle
from fhir.bundle_requests import check
from fhir.interactions.answer import answer, base_of, body_of
from fhir.interactions.preferred import likes
from fhir.interactions.searchset import searchset
from fhir.interactions.writer import writer
from fhir.outcome import FhirRefused, Issue, operation_outcome
from fhir.settle import instant

_PLAIN = frozenset({"stored", "here-already"})
"""What need not be said of an entry, since its status says it."""


class _Response(msgspec.Struct, rename="camel", omit_defaults=True):
    status: str
    location: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    outcome: msgspec.Raw | None = None


class _Entry(msgspec.Struct, omit_defaults=True):
    response: _Response
    resource: msgspec.Raw | None = None


@post(["/fhir", "/fhir/Bundle"], status_code=200, include_in_schema=False)
async def transaction(request: AnyRequest, parts: With, actor: Who) -> Response[bytes]:
    """Carries out a Bundle; a referral in it is triaged before the answer leaves."""
    require(actor, Action.READ_FHIR)
    checked = referring.check_bundle(await body_of(request))
    base = f"{base_of(request)}/"
    wanted = likes(request)
    kind = checked.bundle.type
    if kind == "batch":
        entries = [
            await _one(parts, actor, checked, at, base, wanted)
            for at in range(len(checked.bundle.entries))
        ]
    else:
        entries = await _all(parts, actor, checked, base, wanted)
        kind = "transaction"
    return answer({"resourceType": "Bundle", "type": f"{kind}-response", "entry": entries})


async def _all(
    parts: Parts, actor: Actor, checked: Checked, base: str, wanted: frozenset[str]
) -> list[_Entry]:
    by = writer(parts, actor)
    done = await parts.database.transact(lambda tx: transacting.carry_out(tx, by, checked, base))
    return [_entry(one, base, wanted) for one in done]


async def _one(
    parts: Parts, actor: Actor, checked: Checked, at: int, base: str, wanted: frozenset[str]
) -> _Entry:
    """One entry of a batch, as a transaction of one."""
    entry = checked.bundle.entries[at]
    try:
        check(entry)
        alone = Checked(Bundle(type="transaction", entries=(entry,)), b"")
        if entry.method != "GET":
            # As if it came alone, so that it is known again whatever else it is sent with.
            sent = referring.check_resource(bytes(entry.resource), entry.resource_type)
            alone = msgspec.structs.replace(alone, content=sent.content)
        return (await _all(parts, actor, alone, base, wanted))[0]
    except (Refused, FhirRefused) as error:
        outcome = msgspec.Raw(edge.outcome(error))
        return _Entry(_Response(str(edge.status(error)), outcome=outcome))


def _entry(done: Done, base: str, wanted: frozenset[str]) -> _Entry:
    """The answer to an entry: where it is now, which version, and what triage says of it."""
    if isinstance(done, Looked):
        query = done.query
        used = {} if query.private else {"self": list(query.used)}
        found = searchset(base.rstrip("/"), query, done.results, used)
        return _Entry(_Response("200 OK"), msgspec.Raw(msgspec.json.encode(found)))
    if isinstance(done, Found):
        return _Entry(_versioned("200 OK", done), msgspec.Raw(done.body))
    response = _versioned("201 Created" if done.new else "200 OK", done.found)
    if "return=operationoutcome" in wanted or any(one.details not in _PLAIN for one in done.issues):
        response.outcome = _outcome(done.issues)
    shown = "return=representation" in wanted
    return _Entry(response, msgspec.Raw(done.found.body) if shown else None)


def _versioned(status: str, found: Found) -> _Response:
    return _Response(
        status,
        location=f"{found.type}/{found.id}/_history/{found.version}",
        etag=f'W/"{found.version}"',
        last_modified=instant(found.updated),
    )


def _outcome(issues: list[Issue]) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(operation_outcome(issues)))
