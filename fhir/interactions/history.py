"""The versions of a resource, or of all resources of a type, newest first.

https://hl7.org/fhir/R4/http.html#history
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import msgspec
from litestar import Response, route
from litestar.params import FromPath

from coordination.parts import AnyRequest, Parts, Who, With
from coordination.permissions import Actor, look, require
from coordination.records import reading
from coordination.records.shelf import Found, Page, Reader
from fhir.interactions.addresses import LOOK
from fhir.interactions.answer import answer, base_of, stamps
from fhir.interactions.asked import LAYOUT, Given, laid_out, layout, of_address, of_nobody
from fhir.interactions.claimed import claimed
from fhir.interactions.preferred import strict
from fhir.search.faults import bad, unknown, unsupported
from fhir.stamping import instant

COUNT = 20
MOST = 100
_KNOWN = frozenset({"_since", "_count", "_page"})
_DIGITS = re.compile(r"[0-9]{1,18}")
_STATUS = {"POST": "201", "PUT": "200", "DELETE": "204"}


class _Asked(msgspec.Struct, frozen=True):
    """What of a history is asked."""

    since: datetime | None
    count: int
    after: str | None
    used: Given
    pretty: bool


@route("/fhir/{kind:str}/_history", http_method=LOOK, include_in_schema=False)
async def history_of_type(
    kind: FromPath[str], request: AnyRequest, parts: With, actor: Who
) -> Response[bytes]:
    """What was made, changed and deleted of a type, of what is the reader's to see."""
    require(actor, look(kind))
    claimed(kind, "history-type")
    return await _history(request, parts, actor, kind, None)


@route("/fhir/{kind:str}/{identity:str}/_history", http_method=LOOK, include_in_schema=False)
async def history(
    kind: FromPath[str], identity: FromPath[str], request: AnyRequest, parts: With, actor: Who
) -> Response[bytes]:
    """What became of a resource."""
    require(actor, look(kind))
    claimed(kind, "history-instance")
    return await _history(request, parts, actor, kind, identity)


async def _history(
    request: AnyRequest, parts: Parts, actor: Actor, kind: str, identity: str | None
) -> Response[bytes]:
    asked = _ask(request, kind)
    reader = Reader(actor, parts.vault, parts.now())
    page = await parts.database.transact(
        lambda tx: reading.history(
            tx, reader, kind, identity,
            since=asked.since, count=asked.count, after=asked.after,
        )
    )  # fmt: skip
    place = f"{kind}/_history" if identity is None else f"{kind}/{identity}/_history"
    return answer(_bundle(base_of(request), place, asked, page), pretty=asked.pretty)


def _ask(request: AnyRequest, kind: str) -> _Asked:
    """What is asked of a type.

    Raises:
        FhirRefused: "invalid", naming the parameter and the cure.
    """
    given = of_address(request)
    of_nobody([pair for pair in given if pair[0] != "_page"], kind)
    pretty = laid_out(given)
    values: dict[str, str] = {}
    for name, value in given:
        if name == "_at":
            raise unsupported(name, "use _since, and read versions by their number.")
        if name in values:
            raise bad(name, "is given more than once; give it once.")
        if name in _KNOWN | LAYOUT:
            values[name] = value
        elif strict(request):
            raise unknown(name, "is none of a history; known: _since, _count.")
    since = _moment(values["_since"]) if "_since" in values else None
    count = _count(values["_count"]) if "_count" in values else COUNT
    told = values | ({"_count": str(count)} if "_count" in values else {})
    return _Asked(
        since=since,
        count=count,
        after=values.get("_page"),
        used=[(name, told[name]) for name in told if name in _KNOWN] + layout(given),
        pretty=pretty,
    )


def _moment(said: str) -> datetime:
    try:
        # An unescaped plus in an address is a space.
        moment = datetime.fromisoformat(said.replace(" ", "+"))
        if moment.tzinfo is None:
            raise ValueError("it has no time zone")
        return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise bad("_since", "needs a moment with its time zone: 2026-03-01T12:00:00Z.") from None


def _count(said: str) -> int:
    if not _DIGITS.fullmatch(said) or not int(said):
        raise bad("_count", f"needs a whole number from 1 to {MOST}.")
    return min(int(said), MOST)


def _bundle(base: str, place: str, asked: _Asked, page: Page) -> dict[str, Any]:
    links = [{"relation": "self", "url": _link(f"{base}/{place}", asked.used)}]
    if page.after is not None:
        rest = [pair for pair in asked.used if pair[0] != "_page"]
        links.append(
            {"relation": "next", "url": _link(f"{base}/{place}", [*rest, ("_page", page.after)])}
        )
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "history", "link": links}
    if page.total is not None:
        bundle["total"] = page.total
    if page.found:
        bundle["entry"] = [_entry(base, found) for found in page.found]
    return bundle


def _entry(base: str, found: Found) -> dict[str, Any]:
    at = f"{found.type}/{found.id}"
    entry: dict[str, Any] = {"fullUrl": f"{base}/{at}"}
    if found.body:
        entry["resource"] = msgspec.Raw(found.body)
    entry["request"] = {
        "method": found.method,
        "url": found.type if found.method == "POST" else at,
    }
    entry["response"] = {
        "status": _STATUS[found.method],
        "etag": stamps(found)["ETag"],
        "lastModified": instant(found.updated),
    }
    return entry


def _link(url: str, given: Given) -> str:
    return f"{url}?{urlencode(given)}" if given else url
