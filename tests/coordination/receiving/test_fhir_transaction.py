"""A transaction is done wholly or not at all, in FHIR's order; each entry of a batch by itself."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg
import pytest
from desk import Desk, Sent, bsn, entry, first, fresh
from fhir_parts import about, advice, codes, post, posted, put, reading, request_of, told

from fhir.codes import BSN_SYSTEMS
from fhir.outcome_words import WORDS

pytest_plugins = ["desk_fixture"]


def asked(method: str, url: str, resource: Any = None, **request: str) -> dict[str, Any]:
    """An entry of a Bundle."""
    made: dict[str, Any] = {"request": {"method": method, "url": url} | request}
    return made | ({} if resource is None else {"resource": resource})


def bundle(*entries: dict[str, Any], kind: str = "transaction") -> dict[str, Any]:
    return {"resourceType": "Bundle", "type": kind, "entry": list(entries)}


async def send(
    desk: Desk,
    *entries: dict[str, Any],
    kind: str = "transaction",
    role: str = "gp",
    **headers: str,
) -> list[dict[str, Any]]:
    """Sends a Bundle that must be taken; its answers."""
    answer = await desk.ask(role, "POST", "/fhir", bundle(*entries, kind=kind), headers=headers)
    assert answer.status_code == 200, answer.text
    made = answer.json()
    assert made["type"] == f"{kind}-response"
    found: list[dict[str, Any]] = made["entry"]
    return found


def statuses(entries: list[dict[str, Any]]) -> list[str]:
    return [one["response"]["status"].partition(" ")[0] for one in entries]


def patient(number: str | None = None) -> dict[str, Any]:
    """A Patient with a number of the sender's own."""
    identifier = {"system": "urn:test:patient", "value": number or uuid4().hex}
    return {"resourceType": "Patient", "identifier": [identifier], "gender": "female"}


async def test_put_post_and_get_are_done_in_the_order_of_fhir(desk: Desk) -> None:
    """What is read is what the whole transaction made of it, wherever it stands."""
    identity, _ = await told(desk, patient())
    held = await desk.get(f"/fhir/Patient/{identity}", "gp")
    name = "urn:uuid:6a0a0a0a-0000-4000-8000-000000000001"
    observed = reading("8867-4", 71, "/min", "x", subject={"reference": name})
    done = await send(
        desk,
        asked("GET", f"Patient/{identity}"),
        asked("GET", f"Observation?patient=Patient/{identity}"),
        asked("PUT", f"Patient/{identity}", held | {"gender": "male"}, ifMatch='W/"1"')
        | {"fullUrl": name},
        asked("POST", "Observation", observed),
    )
    assert statuses(done) == ["200", "200", "200", "201"]
    read, searched, updated, created = done
    assert read["resource"]["gender"] == "male"
    assert searched["resource"]["total"] == 1
    found = searched["resource"]["entry"][0]["resource"]
    assert found["subject"] == {"reference": f"Patient/{identity}"}, "named by its fullUrl"
    assert updated["response"]["etag"] == read["response"]["etag"] == 'W/"2"'
    assert created["response"]["location"] == f"Observation/{found['id']}/_history/1"
    assert created["response"]["lastModified"] == found["meta"]["lastUpdated"]
    assert "resource" not in created


async def test_the_sender_may_like_each_resource_back(desk: Desk) -> None:
    sent = fresh("elv-low")
    answer = await desk.ask(
        "gp", "POST", "/fhir", sent, headers={"prefer": "return=representation"}
    )
    for one in answer.json()["entry"]:
        kind, identity, _, version = one["response"]["location"].split("/")
        held = await desk.ask("gp", "GET", f"/fhir/{kind}/{identity}")
        if held.status_code == 200:
            assert one["resource"] == held.json(), kind
            assert one["response"]["etag"] == held.headers["etag"] == f'W/"{version}"'


