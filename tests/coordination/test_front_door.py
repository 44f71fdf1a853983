"""What is asked at the front door tells nobody of a person, and finds out nothing of others."""

from __future__ import annotations

import asyncio
import gzip
import re
from typing import Any
from uuid import uuid4

import pytest
from desk import FHIR, Desk, Sent, bsn, entry, first, fresh
from litestar.types import HTTPReceiveMessage, Receive
from professionals import Professionals
from subscriber import subscription

from coordination.app import Service
from coordination.arriving import whole
from coordination.auth.keys import Keys
from coordination.demo.region import Region
from coordination.errors import Refused, Wrong
from coordination.receiving.keeping import MOST_CONDITIONS
from coordination.receiving.later_parts import MOST_NAMED
from coordination.receiving.looking import MOST_TOLD
from coordination.subscriptions.subscribing import LARGEST
from fhir.codes import URA
from fhir.interactions.transaction import MOST_SEARCHES
from fhir.subscription.topics import Topic

pytest_plugins = ["desk_fixture"]
FORM = {"content-type": "application/x-www-form-urlencoded"}

# {0} is a number of a person, {1} the same with dots, {2} percent-encoded.
TELLING = [
    "ServiceRequest?patient={0}",
    "ServiceRequest?patient={2}",
    "Task?patient={1}",
    "Task?patient=999%20{0}",
    "Task?status:not={0}",
    "Task?subject:Patient.identifier=x|{0}",
    "Patient?_id={0}",
    "Patient?bsn={0}",
    "Task?_sort={0}",
    "Task?_pretty={0}",
    "Patient/{0}",
    "Patient/{1}/_history",
    "Patient/{0}/_history/1",
    "Subscription/{0}/$status",
    "Task/_history?bsn={0}",
    "Questionnaire/referral?x={0}",
]


@pytest.mark.parametrize("lenient", [False, True])
@pytest.mark.parametrize("place", TELLING)
async def test_a_number_of_a_person_in_an_address_is_refused_and_told_nowhere(
    desk: Desk,
    place: str,
    lenient: bool,  # noqa: FBT001 - a table
    capfd: pytest.CaptureFixture[str],
) -> None:
    number = bsn()
    forms = number, f"{number[:4]}.{number[4:6]}.{number[6:]}", "%3" + "%3".join(number)
    headers = {"x-request-id": (name := uuid4().hex)}
    if lenient:
        headers["prefer"] = "handling=lenient"
    answer = await desk.ask("gp", "GET", f"/fhir/{place.format(*forms)}", headers=headers)
    assert answer.status_code == 400, answer.text
    (issue,) = answer.json()["issue"]
    assert issue["details"]["coding"][0]["code"] == "search-by-post"
    assert "_search" in issue["diagnostics"]
    rows = await desk.rows("SELECT audit::text AS said FROM audit WHERE request_id = $1", name)
    said = [answer.text, str(answer.headers), *(row["said"] for row in rows), *capfd.readouterr()]
    assert not [text for text in said for form in forms if form in text]


async def test_a_form_may_hold_a_number_of_a_person_and_its_address_may_not(desk: Desk) -> None:
    sent = await desk.refer(bundle := fresh("elv-low"))
    system, number = (first(bundle, "Patient")["identifier"][0][one] for one in ("system", "value"))
    asked = f"identifier={system}|{number}"
    right = await desk.ask("gp", "POST", "/fhir/Patient/_search", asked.encode(), headers=FORM)
    found = [one["resource"]["id"] for one in right.json()["entry"]]
    assert found == [sent.id_of("Patient")]
    (link,) = right.json()["link"]
    assert number not in link["url"]
    wrong = await desk.ask("gp", "POST", f"/fhir/Patient/_search?{asked}", b"", headers=FORM)
    assert wrong.status_code == 400
    assert number not in wrong.text


async def test_a_link_says_no_more_than_was_used(desk: Desk) -> None:
    number = bsn()
    for place in ("Task?_format=json;x={0}", "Task?_count={0}", "Task/_history?_format=json;x={0}"):
        answer = await desk.ask("gp", "GET", f"/fhir/{place.format(number)}")
        assert answer.status_code in {200, 400}, place
        assert number not in answer.text


