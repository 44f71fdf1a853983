"""A professional departs from the advice: to more acute at once, to calmer with a second one."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
import pytest
from desk import Desk, Sent, bsn, form, fresh, resources, without_answer, yes_or_no
from professionals import Professionals

from coordination.auth.keys import Keys
from coordination.demo.region import Region

pytest_plugins = ["desk_fixture"]
COUNTS = ("urgency", "lane", "kind", "status", "state")
OWN = "https://naober.example/fhir/CodeSystem"
NOBODY = "0190a0a0-0000-7000-8000-000000000000"


@pytest.fixture(scope="module")
async def people(desk: Desk, region: Region, keys: Keys) -> Professionals:
    return Professionals(desk, region, keys)


async def shown(desk: Desk, sent: Sent) -> dict[str, Any]:
    found: dict[str, Any] = await desk.get(f"/api/referrals/{sent.id}")
    return found


async def counts(desk: Desk, sent: Sent) -> dict[str, Any]:
    one = await shown(desk, sent)
    return {name: one[name] for name in COUNTS}


async def item(desk: Desk, sent: Sent) -> dict[str, Any]:
    page = await desk.get("/api/worklist?size=200")
    found: dict[str, Any] = next(one for one in page["items"] if one["referral"] == sent.id)
    return found


async def answer(desk: Desk, sent: Sent, *items: dict[str, Any]) -> dict[str, Any]:
    given = await desk.ask("gp", "POST", f"/api/referrals/{sent.id}/answers", form(*items))
    assert given.status_code == 200, given.text
    advice: dict[str, Any] = given.json()
    return advice


def problem(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rpartition(":")[2]


async def test_a_higher_urgency_counts_at_once_and_the_advice_stays_as_it_was(
    desk: Desk, people: Professionals
) -> None:
    sent = await desk.refer(fresh("nursing-planned"))
    before = await shown(desk, sent)
    made = await people.departed("gp", sent.id, urgency="U2", reason="seen-in-person")
    assert (made["state"], made["second"], made["decided"]) == ("effective", None, None)
    assert made["advised"] == {name: before[name] for name in ("urgency", "lane", "kind")}
    now = await shown(desk, sent)
    assert (now["urgency"], now["lane"], now["kind"]) == ("U2", "acute", before["kind"])
    assert now["advice"] == before["advice"]
    assert now["departures"] == [made]
    assert now["version"] > before["version"]
    assert now["changed"] > before["changed"]
    assert now["review_due"] < before["review_due"]
    line = await item(desk, sent)
    assert (line["urgency"], line["departure"]) == ("U2", "effective")
    event = now["history"][-1]
    assert (event["event"], event["role"]) == ("depart", "gp")
    assert event["detail"]["reason"] == "seen-in-person"
    told = await desk.rows(
        "SELECT topic, recipient, payload::text FROM outbox WHERE topic = 'departure.effective'"
        " AND payload->>'referral' = $1",
        sent.id,
    )
    assert [one["recipient"] for one in told] == [None]  # the desk


async def test_more_acute_care_counts_at_once_and_open_offers_are_taken_back(
    desk: Desk, people: Professionals
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    made = await people.departed("coordinator", sent.id, kind="seh", urgency="U2")
    assert (made["state"], made["lane"]) == ("effective", "acute")
    now = await shown(desk, sent)
    assert (now["kind"], now["urgency"], now["state"]) == ("seh", "U2", "triaged")
    assert [(one["state"], one["reason"]) for one in now["offers"]] == [
        ("withdrawn", "advice-changed")
    ]
    refused = await desk.reply(offer, "accept")
    assert refused.status_code == 409
    assert (await desk.offer(sent.id, offer["service"])).status_code == 422


async def test_matches_and_offers_follow_other_care_that_counts(
    desk: Desk, people: Professionals
) -> None:
    sent = await desk.refer(fresh("gp-today"))
    assert (await desk.get(f"/api/referrals/{sent.id}/matches"))["matches"] == []
    made = await people.departed("gp", sent.id, kind="nursing-planned")
    assert made["state"] == "effective"
    offer = await desk.offered(sent.id)
    assert (await desk.reply(offer, "accept")).status_code == 200
    now = await shown(desk, sent)
    assert (now["state"], now["kind"]) == ("accepted", "nursing-planned")


async def test_a_lower_urgency_changes_nothing_until_another_professional_agrees(
    desk: Desk, people: Professionals
) -> None:
    sent = await desk.refer(fresh("gp-today"))
    before = await shown(desk, sent)
    made = await people.departed("gp", sent.id, urgency="U5", reason="patient-wish")
    assert (made["state"], made["second"]) == ("proposed", "professional")
    assert await counts(desk, sent) == {name: before[name] for name in COUNTS}
    assert (await item(desk, sent))["departure"] == "proposed"
    agreed = await people.decide("coordinator", made, "confirm")
    assert agreed.status_code == 200, agreed.text
    assert (agreed.json()["state"], agreed.json()["decided_role"]) == ("effective", "coordinator")
    now = await shown(desk, sent)
    assert (now["urgency"], now["kind"], now["lane"]) == ("U5", "gp-today", "non-acute")
    assert now["departures"] == [agreed.json()]
    assert now["advice"] == before["advice"]
    assert now["review_due"] == before["review_due"]
    events = [(one["event"], one["role"]) for one in now["history"]]
    assert events == [("refer", "gp"), ("depart", "gp"), ("confirm-departure", "coordinator")]
    topics = await desk.rows(
        "SELECT topic FROM outbox WHERE payload->>'departure' = $1 ORDER BY created_at", made["id"]
    )
    assert [one["topic"] for one in topics] == ["departure.proposed", "departure.effective"]


@pytest.mark.parametrize("step", ["confirm", "reject"])
async def test_nobody_decides_on_their_own_departure(
    desk: Desk, people: Professionals, step: str
) -> None:
    sent = await desk.refer(fresh("gp-today"))
    made = await people.departed("coordinator:aaltje", sent.id, urgency="U5")
    before = await counts(desk, sent)
    own = await people.decide("coordinator:aaltje", made, step)
    assert problem(own) == (403, "same-person")
    other_role = await people.decide("gp:aaltje", made, step)
    assert problem(other_role) == (403, "same-person")
    assert await counts(desk, sent) == before
    assert (await people.decide("coordinator:berend", made, step)).status_code == 200


async def test_the_database_itself_refuses_who_agrees_with_themselves(
    desk: Desk, people: Professionals
) -> None:
    sent = await desk.refer(fresh("gp-today"))
    made = await people.departed("gp:aaltje", sent.id, urgency="U5")
    for by in ("decided_by", "made_by"):
        with pytest.raises(asyncpg.CheckViolationError, match="by_two"):
            await desk.rows(
                f"UPDATE departure SET state = 'effective', decided_by = {by} WHERE id = $1",
                UUID(made["id"]),
            )


@pytest.mark.parametrize("step", ["confirm", "reject"])
async def test_a_transfer_nurse_proposes_and_does_not_decide(
    desk: Desk, people: Professionals, step: str
) -> None:
    sent = await desk.refer(fresh("gp-today"), "transfer-nurse")
    made = await people.departed("transfer-nurse", sent.id, urgency="U5")
    refused = await people.decide("transfer-nurse:other", made, step)
    assert refused.status_code == 403
    assert (await people.decide("coordinator", made, step)).status_code == 200


@pytest.mark.parametrize("kind", ["seh", "112"])
async def test_where_a_life_may_hang_on_it_a_physician_agrees(
    desk: Desk, people: Professionals, kind: str
) -> None:
    sent = await desk.refer(fresh(kind))
    before = await counts(desk, sent)
    made = await people.departed("coordinator:aaltje", sent.id, urgency="U4", kind="gp-today")
    assert (made["state"], made["second"]) == ("proposed", "physician")
    desk_alone = await people.decide("coordinator:berend", made, "confirm")
    assert problem(desk_alone) == (403, "physician-needed")
    assert await counts(desk, sent) == before
    agreed = await people.decide("gp", made, "confirm")
    assert agreed.status_code == 200, agreed.text
    now = await counts(desk, sent)
    assert (now["urgency"], now["kind"], now["lane"]) == ("U4", "gp-today", "non-acute")


async def test_the_desk_may_reject_what_a_physician_must_agree_to(
    desk: Desk, people: Professionals
) -> None:
    sent = await desk.refer(fresh("seh"))
    made = await people.departed("gp", sent.id, kind="gp-today")
    assert made["second"] == "physician"
    rejected = await people.decide("coordinator", made, "reject", {"reason": "not-safe"})
    assert rejected.status_code == 200
    assert (rejected.json()["state"], rejected.json()["because"]) == ("rejected", "not-safe")
    assert (await shown(desk, sent))["kind"] == "seh"


@pytest.mark.parametrize(
    ("step", "body", "state"),
    [
        ("reject", None, "rejected"),
        ("reject", {}, "rejected"),
        ("reject", {"reason": "advice-fits"}, "rejected"),
        ("withdraw", None, "withdrawn"),
    ],
)
async def test_what_is_rejected_or_withdrawn_changes_nothing_for_good(
    desk: Desk, people: Professionals, step: str, body: Any, state: str
) -> None:
    sent = await desk.refer(fresh("gp-today"))
    before = await counts(desk, sent)
    made = await people.departed("gp", sent.id, urgency="U5")
    who = "gp" if step == "withdraw" else "coordinator"
    assert (await people.decide(who, made, step, body)).json()["state"] == state
    assert await counts(desk, sent) == before
    assert (await item(desk, sent))["departure"] is None
    for again, by in (("confirm", "coordinator"), ("reject", "coordinator"), ("withdraw", "gp")):
        assert problem(await people.decide(by, made, again)) == (409, "departure-decided")
    event = (await shown(desk, sent))["history"][-1]["event"]
    assert event == f"{step}-departure"


async def test_only_who_proposed_it_withdraws(desk: Desk, people: Professionals) -> None:
    sent = await desk.refer(fresh("gp-today"))
    made = await people.departed("gp:aaltje", sent.id, urgency="U5")
    assert problem(await people.decide("gp:berend", made, "withdraw")) == (403, "not-yours")
    refused = await people.decide("coordinator", made, "reject", {"reason": "because"})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["path"] == "reason"


async def test_who_may_not_see_the_referral_finds_nothing(
    desk: Desk, people: Professionals
) -> None:
    sent = await desk.refer(fresh("gp-today"))
    made = await people.departed("gp", sent.id, urgency="U5")
    strange = people.elsewhere("gp")
    path = f"/api/referrals/{sent.id}/departures"
    body = {"reason": "seen-in-person", "urgency": "U1"}
    assert (await people.ask("gp", path, body, organisation=strange)).status_code == 404
    away = frozenset({"nowhere"})
    assert (await people.ask("coordinator", path, body, subregions=away)).status_code == 404
    for step in ("confirm", "reject", "withdraw"):
        path = f"/api/departures/{made['id']}/{step}"
        unknown = await people.ask("coordinator", f"/api/departures/{NOBODY}/{step}")
        for hidden in (
            await people.ask("gp", path, organisation=strange),
            await people.ask("coordinator", path, subregions=away),
        ):
            assert problem(hidden) == (404, "not-found")
            assert hidden.json()["detail"] == unknown.json()["detail"]
        assert (await people.ask("provider", path)).status_code == 403
    assert (await shown(desk, sent))["departures"] == [made]


async def test_of_two_who_agree_at_once_one_does(desk: Desk, people: Professionals) -> None:
    for _ in range(5):
        sent = await desk.refer(fresh("gp-today"))
        made = await people.departed("gp", sent.id, urgency="U5")
        both = await asyncio.gather(
            people.decide("coordinator:aaltje", made, "confirm"),
            people.decide("coordinator:berend", made, "confirm"),
            people.decide("coordinator:geesje", made, "reject"),
        )
        assert sorted(one.status_code for one in both) == [200, 409, 409]
        history = [one["event"] for one in (await shown(desk, sent))["history"]]
        assert len(history) == 3


async def test_a_proposal_lapses_with_the_advice_that_it_was_about(
    desk: Desk, people: Professionals
) -> None:
    sent = await desk.refer(fresh("gp-today"))
    made = await people.departed("gp", sent.id, urgency="U5")
    advice = await answer(desk, sent, yes_or_no("red-flag.chest-pain", value=True))
    assert problem(await people.decide("coordinator", made, "confirm")) == (409, "departure-lapsed")
    now = await shown(desk, sent)
    assert (now["urgency"], now["kind"]) == (advice["urgency"], advice["kind"])
    lapsed = now["departures"][0]
    assert (lapsed["state"], lapsed["because"]) == ("lapsed", "advice-changed")
    assert lapsed["ended"] is not None
    assert {"answer", "lapse-departure"} <= {one["event"] for one in now["history"]}


async def test_agreeing_and_new_facts_at_once_end_in_the_more_urgent(
    desk: Desk, people: Professionals
) -> None:
    for _ in range(5):
        sent = await desk.refer(fresh("gp-today"))
        made = await people.departed("gp", sent.id, urgency="U5")
        agreed, advice = await asyncio.gather(
            people.decide("coordinator", made, "confirm"),
            answer(desk, sent, yes_or_no("red-flag.chest-pain", value=True)),
        )
        assert agreed.status_code in {200, 409}
        now = await shown(desk, sent)
        assert (now["urgency"], now["kind"]) == (advice["urgency"], advice["kind"])
        assert now["departures"][0]["state"] == "lapsed"


async def test_what_counts_lapses_when_new_facts_make_it_more_urgent(
    desk: Desk, people: Professionals
) -> None:
    sent = await desk.refer(fresh("gp-today"))
    made = await people.departed("gp", sent.id, urgency="U5")
    assert (await people.decide("coordinator", made, "confirm")).status_code == 200
    advice = await answer(desk, sent, yes_or_no("red-flag.chest-pain", value=True))
    now = await shown(desk, sent)
    assert now["departures"][0]["state"] == "lapsed"
    assert {name: now[name] for name in ("urgency", "lane", "kind")} == {
        name: advice[name] for name in ("urgency", "lane", "kind")
    }


async def test_what_counts_goes_on_counting_while_the_advice_is_the_same(
    desk: Desk, people: Professionals
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    advised = await shown(desk, sent)
    made = await people.departed("gp", sent.id, urgency="U5", kind="nursing-planned")
    assert (await people.decide("coordinator", made, "confirm")).status_code == 200
    before = await counts(desk, sent)
    advice = await answer(desk, sent, yes_or_no("isolation", value=True))
    assert (advice["urgency"], advice["kind"]) == (advised["urgency"], advised["kind"])
    now = await shown(desk, sent)
    assert {name: now[name] for name in COUNTS} == before
    assert (now["urgency"], now["kind"]) == ("U5", "nursing-planned")
    assert now["departures"][0]["state"] == "effective"
    assert now["advice"]["urgency"] == advised["urgency"]


async def test_nobody_leaves_acute_care_because_other_facts_came_in(
    desk: Desk, people: Professionals
) -> None:
    sent = await desk.refer(fresh("nursing-planned"))
    await people.departed("gp", sent.id, kind="seh", urgency="U2")
    advice = await answer(desk, sent, yes_or_no("specialist-needed", value=False),
                          yes_or_no("fall-risk", value=True))  # fmt: skip
    now = await shown(desk, sent)
    assert (now["urgency"], now["kind"], now["lane"]) == ("U2", "seh", "acute")
    advice = await answer(desk, sent, yes_or_no("red-flag.stroke", value=True))
    now = await shown(desk, sent)
    assert (now["urgency"], now["kind"]) == (advice["urgency"], advice["kind"])
    assert now["departures"][0]["state"] == "lapsed"


async def test_who_was_sent_to_more_acute_care_stays_there_and_gets_the_higher_urgency(
    desk: Desk, people: Professionals
) -> None:
    sent = await desk.refer(fresh("nursing-planned"))
    await people.departed("gp", sent.id, kind="112", urgency="U3")
    advice = await answer(desk, sent, yes_or_no("red-flag.abdomen", value=True))
    assert advice["urgency"] < "U3"
    now = await shown(desk, sent)
    assert (now["urgency"], now["kind"]) == (advice["urgency"], "112")
    need = msgspec.json.decode(
        await desk.value("SELECT need::text FROM referral WHERE id = $1", UUID(sent.id))
    )
    assert (need["urgency"], need["kind"]) == (advice["urgency"], "112")


async def test_an_urgency_that_was_raised_stays_when_its_departure_lapses(
    desk: Desk, people: Professionals
) -> None:
    sent = await desk.refer(fresh("gp-today"))
    await people.departed("gp", sent.id, urgency="U2")
    before = await shown(desk, sent)
    planned = {"system": f"{OWN}/physician", "code": "planned"}
    calm = {"linkId": "physician", "answer": [{"valueCoding": planned}]}
    advice = await answer(desk, sent, calm)
    assert advice["kind"] != before["kind"]
    now = await shown(desk, sent)
    assert (now["urgency"], now["kind"]) == ("U2", advice["kind"])
    assert now["departures"][0]["state"] == "lapsed"


async def test_no_departure_leads_to_a_place_while_questions_are_open(
    desk: Desk, people: Professionals
) -> None:
    bundle = fresh("elv-low")
    missing = without_answer(bundle, "red-flags-none")
    sent = await desk.refer(bundle)
    before = await shown(desk, sent)
    assert before["status"] == "provisional"
    kind = "elv-high" if before["kind"] != "elv-high" else "elv-low"
    refused = await people.depart("gp", sent.id, kind=kind)
    assert problem(refused) == (422, "advice-provisional")
    assert refused.json()["errors"][0]["path"] == "kind"
    assert (await shown(desk, sent))["departures"] == []
    assert (await people.depart("gp", sent.id, kind="112", urgency="U1")).status_code == 201
    await answer(desk, sent, missing)


@pytest.mark.parametrize(
    ("body", "element"),
    [
        ({}, "urgency"),
        ({"urgency": "U9"}, "urgency"),
        ({"urgency": "u3"}, "urgency"),
        ({"kind": "spa"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"kind": "seh", "reason": "because"}, "reason"),
        ({"kind": "seh", "reason": ""}, "reason"),
        ({"kind": "seh", "reason": "other"}, "explanation"),
        ({"kind": "seh", "reason": "other", "explanation": " \n "}, "explanation"),
        ({"kind": "seh", "explanation": "x" * 501}, "explanation"),
        ({"kind": "gp-today"}, "kind"),
        ({"urgency": "as-now"}, "urgency"),
    ],
)
async def test_a_departure_that_is_none_is_refused_by_its_element(
    desk: Desk, people: Professionals, body: dict[str, Any], element: str
) -> None:
    sent = await desk.refer(fresh("gp-today"))
    before = await counts(desk, sent)
    if body.get("urgency") == "as-now":
        body = {"urgency": before["urgency"]}
    refused = await people.depart("gp", sent.id, **body)
    assert refused.status_code == 422, refused.text
    assert [one["path"] for one in refused.json()["errors"]] == [element]
    assert await counts(desk, sent) == before
    assert (await shown(desk, sent))["departures"] == []


@pytest.mark.parametrize(
    "body",
    [b"{", b"[]", {"reason": 5}, {"kind": "seh"}, {"reason": "other", "kind": 112},
     {"reason": "patient-wish", "kind": "seh", "by": "me"}],
)  # fmt: skip
async def test_a_departure_that_can_not_be_read_is_refused(
    desk: Desk, people: Professionals, body: Any
) -> None:
    sent = await desk.refer(fresh("gp-today"))
    refused = await people.ask("gp", f"/api/referrals/{sent.id}/departures", body)
    assert refused.status_code == 400


async def test_one_proposal_waits_at_a_time_and_what_is_more_acute_replaces_it(
    desk: Desk, people: Professionals
) -> None:
    sent = await desk.refer(fresh("gp-today"))
    first = await people.departed("gp", sent.id, urgency="U5")
    assert problem(await people.depart("coordinator", sent.id, urgency="U5")) == (
        409, "departure-open",
    )  # fmt: skip
    raised = await people.departed("coordinator", sent.id, urgency="U2")
    assert raised["state"] == "effective"
    assert problem(await people.decide("gp:other", first, "confirm")) == (409, "departure-lapsed")
    states = [(one["state"], one["because"]) for one in (await shown(desk, sent))["departures"]]
    assert states == [("lapsed", "replaced"), ("effective", None)]


async def test_a_later_departure_takes_over_what_it_does_not_name(
    desk: Desk, people: Professionals
) -> None:
    sent = await desk.refer(fresh("gp-planned"))
    await people.departed("gp", sent.id, urgency="U3")
    later = await people.departed("gp", sent.id, kind="hap")
    assert (later["urgency"], later["kind"]) == ("U3", "hap")
    back = await people.departed("gp", sent.id, kind="gp-planned")
    assert (back["state"], back["second"]) == ("proposed", "professional")
    assert (await counts(desk, sent))["kind"] == "hap"
    states = [one["state"] for one in (await shown(desk, sent))["departures"]]
    assert states == ["lapsed", "effective", "proposed"]
    assert (await people.decide("coordinator", back, "confirm")).status_code == 200
    now = await shown(desk, sent)
    assert [one["state"] for one in now["departures"]] == ["lapsed", "lapsed", "effective"]
    assert (now["kind"], now["urgency"]) == ("gp-planned", "U3")


async def test_what_has_ended_is_departed_from_no_more(desk: Desk, people: Professionals) -> None:
    sent = await desk.refer(fresh("gp-today"))
    made = await people.departed("gp", sent.id, urgency="U5")
    path = f"/api/referrals/{sent.id}/cancel"
    assert (await desk.ask("gp", "POST", path, {"reason": "other"})).status_code == 200
    assert (await people.depart("gp", sent.id, urgency="U1")).status_code == 409
    assert problem(await people.decide("coordinator", made, "confirm")) == (409, "departure-lapsed")
    ended = (await shown(desk, sent))["departures"][0]
    assert (ended["state"], ended["because"]) == ("lapsed", "referral-ended")


async def test_what_was_closed_meanwhile_is_agreed_to_no_more(
    desk: Desk, people: Professionals
) -> None:
    sent = await desk.refer(fresh("gp-today"))
    made = await people.departed("gp", sent.id, urgency="U5")
    await desk.rows("UPDATE referral SET state = 'closed' WHERE id = $1", UUID(sent.id))
    assert problem(await people.decide("coordinator", made, "confirm")) == (409, "conflict")


async def test_who_arrived_has_no_proposal_left(desk: Desk, people: Professionals) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    assert (await desk.reply(offer, "accept")).status_code == 200
    made = await people.departed("gp", sent.id, urgency="U5")
    assert made["state"] == "proposed"
    assert (await desk.reply(offer, "start")).status_code == 200
    assert (await shown(desk, sent))["departures"][0]["because"] == "referral-ended"


async def test_an_explanation_is_sealed_and_in_no_log_or_message(
    desk: Desk, people: Professionals, capfd: pytest.CaptureFixture[str]
) -> None:
    secret = "Trijntje Verzonnen vertelde het mij zelf"
    sent = await desk.refer(fresh("gp-today"))
    made = await people.departed(
        "gp", sent.id, urgency="U5", reason="other", explanation=f"  {secret} "
    )
    assert made["explanation"] == secret
    assert (await shown(desk, sent))["departures"][0]["explanation"] == secret
    stored = await desk.value("SELECT explanation FROM departure WHERE id = $1", UUID(made["id"]))
    assert secret.encode() not in stored
    for table in ("audit", "outbox", "departure"):
        found = await desk.value(
            f"SELECT count(*) FROM {table} t WHERE t::text LIKE $1", f"%{secret}%"
        )
        assert found == 0, table
    said = capfd.readouterr()
    assert secret not in said.out + said.err


async def test_a_provider_sees_what_counts_and_not_why_in_words(
    desk: Desk, people: Professionals
) -> None:
    sent = await desk.refer(fresh("gp-today"))
    await people.departed(
        "gp", sent.id, kind="nursing-planned", reason="other", explanation="Verzonnen uitleg"
    )
    offer = await desk.offered(sent.id)
    assert (await desk.reply(offer, "accept")).status_code == 200
    await people.departed("gp", sent.id, urgency="U5")
    seen = await desk.get(
        f"/api/referrals/{sent.id}", "provider", organisation=offer["organisation"]
    )
    assert [(one["state"], one["explanation"]) for one in seen["departures"]] == [
        ("effective", None)
    ]
    assert "Verzonnen uitleg" not in str(seen)


async def test_no_departure_goes_below_what_another_referral_of_the_person_says(
    desk: Desk, people: Professionals
) -> None:
    person = bsn()
    calm = await desk.refer(fresh("nursing-planned", person))
    urgent = await desk.refer(fresh("gp-today", person))
    highest = (await counts(desk, urgent))["urgency"]
    assert (await counts(desk, calm))["urgency"] == highest < "U5"
    # The calm one can't go below what the urgent one says.
    made = await people.departed("gp", calm.id, urgency="U5")
    assert (await people.decide("coordinator", made, "confirm")).status_code == 200
    assert (await counts(desk, calm))["urgency"] == highest
    # The urgent one can, for it was itself that said so; the other waits for its own decision.
    made = await people.departed("gp", urgent.id, urgency="U5")
    assert (await people.decide("coordinator", made, "confirm")).status_code == 200
    assert (await counts(desk, urgent))["urgency"] == "U5"
    assert (await counts(desk, calm))["urgency"] == highest
    # And it stays so when the person is looked at again.
    await answer(desk, calm, yes_or_no("isolation", value=True))
    assert (await counts(desk, urgent))["urgency"] == "U5"
    # What is raised counts for both again.
    await people.departed("gp", calm.id, urgency="U2")
    assert [(await counts(desk, one))["urgency"] for one in (calm, urgent)] == ["U2", "U2"]


async def test_a_referral_that_another_one_raised_says_what_it_says_by_itself(
    desk: Desk, people: Professionals
) -> None:
    person = bsn()
    calm = await desk.refer(fresh("nursing-planned", person))
    urgent = await desk.refer(fresh("gp-today", person))
    made = await people.departed("gp", urgent.id, urgency="U5")
    assert (await people.decide("coordinator", made, "confirm")).status_code == 200
    assert (await counts(desk, urgent))["urgency"] == "U5"  # the calm one is U4 by it alone
    advice = await answer(desk, calm, yes_or_no("red-flag.stroke", value=True))
    urgencies = [(await counts(desk, each))["urgency"] for each in (calm, urgent)]
    assert urgencies == [advice["urgency"]] * 2


async def test_what_became_grave_meanwhile_takes_a_physician(
    desk: Desk, people: Professionals
) -> None:
    person = bsn()
    sent = await desk.refer(fresh("gp-today", person))
    made = await people.departed("gp", sent.id, urgency="U5")
    assert made["second"] == "professional"
    await desk.refer(fresh("112", person))
    refused = await people.decide("coordinator", made, "confirm")
    assert problem(refused) == (403, "physician-needed")
    assert (await people.decide("gp:other", made, "confirm")).status_code == 200
    assert (await counts(desk, sent))["urgency"] <= "U1"  # the other referral says so


async def test_agreeing_waits_for_what_is_happening_to_another_referral_of_the_person(
    desk: Desk, people: Professionals
) -> None:
    person = bsn()
    one = await desk.refer(fresh("gp-today", person))
    other = await desk.refer(fresh("gp-today", person))
    made = await people.departed("gp", one.id, urgency="U5")
    connection = await asyncpg.connect(desk.url)
    try:
        async with connection.transaction():
            await connection.execute(
                "UPDATE referral SET urgency = 2, own_urgency = 2 WHERE id = $1", UUID(other.id)
            )
            agreeing = asyncio.create_task(people.decide("coordinator", made, "confirm"))
            await asyncio.sleep(0.3)
            assert not agreeing.done()
        assert (await agreeing).status_code == 200
    finally:
        await connection.close()
    assert (await counts(desk, one))["urgency"] == "U2"


async def test_lowering_one_and_raising_another_of_one_person_at_once_loses_nothing(
    desk: Desk, people: Professionals
) -> None:
    for _ in range(5):
        person = bsn()
        one = await desk.refer(fresh("gp-today", person))
        other = await desk.refer(fresh("gp-today", person))
        made = await people.departed("gp", one.id, urgency="U5")
        answers = await asyncio.gather(
            people.decide("coordinator", made, "confirm"),
            people.depart("gp", other.id, urgency="U2"),
            desk.refer(fresh("hap", person)),
        )
        assert answers[0].status_code == 200
        assert answers[1].status_code == 201
        urgencies = [(await counts(desk, each))["urgency"] for each in (one, other)]
        assert urgencies == ["U2", "U2"]


async def test_agreeing_does_not_lead_to_a_place_once_questions_are_open(
    desk: Desk, people: Professionals
) -> None:
    sent = await desk.refer(fresh("gp-today"))
    made = await people.departed("gp", sent.id, kind="nursing-planned", urgency="U5")
    assert made["state"] == "proposed"
    pulse = next(
        one
        for one in resources(fresh("gp-today"), "Observation")
        if one["code"]["coding"][0]["code"] == "8867-4"
    )
    del pulse["subject"]
    pulse["effectiveDateTime"] = datetime.now(UTC).isoformat(timespec="seconds")
    pulse["valueQuantity"]["comparator"] = "<"  # no plain value: unknown
    path = f"/api/referrals/{sent.id}/answers"
    advice = (await desk.ask("gp", "POST", path, pulse)).json()
    assert (advice["status"], advice["kind"]) == ("provisional", "gp-today")
    refused = await people.decide("coordinator", made, "confirm")
    assert problem(refused) == (422, "advice-provisional")
    assert (await counts(desk, sent))["kind"] == "gp-today"
    body = {"fact": "pulse", "value": 72, "role": "gp"}
    answer = await people.ask("gp", f"/api/referrals/{sent.id}/confirmations", body)
    assert answer.json()["status"] == "final"
    assert (await people.decide("coordinator", made, "confirm")).status_code == 200
    assert (await counts(desk, sent))["kind"] == "nursing-planned"