async def test_what_a_condition_finds_is_used_and_not_stored_again(desk: Desk) -> None:
    number = uuid4().hex
    known, _ = await told(desk, patient(number))
    condition = f"identifier=urn:test:patient|{number}"
    again = await post(desk, patient(number), **{"if-none-exist": condition})
    assert (again.status_code, again.json()["id"]) == (200, known)
    whole = fresh("elv-low")
    was = first(whole, "Patient")
    for one in whole["entry"]:
        if one["resource"] is was:
            one["resource"] = patient(number) | {"birthDate": "1944-02-11"}
            one["request"]["ifNoneExist"] = condition
    sent = Sent(await desk.ask("gp", "POST", "/fhir", whole))
    assert sent.id_of("Patient") == known
    assert sent.statuses[0].startswith("200")
    request = await desk.get(f"/fhir/ServiceRequest/{sent.id}", "gp")
    assert request["subject"]["reference"] == f"Patient/{known}"
    assert Sent(await desk.ask("gp", "POST", "/fhir", whole)).places == sent.places
    await told(desk, patient(number))
    many = await post(desk, patient(number), **{"if-none-exist": condition})
    assert (many.status_code, codes(many.json())) == (412, ["multiple-matches"])
    vague = await post(desk, patient(number), **{"if-none-exist": "gender=female"})
    assert vague.status_code == 400


async def test_a_reference_may_name_its_target_by_number(
    desk: Desk, capfd: pytest.CaptureFixture[str]
) -> None:
    number, unknown = bsn(), bsn()
    system = min(BSN_SYSTEMS)
    person = {"resourceType": "Patient", "identifier": [{"system": system, "value": number}]}
    known, _ = await told(desk, person)
    meant = {"reference": f"Patient?identifier={system}|{number}"}
    done = await send(desk, entry(reading("8867-4", 71, "/min", "x", subject=meant)))
    held = await desk.get("/fhir/" + done[0]["response"]["location"].partition("/_")[0], "gp")
    assert held["subject"] == {"reference": f"Patient/{known}"}
    lost = {"reference": f"Patient?identifier={system}|{unknown}"}
    refused = await desk.ask(
        "gp", "POST", "/fhir",
        bundle(entry(patient()), entry(reading("8867-4", 71, "/min", "x", subject=lost))),
    )  # fmt: skip
    assert (refused.status_code, codes(refused.json())[0]) == (422, "reference-unresolved")
    assert "Bundle.entry[1]" in refused.text
    foreign = await desk.ask(
        "transfer-nurse", "POST", "/fhir",
        bundle(entry(reading("8867-4", 71, "/min", "x", subject=meant))),
    )  # fmt: skip
    assert foreign.status_code == 422, "another's Patient is nobody's"
    said = capfd.readouterr()
    for text in (refused.text, foreign.text, said.out, said.err):
        assert number not in text
        assert unknown not in text


async def test_one_fault_ends_all_and_names_its_entry(desk: Desk) -> None:
    identity, _ = await told(desk, patient())
    held = await desk.get(f"/fhir/Patient/{identity}", "gp")
    before = await desk.counts()
    for wrong, status in (
        (asked("PUT", f"Patient/{identity}", held, ifMatch='W/"9"'), 412),
        (asked("PUT", f"Patient/{identity}", held), 428),
        (asked("PUT", f"Patient/{uuid4()}", held), 400),
        (asked("GET", f"Patient/{uuid4()}"), 404),
        (asked("GET", "Patient?nonsense=1"), 400),
        (asked("DELETE", f"Patient/{identity}"), 422),
        (asked("POST", "ServiceRequest", {
            "resourceType": "ServiceRequest", "status": "active", "intent": "order",
            "identifier": [{"value": "1"}], "subject": {"reference": f"Patient/{uuid4()}"}}), 422),
    ):  # fmt: skip
        answer = await desk.ask("gp", "POST", "/fhir", bundle(entry(patient()), wrong))
        assert answer.status_code == status, answer.text
        outcome = answer.json()
        assert outcome["resourceType"] == "OperationOutcome"
        told_of = [path for issue in outcome["issue"] for path in issue.get("expression", [])]
        assert any(path.startswith("Bundle.entry[1]") for path in told_of), outcome
    assert await desk.counts() == before
    assert await desk.get(f"/fhir/Patient/{identity}", "gp") == held


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("?status=active", 404),
        ("Nonsense?x=1", 404),
        ("metadata", 404),
        ("Patient/x/_history/999999999999", 404),
        ("Patient?" + "gender=male&" * 200, 400),
        ("https://elsewhere.example/Patient/1", 422),
        ("/", 404),
        ("Patient/%00", 404),
        ("Patient?name=%00", 400),
        ("Patient/x?_summary=true", 400),
        ("Patient/x/_history", 400),
        ("Patient/_search", 400),
        ("Patient/$validate", 400),
        ("List?_id=x", 404),
        ("Account/x", 404),
    ],
)
async def test_what_cannot_be_read_is_refused_in_words(
    desk: Desk, address: str, status: int
) -> None:
    answer = await desk.ask("gp", "POST", "/fhir", bundle(asked("GET", address)))
    assert answer.status_code == status, answer.text
    assert "Bundle.entry[0]" in answer.text