@pytest.mark.parametrize("name", ["x-request-id", "x-correlation-id"])
async def test_an_id_of_a_request_that_is_of_a_person_is_not_taken(desk: Desk, name: str) -> None:
    number = bsn()
    for value in (number, f"bsn-{number}", f"{number[:4]}.{number[4:6]}.{number[6:]}"):
        answer = await desk.ask("gp", "GET", "/fhir/Dragon", headers={name: value})
        assert value not in str(answer.headers)
        assert await desk.value("SELECT count(*) FROM audit WHERE request_id = $1", value) == 0
    for value in (str(uuid4()), uuid4().hex, "2026-11-22T08:53:22.123", "00-4bf92f3577b34da6-01"):
        answer = await desk.ask("gp", "GET", "/fhir/Dragon", headers={name: value})
        assert answer.headers[name] == value


@pytest.mark.parametrize(
    ("path", "kept"),
    [
        ("/fhir/Patient/Jansen", "GET /fhir/Patient/…"),
        ("/fhir/Jansen/x", "GET /fhir/…/…"),
        ("/api/referrals/Jansen", "GET /api/referrals/…"),
        ("/fhir/Task/0190a0a0-0000-7000-8000-000000000000/_history",
         "GET /fhir/Task/0190a0a0-0000-7000-8000-000000000000/_history"),
    ],
)  # fmt: skip
async def test_of_what_a_refused_caller_asked_our_own_words_are_written_down(
    desk: Desk, path: str, kept: str
) -> None:
    headers = {"x-request-id": (name := uuid4().hex)}
    assert (await desk.ask("gp", "GET", path, headers=headers)).status_code == 404
    rows = await desk.rows("SELECT entity FROM audit WHERE request_id = $1", name)
    assert [row["entity"] for row in rows] == [kept]


async def test_a_packed_body_is_not_unpacked(desk: Desk) -> None:
    for path, media, body in (
        ("/fhir/Patient", FHIR, b'{"resourceType":"Patient"}'),
        ("/fhir/Patient/_search", FORM["content-type"], b"gender=female"),
    ):
        headers = {"content-type": media, "content-encoding": "gzip"}
        answer = await desk.ask("gp", "POST", path, gzip.compress(body), headers=headers)
        assert answer.status_code == 415
        assert answer.json()["issue"][0]["diagnostics"]


@pytest.mark.parametrize(
    "body", [b'{"resourceType":"\x80Patient"}', b'{"\xff":1}', b"\xff\xfe{\0}\0"]
)
async def test_no_route_fails_over_a_body_that_is_no_text(
    service: Service, desk: Desk, body: bytes
) -> None:
    routes = [
        (method, route.path)
        for route in service.litestar.routes
        for method in getattr(route, "methods", ())
        if method in {"POST", "PUT", "PATCH"} and route.path.startswith(("/fhir", "/api"))
    ]
    assert len(routes) > 20
    for method, route in routes:
        path = re.sub(r"\{kind[^}]*\}", "Patient", route)
        path = re.sub(r"\{[^}]*\}", str(uuid4()), path)
        for role in ("gp", "coordinator", "provider"):
            answer = await desk.ask(role, method, path, body, headers={"if-match": 'W/"1"'})
            assert answer.status_code < 500, (method, route, answer.text)
            if path.startswith("/fhir"):
                assert answer.status_code >= 400


async def test_a_task_of_another_looks_like_one_that_is_not_there(
    desk: Desk, region: Region
) -> None:
    bundle = fresh("elv-low")
    sent = await desk.refer(bundle)
    offer = await desk.offered(sent.id)
    task = first(bundle, "Task") | {"focus": {"reference": f"ServiceRequest/{sent.id}"}}
    task["for"] = {"reference": f"Patient/{sent.id_of('Patient')}"}
    task = {name: task[name] for name in ("resourceType", "status", "intent", "focus", "for")}
    practices = [one.id for one in region.organisations if one.kind == "gp-practice"]
    providers = {one.organisation for one in region.services} - {offer["organisation"]}
    strangers = [("gp", practices[1]), ("transfer-nurse", None), ("provider", min(providers))]
    for role, organisation in strangers:
        answers = set()
        for identity in (sent.id_of("Task"), offer["id"], str(uuid4())):
            answer = await desk.ask(
                role, "PUT", f"/fhir/Task/{identity}", task | {"id": identity},
                organisation=organisation, headers={"if-match": 'W/"1"'},
            )  # fmt: skip
            answers.add((answer.status_code, answer.text))
        assert len(answers) == 1
        assert answers.pop()[0] == 404


