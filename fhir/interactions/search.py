"""Search ServiceRequest and Task.

https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath

from coordination import reading
from coordination.db.search import Query
from coordination.errors import Fault, Refused, Wrong
from coordination.parts import AnyRequest, Who, With
from fhir.capability import SEARCHED
from fhir.codes import BSN_SYSTEMS, OFFER_ID
from fhir.interactions.answer import answer
from fhir.request import STATUS as REQUEST_STATUS
from fhir.task import OFFER_STATUS, REFERRAL_STATUS

MOST = 100
_PERSONAL = frozenset({"name", "family", "given", "birthdate", "phone", "email", "address"})
_CURSOR = "_before"


@get("/fhir/{kind:str}", include_in_schema=False)
async def search(
    kind: FromPath[str], request: AnyRequest, parts: With, actor: Who
) -> Response[bytes]:
    """Those of one's own that fit, newest first; the self link says what was used."""
    if kind not in SEARCHED:
        raise Refused(
            Wrong.NOT_FOUND, "This type is not searched here; see the CapabilityStatement."
        )
    given = [(name, value) for name, value in request.query_params.multi_items() if value]
    query = read_query(kind, given)
    # One more than the page holds tells whether there is a next one.
    wider = msgspec.structs.replace(query, count=query.count + 1)
    found = await parts.database.transact(
        lambda tx: reading.find(tx, actor, kind, wider, parts.vault)
    )
    shown = found[: query.count]
    base = f"{request.base_url}fhir/{kind}"
    links = [{"relation": "self", "url": _link(base, given)}]
    if len(found) > query.count:
        rest = [pair for pair in given if pair[0] != _CURSOR]
        links.append(
            {"relation": "next", "url": _link(base, [*rest, (_CURSOR, str(shown[-1].id))])}
        )
    return answer(
        {
            "resourceType": "Bundle",
            "type": "searchset",
            "link": links,
            "entry": [
                {
                    "fullUrl": f"{base}/{one.id}",
                    "resource": msgspec.Raw(one.body),
                    "search": {"mode": "match"},
                }
                for one in shown
            ],
        }
        if shown
        else {"resourceType": "Bundle", "type": "searchset", "total": 0, "link": links}
    )


def read_query(kind: str, given: list[tuple[str, str]]) -> Query:
    """A search as asked.

    Raises:
        Refused: INVALID, naming the parameter and the cure.
    """
    values: dict[str, Any] = {}
    for name, value in given:
        if name in _PERSONAL or (name == "identifier" and _is_bsn(value)):
            raise _wrong(
                name, "a person is never looked up by an address that ends up in logs: use an id"
            )
        if "\x00" in value:
            raise _wrong(name, "has a NUL character: leave it out")
        if name in values:
            raise _wrong(name, "may be given once; separate alternatives by a comma")
        values[name] = value
    known = {*SEARCHED[kind], "subject", "_count", _CURSOR}
    for name in values:
        if name not in known:
            raise _wrong(name, f"is not known here; use {', '.join(sorted(known - {_CURSOR}))}")
    states, offer_states = _states(kind, values.get("status"))
    identifiers = _identifiers(values.get("identifier"))
    request = values.get("_id") if kind == "ServiceRequest" else None
    return Query(
        identifiers=identifiers,
        numbers=_numbers(identifiers or ()),
        states=states,
        offer_states=offer_states,
        patient=_reference("patient", values.get("patient") or values.get("subject"), "Patient"),
        owner=_reference("owner", values.get("owner"), "HealthcareService"),
        request=_reference("focus", values.get("focus") or request, "ServiceRequest"),
        count=_count(values.get("_count")),
        before=_id(_CURSOR, values[_CURSOR]) if _CURSOR in values else Query().before,
    )


def _states(kind: str, said: str | None) -> tuple[tuple[str, ...] | None, tuple[str, ...] | None]:
    if said is None:
        return None, None
    asked = {one.rpartition("|")[2] for one in said.split(",")}
    mapping: Mapping[str, str] = REFERRAL_STATUS
    if kind == "ServiceRequest":
        mapping = {state: REQUEST_STATUS.get(state, "active") for state in REFERRAL_STATUS}
    return (
        tuple(state for state, status in mapping.items() if status in asked),
        tuple(state for state, status in OFFER_STATUS.items() if status in asked),
    )


def _identifiers(said: str | None) -> tuple[str, ...] | None:
    if said is None:
        return None
    asked = said.split(",")
    if any("|" not in one for one in asked):
        raise _wrong("identifier", "is system|value here: say of which system")
    return tuple(asked)


def _is_bsn(said: str) -> bool:
    return any(one.partition("|")[0] in BSN_SYSTEMS for one in said.split(","))


def _numbers(identifiers: tuple[str, ...]) -> tuple[UUID, ...]:
    """Offers by the identifier that their Tasks have: their own id."""
    own = [one.rpartition("|")[2] for one in identifiers if one.startswith(f"{OFFER_ID}|")]
    return tuple(_id("identifier", one) for one in own)


def _reference(name: str, said: str | None, kind: str) -> UUID | None:
    if said is None:
        return None
    return _id(name, said.rpartition("/")[2] if f"{kind}/" in said else said)


def _id(name: str, said: str) -> UUID:
    try:
        return UUID(said)
    except ValueError:
        raise _wrong(name, "is not an id of this service") from None


def _count(said: str | None) -> int:
    if said is None:
        return 20
    if not (said.isascii() and said.isdigit() and len(said) <= 6):  # noqa: PLR2004 - digits
        raise _wrong("_count", f"is a whole number from 1 to {MOST}")
    return min(max(int(said), 1), MOST)


def _wrong(name: str, why: str) -> Refused:
    return Refused(
        Wrong.INVALID, f"The search parameter {name} {why}.", faults=(Fault(name, why),),
        code="search-parameter",
    )  # fmt: skip


def _link(base: str, given: list[tuple[str, str]]) -> str:
    return f"{base}?{urlencode(given)}" if given else base