@pytest.mark.parametrize(
    "condition",
    [
        "x",
        "?",
        "identifier=",
        "identifier=|",
        "identifier=s|",
        "identifier=%00%ff",
        "a=1&" * 99,
        "%",
    ],
)
async def test_a_condition_that_is_none_is_refused(desk: Desk, condition: str) -> None:
    one = entry(patient())
    one["request"]["ifNoneExist"] = condition
    answer = await desk.ask("gp", "POST", "/fhir", bundle(one))
    assert answer.status_code == (200 if condition == "identifier=%00%ff" else 400), answer.text
    meant = reading("8867-4", 71, "/min", "x", subject={"reference": f"Patient?{condition}"})
    assert (await post(desk, meant)).status_code in {400, 422}


async def test_one_resource_is_not_changed_twice_in_one_bundle(desk: Desk) -> None:
    identity, _ = await told(desk, patient())
    held = await desk.get(f"/fhir/Patient/{identity}", "gp")
    change = asked("PUT", f"Patient/{identity}", held, ifMatch='W/"1"')
    answer = await desk.ask("gp", "POST", "/fhir", bundle(change, change))
    assert answer.status_code == 422
    assert set(codes(answer.json())) == {"changed-twice"}


async def test_each_entry_of_a_batch_stands_by_itself(desk: Desk) -> None:
    identity, _ = await told(desk, patient())
    held = await desk.get(f"/fhir/Patient/{identity}", "gp")
    done = await send(
        desk,
        asked("PUT", f"Patient/{identity}", held | {"gender": "male"}, ifMatch='W/"1"'),
        asked("GET", f"Patient/{identity}"),
        asked("GET", f"Patient/{uuid4()}"),
        asked("POST", "Patient", patient()),
        asked("PUT", f"Patient/{identity}", held, ifMatch='W/"1"'),
        asked("DELETE", f"Patient/{identity}"),
        kind="batch",
    )
    assert statuses(done) == ["200", "200", "404", "201", "412", "422"]
    assert done[1]["resource"]["gender"] == "male"
    for one in done:
        failed = one["response"]["status"] >= "4"
        assert failed is ("outcome" in one["response"]), one
        if failed:
            assert one["response"]["outcome"]["resourceType"] == "OperationOutcome"


async def test_an_entry_of_a_batch_that_is_no_r4_refuses_no_other(desk: Desk) -> None:
    identity, _ = await told(desk, patient())
    wrong: list[Any] = [
        asked("POST", "Patient", patient() | {"gender": "x", "birthDate": "gisteren"}),
        asked("POST", "Nothing", {"resourceType": "Nothing"}),
        asked("POST", "Patient", {"resourceType": 5, "id": []}),
        asked("POST", "Patient", [1]),
        asked("STEAL", "Patient"),
        asked("GET", "Patient") | {"search": {"mode": "match"}},
        {"resource": patient()},
        {"request": {"method": "GET", "url": 7}},
        {},
        "Patient",
        None,
    ]
    before = await desk.counts()
    done = await send(
        desk,
        *wrong,
        asked("GET", f"Patient/{identity}"),
        asked("POST", "Patient", patient()),
        kind="batch",
    )
    assert statuses(done) == ["422"] * len(wrong) + ["200", "201"]
    assert done[-2]["resource"]["id"] == identity
    for at, one in enumerate(done[:-2]):
        for issue in one["response"]["outcome"]["issue"]:
            assert issue["severity"] == "error"
            assert issue["expression"][0].startswith(f"Bundle.entry[{at}]"), issue
    paths = [one["expression"][0] for one in done[0]["response"]["outcome"]["issue"]]
    assert paths == [f"Bundle.entry[0].resource.{name}" for name in ("birthDate", "gender")]
    after = await desk.counts()
    assert after["resource"] == before["resource"] + 1


@pytest.mark.parametrize(
    "around", [{"total": 3}, {"type": "transaction"}, {"identifier": "x"}, {"entry": 7}]
)
async def test_a_batch_that_is_wrong_itself_is_refused_as_a_whole(
    desk: Desk, around: dict[str, Any]
) -> None:
    before = await desk.counts()
    body = bundle(
        asked("POST", "Patient", patient()),
        asked("POST", "Patient", patient() | {"gender": "x"}),
        kind="batch",
    )
    answer = await desk.ask("gp", "POST", "/fhir", body | around)
    assert answer.status_code == 422, answer.text
    twice = b'{"resourceType":"Bundle","type":"batch","entry":[{"x":1,"x":2}]}'
    answer = await desk.ask("gp", "POST", "/fhir", twice)
    assert (answer.status_code, codes(answer.json())) == (400, ["duplicate-key"])
    assert await desk.counts() == before