async def test_a_bundle_holds_some_searches_and_no_more(desk: Desk) -> None:
    for kind in ("batch", "transaction"):
        for url in ("Task?_count=1", "Task", "/Task/"):
            entries = [{"request": {"method": "GET", "url": url}}] * (MOST_SEARCHES + 1)
            bundle: dict[str, Any] = {"resourceType": "Bundle", "type": kind, "entry": entries}
            answer = await desk.ask("gp", "POST", "/fhir", bundle)
            assert answer.status_code == 413
            (issue,) = answer.json()["issue"]
            assert issue["expression"] == [f"Bundle.entry[{MOST_SEARCHES}].request.url"]
            bundle["entry"] = entries[1:]
            assert (await desk.ask("gp", "POST", "/fhir", bundle)).status_code == 200


@pytest.mark.parametrize("said", ["{0}", "Patient?identifier=x|{0}", "Patient {0}", "urn:uuid:{0}"])
async def test_what_is_tried_is_told_and_written_down_without_a_number_of_a_person(
    desk: Desk, said: str
) -> None:
    number = bsn()
    said = said.format(number)
    subject = {"subject": {"reference": said}}
    code = {"status": "final", "code": {"text": "x"}}
    for tried in ({"resourceType": said}, {"resourceType": "Observation"} | code | subject):
        headers = {"x-request-id": (name := uuid4().hex)}
        answer = await desk.ask("gp", "POST", "/fhir/$validate", tried, headers=headers)
        assert answer.status_code == 200, answer.text
        assert number not in answer.text
        rows = await desk.rows("SELECT audit::text AS said FROM audit WHERE request_id = $1", name)
        assert [number in row["said"] for row in rows] == [False]


async def rows_of(desk: Desk, name: str) -> list[tuple[str, str, str]]:
    """What the audit log says of a request."""
    found = await desk.rows(
        "SELECT action, outcome, entity FROM audit WHERE request_id = $1 ORDER BY id", name
    )
    return [tuple(row) for row in found]


async def test_what_is_told_in_place_of_what_was_sent_is_written_down(desk: Desk) -> None:
    bundle = fresh("elv-low")
    sent = await desk.refer(bundle)
    patient, task = first(bundle, "Patient"), sent.id_of("Task")
    here = f"Patient/{sent.id_of('Patient')}"
    number = patient["identifier"][0]
    fits = f"identifier={number['system']}|{number['value']}"
    again = entry(patient)
    again["request"]["ifNoneExist"] = fits
    one: dict[str, Any] = {"resourceType": "Bundle", "type": "transaction", "entry": [again]}
    seen = await desk.ask("gp", "GET", f"/fhir/Task/{task}")
    for method, path, body, headers, entity in (
        ("POST", "/fhir/Patient", patient, {"if-none-exist": fits}, here),
        ("POST", "/fhir", one, {"prefer": "return=representation"}, here),
        ("POST", "/fhir", bundle, {"prefer": "return=representation"}, f"referral/{sent.id}"),
        ("PUT", f"/fhir/Task/{task}", seen.json(), {"if-match": seen.headers["etag"]},
         f"Task/{task}"),
    ):  # fmt: skip
        name = uuid4().hex
        answer = await desk.ask("gp", method, path, body, headers=headers | {"x-request-id": name})
        assert answer.status_code == 200, answer.text
        assert await rows_of(desk, name) == [("read-fhir", "done", entity)]


