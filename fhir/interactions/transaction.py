"""Transaction and document (all or nothing), and batch (each entry by itself).

https://hl7.org/fhir/R4/http.html#transaction
"""

from __future__ import annotations

import msgspec
from litestar import Response, post

from coordination import edge
from coordination.db import audit
from coordination.errors import Refused
from coordination.gate import RECORDED
from coordination.ids import key_of
from coordination.parts import AnyRequest, Parts, Who, With
from coordination.permissions import Action, Actor, require
from coordination.receiving import looking, referring, transacting
from coordination.receiving.looking import Looked
from coordination.receiving.referring import Checked
from coordination.receiving.transacting import Done
from coordination.records.shelf import Found
from fhir.bundle import Bundle, Entry
from fhir.bundle_requests import check
from fhir.claims import CLAIMS
from fhir.interactions.answer import answer, base_of, body_of, language
from fhir.interactions.preferred import likes
from fhir.interactions.searchset import searchset
from fhir.interactions.writer import writer
from fhir.outcome import FhirRefused, operation_outcome, refused
from fhir.outcome_words import Language
from fhir.stamping import instant

MOST_SEARCHES = 50
"""In one Bundle: each may find a hundred resources."""

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


class _Asked(msgspec.Struct, frozen=True):
    """How the sender wants to be told.

    Attributes:
        base: the URL below which references are ours, with a slash at its end.
        likes: what it prefers, as ``preferred.likes`` has it.
        language: of words for a person.
    """

    base: str
    likes: frozenset[str]
    language: Language


@post(["/fhir", "/fhir/Bundle"], status_code=200, include_in_schema=False)
async def transaction(request: AnyRequest, parts: With, actor: Who) -> Response[bytes]:
    """Carries out a Bundle; a referral in it is triaged before the answer leaves."""
    require(actor, Action.READ_FHIR)
    checked = referring.check_bundle(await body_of(request))
    _few_searches(checked.bundle)
    asked = _Asked(f"{base_of(request)}/", likes(request), language(request))
    kind = checked.bundle.type
    if kind == "batch":
        entries, told = list[_Entry](), 0
        for at in range(len(checked.bundle.entries)):
            one = await _one(parts, actor, checked, at, asked, told)
            told += len(one.resource or b"")
            entries.append(one)
    else:
        entries = await _all(parts, actor, checked, asked)
        kind = "transaction"
    return answer({"resourceType": "Bundle", "type": f"{kind}-response", "entry": entries})


def _few_searches(bundle: Bundle) -> None:
    """Lets pass a Bundle that asks for no more than one answer can hold.

    Raises:
        FhirRefused: "too-large".
    """
    asked = [
        one
        for one in bundle.entries
        if one.method == "GET" and "/" not in one.url.partition("?")[0].strip("/")
    ]
    if len(asked) > MOST_SEARCHES:
        text = f"A Bundle has at most {MOST_SEARCHES} searches; send them in several."
        path = f"{asked[MOST_SEARCHES].path}.request.url"
        raise refused("too-large", "too-costly", "too-many-searches", text, path)


async def _all(parts: Parts, actor: Actor, checked: Checked, asked: _Asked) -> list[_Entry]:
    by, base = writer(parts, actor), asked.base
    done = await parts.database.transact(lambda tx: transacting.carry_out(tx, by, checked, base))
    return [_entry(one, asked) for one in done]


async def _one(
    parts: Parts, actor: Actor, checked: Checked, at: int, asked: _Asked, told: int
) -> _Entry:
    """One entry of a batch, as a transaction of one, after some bytes were told of others."""
    entry = checked.bundle.entries[at]
    try:
        if faults := checked.wrong.get(at):
            raise FhirRefused("unprocessable", faults)
        if entry.method == "GET":
            looking.enough(told)
        check(entry)
        alone = Checked(Bundle(type="transaction", entries=(entry,)), b"")
        if entry.method in {"POST", "PUT"}:
            # As if it came alone, so that it is known again whatever else it is sent with.
            sent = referring.check_resource(bytes(entry.resource), entry.resource_type)
            alone = msgspec.structs.replace(alone, content=sent.content)
        return (await _all(parts, actor, alone, asked))[0]
    except (Refused, FhirRefused) as error:
        status = edge.status(error)
        if status in RECORDED:  # as if it came alone
            entity = f"{entry.method} {_place(entry)}"
            await audit.record_refusal(parts.database, actor, actor.request, entity, str(status))
        outcome = edge.outcome(error, asked.language)
        return _Entry(_Response(str(status), outcome=msgspec.Raw(outcome)))


def _place(entry: Entry) -> str:
    """Where an entry asks something, without what it may say of a person."""
    kind, _, identity = entry.url.partition("?")[0].strip("/").partition("/")
    known = kind if kind in CLAIMS else "…"
    return f"{known}/{identity if key_of(identity) else '…'}" if identity else known


def _entry(done: Done, asked: _Asked) -> _Entry:
    """The answer to an entry: where it is now, which version, and what triage says of it."""
    if done is None:
        return _Entry(_Response("204 No Content"))
    if isinstance(done, Looked):
        query = done.query
        used = {} if query.private else {"self": list(query.used)}
        base = asked.base.rstrip("/")
        found = searchset(base, query, done.results, used, asked.language)
        return _Entry(_Response("200 OK"), msgspec.Raw(msgspec.json.encode(found)))
    if isinstance(done, Found):
        return _Entry(_versioned("200 OK", done), msgspec.Raw(done.body))
    response = _versioned("201 Created" if done.new else "200 OK", done.found)
    likes_all = "return=operationoutcome" in asked.likes
    if likes_all or any(one.details not in _PLAIN for one in done.issues):
        told = operation_outcome(done.issues, asked.language)
        response.outcome = msgspec.Raw(msgspec.json.encode(told))
    shown = "return=representation" in asked.likes
    return _Entry(response, msgspec.Raw(done.found.body) if shown else None)


def _versioned(status: str, found: Found) -> _Response:
    return _Response(
        status,
        location=f"{found.type}/{found.id}/_history/{found.version}",
        etag=f'W/"{found.version}"',
        last_modified=instant(found.updated),
    )
