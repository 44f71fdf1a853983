"""What a search found, as a Bundle that says what of the question was used.

https://hl7.org/fhir/R4/search.html#return, https://hl7.org/fhir/R4/bundle.html#searchset
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

import msgspec

from coordination.records.included import MOST
from coordination.records.paged import BYTES
from coordination.records.reading import Results
from coordination.records.shelf import Found
from fhir.interactions.asked import Given
from fhir.outcome import Issue, operation_outcome
from fhir.outcome_words import Language
from fhir.search.query import Query
from fhir.search.shown import shown


def searchset(
    base: str,
    query: Query,
    results: Results,
    links: dict[str, Given],
    language: Language = "nl",
) -> dict[str, Any]:
    """The Bundle of a page.

    Args:
        base: of the FHIR side.
        query: as it was asked.
        results: what it found.
        links: by relation (self, next) their parameters.
        language: of the words on what was left out.
    """
    bundle: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    if results.page.total is not None:
        bundle["total"] = results.page.total
    bundle["link"] = [
        {"relation": relation, "url": _address(f"{base}/{query.kind}", given)}
        for relation, given in links.items()
    ]
    entries = [
        *(_entry(base, one, shown(one.body, query), "match") for one in results.page.found),
        *(_entry(base, one, shown(one.body, query), "include") for one in results.included),
        *_left_out(query, results.cut, language),
    ]
    if entries:  # there are no empty arrays in FHIR
        bundle["entry"] = entries
    return bundle


def _entry(base: str, found: Found, body: bytes, mode: str) -> dict[str, Any]:
    return {
        "fullUrl": f"{base}/{found.type}/{found.id}",
        "resource": msgspec.Raw(body),
        "search": {"mode": mode},
    }


def _left_out(query: Query, cut: Sequence[str], language: Language) -> list[dict[str, Any]]:
    """What of the question was not understood, or would have been too much, in an outcome."""
    issues = [
        Issue(
            code="not-supported",
            details="search-parameter",
            diagnostics=f"The parameter {name} is not known here, and was left out.",
            expression=(name,),
            severity="warning",
        )
        for name in query.ignored
    ]
    issues += [
        Issue(
            code="incomplete",
            details="include-cut",
            diagnostics=f"What is found points at more than {MOST} of {kind}, or at over"
            f" {BYTES // 1024**2} MiB: no more are included. Ask fewer at once (_count), or read"
            " the others by their id.",
            expression=("http._include",),
            severity="warning",
        )
        for kind in cut
    ]
    if not issues:
        return []
    return [{"resource": operation_outcome(issues, language), "search": {"mode": "outcome"}}]


def _address(url: str, given: Given) -> str:
    return f"{url}?{urlencode(given)}" if given else url