async def test_what_is_asked_wrongly_is_not_read_and_not_written_down(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-low"))
    here = f"Patient/{sent.id_of('Patient')}"
    for place in (f"{here}?x=1", f"{here}/_history/1?x=1", f"{here}/_history?x=1", "Patient?x=1"):
        name = uuid4().hex
        answer = await desk.ask("gp", "GET", f"/fhir/{place}", headers={"x-request-id": name})
        assert answer.status_code == 400
        assert await rows_of(desk, name) == []


async def test_who_is_refused_in_a_batch_is_written_down_as_if_it_came_alone(desk: Desk) -> None:
    stranger = await desk.refer(fresh("elv-low"), "transfer-nurse")
    other = f"Patient/{stranger.id_of('Patient')}"
    asked = [other, "Patient/999900018", "AuditEvent?_count=1", "Dragon/Jansen"]
    entries = [{"request": {"method": "GET", "url": url}} for url in asked]
    batch = {"resourceType": "Bundle", "type": "batch", "entry": entries}
    name = uuid4().hex
    answer = await desk.ask("gp", "POST", "/fhir", batch, headers={"x-request-id": name})
    statuses = [one["response"]["status"] for one in answer.json()["entry"]]
    assert statuses == ["404", "404", "403", "404"]
    assert await rows_of(desk, name) == [
        ("refused", "404", f"GET {other}"),
        ("refused", "404", "GET Patient/…"),
        ("refused", "403", "GET AuditEvent"),
        ("refused", "404", "GET …/…"),
    ]


async def test_some_references_are_conditions_and_no_more(desk: Desk) -> None:
    many = [{"reference": f"Practitioner?identifier=x|{n}"} for n in range(MOST_CONDITIONS + 1)]
    heart = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    parts = [entry(heart | {"performer": [one]}) for one in many]
    transaction = {"resourceType": "Bundle", "type": "transaction", "entry": parts}
    for path, body in (("/fhir/Observation", heart | {"performer": many}), ("/fhir", transaction)):
        answer = await desk.ask("gp", "POST", path, body)
        assert answer.status_code == 413, answer.text
        assert answer.json()["issue"][0]["details"]["coding"][0]["code"] == "too-costly"
    tried = await desk.ask("gp", "POST", "/fhir/$validate", heart | {"performer": many})
    assert [one["details"]["coding"][0]["code"] for one in tried.json()["issue"]] == ["too-costly"]


async def test_one_answer_holds_so_many_bytes(desk: Desk) -> None:
    heart = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    long = heart | {"note": [{"text": "a" * 1_000_000}]}
    made = await desk.ask("gp", "POST", "/fhir/Observation", long)
    read = {"request": {"method": "GET", "url": f"Observation/{made.json()['id']}"}}
    bundle: dict[str, Any] = {"resourceType": "Bundle", "entry": [read] * 40}
    whole = await desk.ask("gp", "POST", "/fhir", bundle | {"type": "transaction"})
    assert whole.status_code == 413
    some = await desk.ask("gp", "POST", "/fhir", bundle | {"type": "batch"})
    statuses = [one["response"]["status"] for one in some.json()["entry"]]
    assert statuses == ["200 OK"] * 34 + ["413"] * 6
    assert len(some.content) < MOST_TOLD + 2 * len(made.content)


async def test_more_values_than_a_search_takes_are_refused_and_not_tried(desk: Desk) -> None:
    dates = ",".join(["ap2026-01"] * 100)
    form = "&".join([f"authored-on={dates}"] * 90)
    answer = await desk.ask("gp", "POST", "/fhir/Task/_search", form.encode(), headers=FORM)
    assert answer.status_code == 400, answer.text
    assert answer.json()["issue"][0]["code"] == "too-costly"


def receiving(*messages: dict[str, Any]) -> Receive:
    """What a server hands over, and then nothing more."""
    rest = iter(messages)

    async def receive() -> HTTPReceiveMessage:
        for one in rest:
            return one  # type: ignore[return-value]
        await asyncio.Event().wait()
        raise AssertionError("nothing ends it")

    return receive


async def test_a_body_that_stays_away_is_not_waited_for() -> None:
    received = whole(receiving({"type": "http.request", "body": b"{", "more_body": True}), 0.05)
    assert (await received())["type"] == "http.request"
    with pytest.raises(Refused) as refusal:
        await received()
    assert refusal.value.wrong is Wrong.TIMEOUT


async def test_a_body_of_which_the_rest_is_lost_is_refused() -> None:
    begun = {"type": "http.request", "body": b"{", "more_body": True}
    received = whole(receiving(begun, {"type": "http.disconnect"}))
    await received()
    with pytest.raises(Refused) as refusal:
        await received()
    assert refusal.value.wrong is Wrong.INVALID


async def test_after_its_body_a_request_waits_as_long_as_it_likes() -> None:
    last = {"type": "http.request", "body": b"", "more_body": False}
    received = whole(receiving(last, {"type": "http.disconnect"}), 0.01)
    await received()
    await asyncio.sleep(0.05)
    assert (await received())["type"] == "http.disconnect"


async def test_a_desk_is_not_told_which_referral_of_elsewhere_has_the_same_number(
    desk: Desk, region: Region, keys: Keys
) -> None:
    away = frozenset({"nowhere"})
    people = Professionals(desk, region, keys)
    bundle = fresh("elv-low")
    practice = next(one for one in region.organisations if one.kind == "gp-practice")
    role = first(bundle, "PractitionerRole")
    role["organization"] = {"identifier": {"system": URA, "value": practice.ura}}
    sent = await desk.refer(bundle)
    same = await people.ask("coordinator", "/fhir", bundle, subregions=away)
    first(bundle, "Patient")["gender"] = "male"
    other = await people.ask("coordinator", "/fhir", bundle, subregions=away)
    for answer in (same, other):
        (issue,) = answer.json()["issue"]
        assert (answer.status_code, issue["code"]) == (409, "duplicate")
        assert issue["details"]["coding"][0]["code"] == "identifier-used"
        assert not [one for _, one in sent.places if one in answer.text]
    assert same.text == other.text
    here = await people.ask("coordinator", "/fhir", bundle)
    assert (here.status_code, f"ServiceRequest/{sent.id}" in here.text) == (409, True)


async def test_a_desk_that_entered_a_referral_gets_it_again(
    desk: Desk, region: Region, keys: Keys
) -> None:
    people = Professionals(desk, region, keys)
    bundle = fresh("elv-low")
    practice = next(one for one in region.organisations if one.kind == "gp-practice")
    role = first(bundle, "PractitionerRole")
    role["organization"] = {"identifier": {"system": URA, "value": practice.ura}}
    sent = await desk.refer(bundle, "coordinator")
    again = await people.ask("coordinator", "/fhir", bundle, subregions=frozenset({"nowhere"}))
    assert Sent(again).places == sent.places


async def test_who_may_not_know_the_person_any_more_does_not_by_an_earlier_version(
    desk: Desk,
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    asked = {"role": "provider", "organisation": offer["organisation"]}
    path = f"/fhir/Task/{offer['id']}"
    known = {sent.id, sent.id_of("Patient"), sent.id_of("Task")}

    async def seen(**by: Any) -> set[str]:
        """What of the referral all versions tell, one by one and in both histories."""
        found = [
            await desk.get(f"{path}/_history", **by),
            await desk.get("/fhir/Task/_history?_count=100", **by),
            *[await desk.get(f"{path}/_history/{number}", **by) for number in (1, 2)],
        ]
        text = str([
            one
            for each in found
            for one in ([entry["resource"] for entry in each.get("entry", [])] or [each])
            if one["id"] == offer["id"]
        ])  # fmt: skip
        return {one for one in known if one in text}

    assert (await desk.reply(offer, "accept")).status_code == 200
    assert await seen(**asked) == known
    answer = await desk.reply(offer, "withdraw", role="coordinator")
    assert answer.status_code == 200, answer.text
    assert await seen(**asked) == set()
    assert await seen(role="coordinator") == await seen(role="gp") == known
    was = await desk.get(f"{path}/_history/2", **asked)
    assert (was["status"], was["intent"]) == ("accepted", "order")


async def test_a_part_names_some_requests_and_no_more(desk: Desk) -> None:
    part = {"resourceType": "Observation", "status": "final", "code": {"text": "x"}}
    named = [{"reference": f"ServiceRequest/{uuid4()}"} for _ in range(MOST_NAMED + 1)]
    right = await desk.ask("gp", "POST", "/fhir/Observation", part | {"basedOn": named[1:] * 3})
    assert right.status_code == 201, right.text
    wrong = await desk.ask("gp", "POST", "/fhir/Observation", part | {"basedOn": named})
    (issue,) = wrong.json()["issue"]
    assert (wrong.status_code, issue["expression"]) == (413, ["basedOn"])


async def test_a_subscription_is_no_place_to_keep_things(desk: Desk) -> None:
    asked = subscription(Topic.TASK, "https://ehr.example/hook")
    for reason, status in (("x" * (LARGEST - 2_000), 201), ("x" * LARGEST, 422)):
        answer = await desk.ask("gp", "POST", "/fhir/Subscription", asked | {"reason": reason})
        assert answer.status_code == status, answer.text[:500]
    (issue,) = answer.json()["issue"]
    assert issue["details"]["coding"][0]["code"] == "body-too-large"
