"""What the CapabilityStatement claims is done over HTTP, and what it does not claim is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from desk import Desk
from fhir.resources import R4B  # noqa: TID251 - the oracle
from fhir.resources.R4B import get_fhir_model_class  # noqa: TID251 - the oracle
from one_of_each import reader, valid

from fhir.claims import ALONG, CLAIMS
from fhir.interactions.formats import FORM
from fhir.search.parameters import Parameter, parameters_of
from fhir.validation.r4_types import r4_types
from fhir.validation.shapes import COMPILED
from fhir.validation.type_names import RESOURCE_TYPES

pytest_plugins = ["desk_fixture", "claims_fixture"]
NOBODY = "0190a0a0-0000-7000-8000-000000000000"
NEVER = {
    "date": "lt1900-01-01",
    "string": "zzzzzzz",
    "token": "https://none.example|none",
    "uri": "https://none.example/x",
}
"""By type of parameter a value that nothing has."""
NEVER_READ = {
    "boolean": "false",
    "canonical": "https://none.example/x",
    "day": "1900-01-01",
    "code": "none",
    "plain": "none",
}
"""The same by what it reads, where that is more precise."""
OURS = ("Questionnaire", "StructureDefinition", "CodeSystem", "ValueSet", "AuditEvent")
"""Types of which we make all that there is, not always with every element that is searched."""


def interactions(claim: dict[str, Any]) -> set[str]:
    return {one["code"] for one in claim["interaction"]}


async def test_the_statement_is_valid_and_says_what_the_table_says(
    desk: Desk, claims: dict[str, dict[str, Any]]
) -> None:
    answer = await desk.client.get("/fhir/metadata")
    get_fhir_model_class("CapabilityStatement").model_validate_json(answer.content)
    statement = answer.json()
    assert (statement["fhirVersion"], statement["kind"]) == ("4.0.1", "instance")
    assert statement["implementation"]["url"] == "http://naober.test/fhir"
    (rest,) = statement["rest"]
    assert {one["code"] for one in rest["interaction"]} == {"transaction", "batch"}
    assert rest["security"]["service"] == [{"text": "Bearer token"}], "there is no SMART here"
    assert {kind: interactions(one) for kind, one in claims.items()} == {
        kind: set(one.interactions) for kind, one in CLAIMS.items()
    }
    for kind, one in claims.items():
        named = one.get("searchParam", [])
        assert [each["name"] for each in named] == ([] if kind in ALONG else [*parameters_of(kind)])
        for each in named:
            assert each["definition"].startswith("http://hl7.org/fhir/SearchParameter/")


@pytest.mark.parametrize("kind", CLAIMS)
async def test_each_type_is_read_and_followed(
    desk: Desk, there: dict[str, dict[str, Any]], kind: str
) -> None:
    resource = there[kind]
    valid(resource)
    path = f"/fhir/{kind}/{resource['id']}"
    read = await desk.ask(reader(kind), "GET", path)
    assert read.status_code == 200, read.text
    version = read.headers["etag"].removeprefix('W/"').removesuffix('"')
    assert resource.get("meta", {}).get("versionId", version) == version
    assert (await desk.get(f"{path}/_history/{version}", reader(kind))) == read.json()
    gone = await desk.ask(reader(kind), "GET", f"/fhir/{kind}/{NOBODY}")
    assert gone.status_code == 404
    if kind in ALONG:
        stranger = await desk.ask("transfer-nurse", "GET", path)
        assert stranger.status_code == 404
        return
    for history in (f"{path}/_history", f"/fhir/{kind}/_history"):
        bundle = await desk.get(history, reader(kind))
        assert bundle["type"] == "history"
        assert bundle["entry"], history
        valid(bundle)


SEARCHED = [kind for kind in CLAIMS if kind not in ALONG]


def test_every_type_of_r4_is_claimed_or_is_not() -> None:
    assert len(EVERY_TYPE) > 140
    assert set(CLAIMS) - r4_types().whole.keys() <= set(EVERY_TYPE)
    assert set(CLAIMS) == set(RESOURCE_TYPES) - {"Resource", "DomainResource"}
    assert {"Citation", "NutritionProduct", "SubstanceDefinition"} <= set(UNCLAIMED)


CASES = [(kind, name) for kind in SEARCHED for name in parameters_of(kind)]


@pytest.mark.parametrize(("kind", "name"), CASES)
async def test_each_parameter_finds_what_it_names_and_nothing_else(
    desk: Desk, there: dict[str, dict[str, Any]], kind: str, name: str
) -> None:
    one = parameters_of(kind)[name]
    resource = there[kind]
    values = list(said(resource, one))
    assert values or kind in OURS, "the example has no such element"
    if values:
        found = await searched(desk, kind, [(name, values[0]), ("_id", resource["id"])])
        assert [each["resource"]["id"] for each in found["entry"]] == [resource["id"]]
        valid(found)
    missed = await searched(desk, kind, [(name, nowhere(one)), ("_id", resource["id"])])
    assert (missed["total"], "entry" in missed) == (0, False)
    if one.chained:
        number = ("identifier", "https://none.example|1")
        missed = await searched(desk, kind, [(f"{name}.{number[0]}", number[1])])
        assert missed["total"] == 0


async def searched(desk: Desk, kind: str, given: list[tuple[str, str]]) -> Any:
    """By form, and by address where that may be: both find the same."""
    answer = await desk.ask(
        reader(kind), "POST", f"/fhir/{kind}/_search", urlencode(given).encode(),
        headers={"content-type": FORM},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    found = answer.json()
    if parameters_of(kind)[given[0][0].partition(".")[0]].personal:
        refused = await desk.ask(reader(kind), "GET", f"/fhir/{kind}?{urlencode(given)}")
        assert refused.status_code == 400
        return found
    same = await desk.ask(reader(kind), "GET", f"/fhir/{kind}?{urlencode(given)}")
    assert same.status_code == 200, same.text
    for part in ("total", "entry"):
        assert same.json().get(part) == found.get(part)
    return found


def said(resource: dict[str, Any], one: Parameter) -> Iterator[str]:
    """Values of a parameter that a resource has, as one asks for them."""
    if one.name == "_id":
        yield resource["id"]
        return
    if one.reads == "changed":
        yield resource["meta"]["lastUpdated"] if "meta" in resource else "ge2000-01-01"
        return
    for path in one.paths:
        for value in at(resource, path):
            yield from asked(value, one)


def at(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    for each in value if isinstance(value, list) else [value]:
        if not path:
            yield each
        elif isinstance(each, dict) and path[0] in each:
            yield from at(each[path[0]], path[1:])


def asked(value: Any, one: Parameter) -> Iterator[str]:
    """A value of an element, as a search has it."""
    if isinstance(value, bool | str):
        yield str(value).lower() if isinstance(value, bool) else value
    elif "reference" in value:
        kind = value["reference"].partition("/")[0]
        if one.name != "patient" or kind == "Patient":
            yield value["reference"]
    elif "start" in value:
        yield f"ge{value['start']}"
    elif "family" in value:
        yield value["family"]
    for coding in value.get("coding", [value]) if isinstance(value, dict) else []:
        number = coding.get("code") or coding.get("value")
        if number:
            yield f"{coding.get('system', '')}|{number}"


def nowhere(one: Parameter) -> str:
    """A value that nothing has."""
    if one.name == "_id":
        return NOBODY
    if one.kind == "reference" and one.reads == "reference":
        return f"{one.targets[0]}/{NOBODY}"
    return NEVER_READ.get(one.reads) or NEVER[one.kind]


_TYPE = re.compile(
    r"^class (\w+)\((?:domainresource\.DomainResource|resource\.Resource)\)", re.MULTILINE
)
EVERY_TYPE = sorted(
    kind
    for path in Path(str(R4B.__file__)).parent.glob("*.py")
    for kind in _TYPE.findall(path.read_text(encoding="utf-8"))
)
"""Every type of R4, and the few that R4B added."""
UNCLAIMED = (*(kind for kind in EVERY_TYPE if kind not in CLAIMS), "Dragon")
"""Types of which nothing is kept here, and one that is none."""
ASKED: dict[str, tuple[str, str]] = {
    "read": ("GET", "/{id}"),
    "vread": ("GET", "/{id}/_history/1"),
    "history-instance": ("GET", "/{id}/_history"),
    "history-type": ("GET", "/_history"),
    "search-type": ("GET", ""),
    "create": ("POST", ""),
    "update": ("PUT", "/{id}"),
    "delete": ("DELETE", "/{id}"),
}


@pytest.mark.parametrize("kind", [*CLAIMS, *UNCLAIMED])
async def test_what_is_not_claimed_does_not_answer(
    desk: Desk, there: dict[str, dict[str, Any]], kind: str
) -> None:
    claimed = CLAIMS[kind].interactions if kind in CLAIMS else ()
    resource = there.get(kind, {"resourceType": kind, "id": NOBODY})
    asking = [way for name, way in ASKED.items() if name not in claimed]
    asking += [
        ("PATCH", "/{id}"), ("PATCH", ""), ("PUT", ""), ("DELETE", ""), ("POST", "/{id}"),
        ("GET", "/_search"), ("POST", "/_history"), ("GET", "/{id}/$everything"),
        ("GET", "/{id}/Observation"), ("POST", "/$meta"), ("DELETE", "/{id}/_history/1"),
    ]  # fmt: skip
    asking += [] if "search-type" in claimed else [("POST", "/_search")]
    for method, place in asking:
        if (method, kind, place) == ("POST", "Bundle", ""):
            continue  # a transaction by another address
        path = f"/fhir/{kind}{place.format(id=resource['id'])}"
        for role in {"gp", "coordinator", reader(kind)} if kind in CLAIMS else {"gp"}:
            body = resource if method in {"POST", "PUT", "PATCH"} else None
            answer = await desk.ask(role, method, path, body, headers={"if-match": 'W/"1"'})
            assert answer.status_code in {403, 404, 405}, (role, method, path, answer.text)
            assert answer.json()["resourceType"] == "OperationOutcome"
            if answer.status_code == 405:
                assert method not in answer.headers["allow"].split(", ")


@pytest.mark.parametrize("kind", CLAIMS)
async def test_each_operation_answers(
    desk: Desk, there: dict[str, dict[str, Any]], claims: dict[str, dict[str, Any]], kind: str
) -> None:
    operations = claims[kind].get("operation", [])
    assert ("validate" in {one["name"] for one in operations}) is (kind in COMPILED)
    for operation in operations:
        place = f"/{there[kind]['id']}" if operation["name"] in OF_ONE else ""
        path = f"/fhir/{kind}{place}/${operation['name']}"
        body = None if operation["name"] in OF_ONE else there[kind]
        answer = await desk.ask("gp", "POST", path, body)
        assert answer.status_code == 200, (path, answer.text)
        valid(answer.json())
        if operation["name"] == "validate" and reader(kind) == "gp":
            one = f"/fhir/{kind}/{there[kind]['id']}/$validate"
            same = await desk.ask("gp", "POST", one, body)
            assert same.status_code == 200, (one, same.text)
            assert same.json()["issue"] == answer.json()["issue"]


OF_ONE = frozenset({"status", "events"})
"""Operations on one resource."""


async def test_each_include_is_followed(
    desk: Desk, there: dict[str, dict[str, Any]], claims: dict[str, dict[str, Any]]
) -> None:
    for kind, claim in claims.items():
        for include in claim.get("searchInclude", []):
            path = f"/fhir/{kind}?_id={there[kind]['id']}&_include={include}"
            found = await desk.get(path, reader(kind))
            one = parameters_of(kind)[include.partition(":")[2]]
            pointed = {
                value
                for value in said(there[kind], one)
                if value.partition("/")[0] in there
                and value == f"{value.partition('/')[0]}/{there[value.partition('/')[0]]['id']}"
            }
            included = {
                f"{each['resource']['resourceType']}/{each['resource']['id']}"
                for each in found["entry"]
                if each["search"]["mode"] == "include"
            }
            # Of the audit log one sees what was touched, not what it is.
            assert reader(kind) != "gp" or pointed <= included, include


@pytest.mark.parametrize("way", ["transaction", "batch"])
async def test_both_kinds_of_bundle_are_carried_out(desk: Desk, way: str) -> None:
    patient = {"resourceType": "Patient", "gender": "female"}
    bundle = {
        "resourceType": "Bundle",
        "type": way,
        "entry": [{"resource": patient, "request": {"method": "POST", "url": "Patient"}}],
    }
    answer = await desk.ask("gp", "POST", "/fhir", bundle)
    assert answer.status_code == 200, answer.text
    assert answer.json()["type"] == f"{way}-response"
    assert answer.json()["entry"][0]["response"]["status"].startswith("201")
    valid(answer.json())