async def test_who_asks_in_english_is_told_in_english_in_every_entry(desk: Desk) -> None:
    done = await send(
        desk,
        asked("GET", f"Patient/{uuid4()}"),
        asked("POST", "Patient", patient() | {"gender": "x"}),
        asked("POST", "ServiceRequest", {
            "resourceType": "ServiceRequest", "status": "draft", "intent": "order",
            "subject": {"display": "iemand"},
        }),
        kind="batch",
        **{"accept-language": "en"},
    )  # fmt: skip
    texts = [one["response"]["outcome"]["issue"][0]["details"]["text"] for one in done]
    assert texts == [
        "This is not here, or not yours to see.",
        WORDS["code-invalid"][1],
        "For your information.",
    ]


async def test_a_correction_in_a_bundle_is_triaged_with_what_comes_with_it(desk: Desk) -> None:
    whole, person = await posted(desk)
    referral, _ = await told(desk, request_of(whole, person))
    before = await advice(desk, referral)
    held = await desk.get(f"/fhir/Patient/{person}", "gp")
    done = await send(
        desk,
        asked("PUT", f"Patient/{person}", held | {"birthDate": "1930-01-01"}, ifMatch='W/"1"'),
        entry(about(reading("59408-5", 84, "%", person), person)),
        prefer="return=OperationOutcome",
    )
    assert [codes(one["response"]["outcome"])[0] for one in done] == ["corrected", "answered"]
    assert (await advice(desk, referral))["urgency"] < before["urgency"]
    age = "SELECT picture::jsonb->>'age' FROM advice WHERE referral_id = $1::text::uuid"
    ages = [row[0] for row in await desk.rows(age + " ORDER BY id", referral)]
    assert int(ages[-1]) > int(ages[0])


async def two_of(desk: Desk) -> list[dict[str, Any]]:
    """Two Patients as they are read."""
    ids = [(await told(desk, patient()))[0] for _ in range(2)]
    return [await desk.get(f"/fhir/Patient/{identity}", "gp") for identity in ids]


def changes(*held: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        asked("PUT", f"Patient/{one['id']}", one | {"gender": "other"}, ifMatch='W/"1"')
        for one in held
    ]


LOCK = "SELECT 1 FROM resource WHERE id = $1::text::uuid FOR UPDATE"


async def test_a_deadlock_is_done_again_wholly(desk: Desk) -> None:
    """Two that lock in opposite order: PostgreSQL ends ours, and all of it runs again."""
    one, two = await two_of(desk)
    marked = patient()
    rival = await asyncpg.connect(desk.url)
    try:
        async with rival.transaction():
            await rival.execute("SET LOCAL deadlock_timeout = '60s'")  # it is never the one to end
            await rival.execute(LOCK, two["id"])
            ours = asyncio.create_task(
                desk.ask("gp", "POST", "/fhir", bundle(entry(marked), *changes(one, two)))
            )
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
            while not await desk.value(waiting):  # noqa: ASYNC110 - in another process
                await asyncio.sleep(0.02)
            await rival.execute(LOCK, one["id"])  # returns once ours was ended
        answer = await ours
    finally:
        await rival.close()
    assert answer.status_code == 200, answer.text
    assert statuses(answer.json()["entry"]) == ["201", "200", "200"]
    for held in (one, two):
        read = await desk.get(f"/fhir/Patient/{held['id']}", "gp")
        assert (read["gender"], read["meta"]["versionId"]) == ("other", "2")
    identity = answer.json()["entry"][0]["response"]["location"].split("/")[1]
    assert (await desk.get(f"/fhir/Patient/{identity}", "gp"))["identifier"] == marked["identifier"]


async def test_a_failure_at_the_very_commit_is_done_again_or_told(desk: Desk) -> None:
    """PostgreSQL reports it when all statements were taken: COMMIT itself fails, twice, always."""
    (one, _), whole = await two_of(desk), fresh("elv-low")
    async with failing_at_commit(desk, 2):
        done = await send(desk, *changes(one))
        assert statuses(done) == ["200"], "the third time"
    held = await desk.get(f"/fhir/Patient/{one['id']}", "gp")
    assert (held["gender"], held["meta"]["versionId"]) == ("other", "2"), "once"
    before = await desk.counts()
    async with failing_at_commit(desk, 99):
        answer = await desk.ask("gp", "POST", "/fhir", whole)
        assert answer.status_code == 503, answer.text
        alone = await desk.ask("gp", "POST", "/fhir/Patient", patient())
        assert alone.status_code == 503, alone.text
    assert await desk.counts() == before


