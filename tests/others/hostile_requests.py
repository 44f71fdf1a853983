"""Requests below /fhir as Hypothesis draws them: every route, real and spoiled in each part."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec
from conftest import ROOT
from hypothesis import strategies as st
from spoiled import ESCAPES, TEXTS, spoiled

ROLES = ("gp",) * 6 + ("transfer-nurse", "coordinator", "coordinator", "provider", "analyst")
KINDS = (
    "Patient", "ServiceRequest", "Task", "Observation", "Condition", "QuestionnaireResponse",
    "Organization", "Location", "HealthcareService", "MeasureReport", "Subscription",
    "Communication", "Practitioner", "Consent", "Flag", "Composition", "Questionnaire",
    "Provenance", "AuditEvent", "Procedure",
)  # fmt: skip
ODD_KINDS = (
    "Dragon",
    "Bundle",
    "patient",
    "Patient ",
    "metadata",
    "_history",
    "_search",
    "$validate",
    "..",
)
PARAMETERS = (
    "_id", "_lastUpdated", "_count", "_sort", "_include", "_summary", "_elements", "_since",
    "_format", "_cursor", "_after", "_before", "_total", "_at", "identifier", "status", "patient",
    "subject", "owner", "requester", "focus", "code", "authored-on", "authored", "modified",
    "priority", "intent", "part-of", "based-on", "name", "birthdate", "date", "value-quantity",
    "organization", "active", "near", "measure", "period", "url", "topic", "criteria", "nonsense",
)  # fmt: skip
MODIFIERS = (
    "",
    "",
    "",
    "",
    ":identifier",
    ":missing",
    ":not",
    ":exact",
    ":contains",
    ":Patient",
    ":x",
    ":",
)
SECRET = "999900183"
"""A number of a person that stands in no resource here: whatever is asked, no answer tells it."""
VALUES = (
    "", "x", "x|y", "|y", "x|", "a|b|c", "x,y", "\\,", "\\", "$", "true", "false", "accepted",
    "requested,accepted", "eq2026", "gt2026-11-22T00:00:00Z", "le2026-02-30", "ap2026-11", "sa9999",
    "lt0001-01-01", "2026-11-22T10:00:00+14:00", "10", "0", "-1", "99999999999999999999", "1e9",
    "Task:focus", "ServiceRequest:patient", "*", "-_lastUpdated", "status,-modified", "count",
    "data", "text", "id,status", "Patient/x", "http://x.example/fhir/Patient/1", "json", "xml",
    f"http://fhir.nl/fhir/NamingSystem/bsn|{SECRET}", SECRET, f"Patient/{SECRET}", f"x {SECRET}",
)  # fmt: skip
HEADERS: Mapping[str, Sequence[str]] = {
    "accept": (
        "application/fhir+json",
        "application/json",
        "*/*",
        "application/fhir+xml",
        "x",
        ";",
    ),
    "accept-language": ("nl", "en", "de, en;q=0.5", "*", "x-y-z;q=a", ","),
    "prefer": ("return=minimal", "return=OperationOutcome", "handling=strict", "handling=x", "=,;"),
    "if-match": ('W/"1"', '"1"', "1", "*", 'W/"99999999999999999999"', 'W/"', 'W/"1", W/"2"', ""),
    "if-none-match": ('W/"1"', "*", "x", ""),
    "if-modified-since": ("Sun, 22 Nov 2026 00:00:00 GMT", "yesterday", "0"),
    "if-none-exist": ("identifier=x|y", "identifier=", "", "?a=b", "nonsense=1", "%00"),
    "x-request-id": ("abc", "a" * 5_000, "\x7f", "a b", SECRET),
    "x-correlation-id": ("abc", "é" * 300, f"bsn-{SECRET}"),
    "content-encoding": ("gzip", "x"),
    "range": ("bytes=0-1",),
}
MEDIA = ("application/fhir+json",) * 25 + (
    "application/json",
    "text/json; charset=x",
    "text/plain",
    "",
)
FORM = "application/x-www-form-urlencoded"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One request.

    Attributes:
        role: whose token it bears.
        path: percent-encoded.
        query: after the question mark, percent-encoded.
        headers: besides the token; names in lower case.
    """

    role: str
    method: str
    path: str
    query: str = ""
    headers: dict[str, str] = {}
    body: bytes = b""


class Pool(msgspec.Struct, frozen=True):
    """What requests are made of.

    Attributes:
        routes: method and path, with names of parts in braces.
        resources: real ones, by type.
        known: ids of what is there, by type.
    """

    routes: Sequence[tuple[str, str]]
    resources: Mapping[str, Sequence[dict[str, Any]]]
    known: Mapping[str, Sequence[str]]


