"""Search resources of a type, by address or, for what may be of a person, by form.

https://hl7.org/fhir/R4/http.html#search, https://hl7.org/fhir/R4/search.html
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from litestar import Response, post, route
from litestar.params import FromPath

from coordination.parts import AnyRequest, Parts, Who, With
from coordination.permissions import Actor, look, require
from coordination.records import reading
from coordination.records.shelf import Reader
from fhir.interactions.addresses import LOOK
from fhir.interactions.answer import answer, base_of, language
from fhir.interactions.asked import LAYOUT, Given, laid_out, of_address, of_form
from fhir.interactions.claimed import claimed
from fhir.interactions.paged import PAGE, Mark, seal, unseal
from fhir.interactions.preferred import strict
from fhir.interactions.searchset import searchset
from fhir.outcome import FhirRefused
from fhir.search.asked import ask
from fhir.search.faults import bad

MASK = "***"
"""In a self link, for what stands in no address."""


@route("/fhir/{kind:str}", http_method=LOOK, include_in_schema=False)
async def search(
    kind: FromPath[str], request: AnyRequest, parts: With, actor: Who
) -> Response[bytes]:
    """What fits and is the reader's to see; the self link says what was used."""
    require(actor, look(kind))
    claimed(kind, "search-type")
    return await _search(request, parts, actor, kind, of_address(request), posted=False)


@post("/fhir/{kind:str}/_search", status_code=200, include_in_schema=False)
async def search_by_form(
    kind: FromPath[str], request: AnyRequest, parts: With, actor: Who
) -> Response[bytes]:
    """The same, with parameters in the body: those of a person stand in no address."""
    require(actor, look(kind))
    claimed(kind, "search-type")
    beside = of_address(request)
    ask(kind, beside, personal=False, strict=False)
    return await _search(request, parts, actor, kind, beside + await of_form(request), posted=True)


async def _search(
    request: AnyRequest, parts: Parts, actor: Actor, kind: str, given: Given, *, posted: bool
) -> Response[bytes]:
    marks = [pair for pair in given if pair[0] == PAGE]
    after: str | None = None
    if marks:
        mark = unseal(parts.vault, actor, kind, marks[0][1])
        beside = set(given) - set(marks) - set(_told(kind, mark.used, private=mark.posted))
        if len(marks) > 1 or any(name not in LAYOUT for name, _ in beside):
            raise bad(PAGE, "is all there is to ask; follow the next link as it was given.")
        given, posted, after = [*mark.used, *beside], mark.posted, mark.after
    base = base_of(request)
    pretty = laid_out(given)
    query = ask(kind, given, personal=posted, strict=strict(request), base=f"{base}/")
    query = msgspec.structs.replace(query, after=after)
    reader = Reader(actor, parts.vault, parts.now())
    results = await parts.database.transact(lambda tx: reading.search(tx, reader, query))
    links = {"self": _told(kind, query.used, private=query.private) + marks}
    if (after := results.page.after) is not None:
        following = Mark(kind=kind, used=query.used, posted=posted, after=after)
        links["next"] = [(PAGE, seal(parts.vault, actor, following))]
    found = searchset(base, query, results, links, language(request))
    return answer(found, pretty=pretty)


def _told(kind: str, used: Iterable[tuple[str, str]], *, private: bool) -> Given:
    """Parameters as a link may show them: of what is a person's, only that it was used."""
    if not private:
        return list(used)
    return [(name, value if _open(kind, name, value) else MASK) for name, value in used]


def _open(kind: str, name: str, value: str) -> bool:
    """Whether a parameter may stand in an address."""
    try:
        ask(kind, [(name, value)], personal=False, strict=False)
    except FhirRefused:
        return False
    return True