@asynccontextmanager
async def failing_at_commit(desk: Desk, times: int) -> AsyncIterator[None]:
    """While this lasts, so many commits of a Patient fail, as those of a rival would make them.

    A sequence counts, since it goes on when a transaction is rolled back.
    """
    await desk.rows("CREATE SEQUENCE failed")
    await desk.rows(
        f"""
        CREATE FUNCTION not_yet() RETURNS trigger LANGUAGE plpgsql AS
          $f$ BEGIN
            IF nextval('failed') <= {times} THEN
              RAISE EXCEPTION 'not yet' USING ERRCODE = '40001';
            END IF;
            RETURN NULL;
          END $f$
        """
    )
    await desk.rows(
        "CREATE CONSTRAINT TRIGGER not_yet AFTER INSERT OR UPDATE ON resource"
        " DEFERRABLE INITIALLY DEFERRED FOR EACH ROW"
        " WHEN (NEW.type = 'Patient') EXECUTE FUNCTION not_yet()"
    )
    try:
        yield
    finally:
        await desk.rows("DROP TRIGGER not_yet ON resource")
        await desk.rows("DROP FUNCTION not_yet()")
        await desk.rows("DROP SEQUENCE failed")


@asynccontextmanager
async def refusing(desk: Desk, kind: str) -> AsyncIterator[None]:
    """While this lasts, PostgreSQL reports a serialisation failure for resources of a type."""
    await desk.rows(
        """
        CREATE FUNCTION not_now() RETURNS trigger LANGUAGE plpgsql AS
          $f$ BEGIN RAISE EXCEPTION 'not now' USING ERRCODE = '40001'; END $f$;
        """
    )
    await desk.rows(
        f"CREATE TRIGGER not_now BEFORE INSERT ON resource FOR EACH ROW"
        f" WHEN (NEW.type = '{kind}') EXECUTE FUNCTION not_now()"
    )
    try:
        yield
    finally:
        await desk.rows("DROP TRIGGER not_now ON resource")
        await desk.rows("DROP FUNCTION not_now()")


async def test_what_never_gets_through_is_refused_and_nothing_of_it_is_stored(desk: Desk) -> None:
    (one, _), whole = await two_of(desk), fresh("elv-low")
    before = await desk.counts()
    async with refusing(desk, "Condition"):
        answer = await desk.ask("gp", "POST", "/fhir", whole)
        assert answer.status_code == 503, answer.text
        assert answer.json()["resourceType"] == "OperationOutcome"
        ill = {"resourceType": "Condition", "subject": {"reference": f"Patient/{one['id']}"}}
        mixed = await desk.ask("gp", "POST", "/fhir", bundle(*changes(one), entry(ill)))
        assert mixed.status_code == 503
        done = await send(desk, entry(ill), asked("GET", f"Patient/{one['id']}"), kind="batch")
        assert statuses(done) == ["503", "200"]
    assert await desk.counts() == before
    assert await desk.get(f"/fhir/Patient/{one['id']}", "gp") == one
    assert (await desk.refer(whole)).statuses[0].startswith("201"), "and sent again, it is taken"


async def test_of_two_that_change_the_same_at_once_one_is_told(desk: Desk) -> None:
    for _ in range(5):
        one, two = await two_of(desk)
        answers = await asyncio.gather(
            desk.ask("gp", "POST", "/fhir", bundle(*changes(one, two))),
            desk.ask("gp", "POST", "/fhir", bundle(*changes(two, one))),
        )
        assert sorted(each.status_code for each in answers) == [200, 412]
        for held in (one, two):
            read = await desk.ask("gp", "GET", f"/fhir/Patient/{held['id']}")
            assert read.headers["etag"] == 'W/"2"'


async def test_an_update_alone_and_in_a_bundle_say_the_same(desk: Desk) -> None:
    one, two = await two_of(desk)
    alone = await put(desk, one | {"gender": "other"}, prefer="return=OperationOutcome")
    (done,) = await send(desk, *changes(two), prefer="return=OperationOutcome")
    assert codes(alone.json()) == codes(done["response"]["outcome"]) == ["stored"]
    assert alone.headers["etag"] == done["response"]["etag"]