def real_resources() -> dict[str, list[dict[str, Any]]]:
    """Those of the scenarios and of the published examples, a few dozen of a type."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in (*_json("tests/scenarios"), *_json("tests/data/fhir")):
        most = 40 if "scenarios" in path.parts else 60
        try:
            resource = msgspec.json.decode(path.read_bytes())
        except msgspec.DecodeError:
            continue
        inside = [
            entry.get("resource") for entry in resource.get("entry", ()) if "request" in entry
        ]
        for one in (resource, *inside):
            of = found.setdefault(str((one or {}).get("resourceType")), [])
            if len(of) < most:
                of.append(one)
    return found


def _json(folder: str) -> list[Path]:
    return sorted((ROOT / folder).rglob("*.json"))


@st.composite
def requests(draw: st.DrawFn, pool: Pool) -> Asked:
    """Any request that a client in good or bad faith might make."""
    method, template = draw(
        st.sampled_from([one for one in pool.routes for _ in range(_weight(*one))])
    )
    kind = draw(st.sampled_from(KINDS * 3 + ODD_KINDS))
    if template.endswith(("$status", "$events")) and draw(st.booleans()):
        kind = "Subscription"
    told = draw(st.lists(st.sampled_from(sorted(HEADERS)), max_size=2, unique=True))
    headers = {
        name: draw(st.sampled_from(HEADERS[name])) for name in (told if draw(st.booleans()) else ())
    }
    body = b""
    if method in {"POST", "PUT", "PATCH"}:
        headers["content-type"] = draw(st.sampled_from(MEDIA))
        body = draw(_body(pool, "Bundle" if template == "/fhir" else kind))
        if method == "PUT" and draw(st.booleans()):
            headers["if-match"] = 'W/"1"'
        if template.endswith("_search"):
            headers["content-type"] = draw(st.sampled_from((FORM, FORM, FORM, "text/plain")))
            body = draw(_query()).encode()
    return Asked(
        role=draw(st.sampled_from(ROLES)),
        method=method,
        path=draw(_path(pool, template, kind)),
        query=draw(_query()) if draw(st.booleans()) else "",
        headers=headers,
        body=body,
    )


def _weight(method: str, template: str) -> int:
    """How often a route is asked beside others: most often those that write."""
    if method == "OPTIONS":
        return 1
    return 12 if template == "/fhir" else 6 if method in {"POST", "PUT"} else 4


@st.composite
def _path(draw: st.DrawFn, pool: Pool, template: str, kind: str) -> str:
    parts = []
    for part in template.split("/"):
        if not part.startswith("{"):
            parts.append(part)
        elif part.startswith("{kind"):
            parts.append(kind)
        else:
            odd = st.sampled_from(("1", "0", "-1", "x" * 70, "%2e%2e", "9" * 20, SECRET))
            spoiled_part = st.sampled_from(TEXTS).map(_quoted) | odd | st.just("%00%ff")
            real = st.sampled_from(pool.known.get(kind, ("1",)))
            parts.append(draw(real | real | spoiled_part))
    return "/".join(parts)


@st.composite
def _query(draw: st.DrawFn) -> str:
    pairs = draw(
        st.lists(
            st.tuples(
                st.sampled_from(PARAMETERS),
                st.sampled_from(MODIFIERS),
                st.sampled_from(VALUES) | st.sampled_from(TEXTS) | st.text(max_size=6),
            ),
            max_size=4,
        )
    )
    told = "&".join(f"{name}{modifier}={_quoted(value)}" for name, modifier, value in pairs)
    return draw(st.just(told) | st.just(told) | st.just(f"{told}&%ff=%00&=&;") | st.just(told * 40))


def _quoted(text: str) -> str:
    return quote(text, safe="|,:", errors="surrogatepass")


@st.composite
def _body(draw: st.DrawFn, pool: Pool, kind: str) -> bytes:
    of = pool.resources.get(kind) or pool.resources["Patient"]
    resource = of[draw(st.integers(0, len(of) - 1))]
    if kind == "Bundle" and draw(st.booleans()):
        resource = _sent_anew(resource, draw(st.integers(0, 10**9)))
    if draw(st.integers(0, 19)) == 0:
        return draw(st.binary(max_size=60) | st.sampled_from([one.encode() for one in ESCAPES]))
    return draw(spoiled(resource))


def _sent_anew(bundle: dict[str, Any], number: int) -> dict[str, Any]:
    """A referral under a number of its own, so that it is not known again."""
    again = copy.deepcopy(bundle)
    for one in again.get("entry", ()):
        for identifier in one.get("resource", {}).get("identifier", ()):
            if one["resource"]["resourceType"] in {"ServiceRequest", "Task"}:
                identifier["value"] = str(number)
    return again
