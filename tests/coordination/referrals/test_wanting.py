"""What a referral asks beside the facts stands in its need, by our own ids."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from desk import Desk, answers_of, first, form, fresh

from triage.need import Need, Visits, Wish

pytest_plugins = ["desk_fixture"]


def item(link: str, **answered: Any) -> dict[str, Any]:
    return {"linkId": link, "answer": [answered]}


async def need(desk: Desk, referral: str) -> Need:
    text = await desk.value("SELECT need::text FROM referral WHERE id = $1::text::uuid", referral)
    return msgspec.json.decode(text, type=Need)


async def provider(desk: Desk) -> Any:
    (row,) = await desk.rows(
        "SELECT o.id::text AS id, o.ura, o.agb, s.id::text AS service FROM organisation o"
        " JOIN service s ON s.organisation_id = o.id WHERE o.ura IS NOT NULL ORDER BY s.id LIMIT 1"
    )
    return row


async def test_a_referral_is_taken_with_what_it_asks(desk: Desk) -> None:
    known = await provider(desk)
    bundle = fresh("nursing-planned")
    answers_of(bundle).extend(
        [
            item("current-provider", valueString=known["ura"]),
            item("visits-morning", valueInteger=2),
            item("wish.same-faces", valueBoolean=True),
        ]
    )
    performer = {"reference": f"HealthcareService/{known['service']}"}
    first(bundle, "ServiceRequest")["performer"] = [performer]
    made = await need(desk, (await desk.refer(bundle)).id)
    assert (made.carer, made.preferred) == (known["id"], known["service"])
    assert (made.visits, made.wishes) == (Visits(morning=2), frozenset({Wish.SAME_FACES}))


@pytest.mark.parametrize("field", ["id", "ura", "agb"])
async def test_who_gives_care_now_is_known_by_id_or_register_number(desk: Desk, field: str) -> None:
    known = await provider(desk)
    bundle = fresh("nursing-planned")
    number = known[field] or known["ura"]
    answers_of(bundle).append(item("current-provider", valueString=number))
    assert (await need(desk, (await desk.refer(bundle)).id)).carer == known["id"]


async def test_who_is_not_known_and_where_is_not_here_is_said_to_the_sender(desk: Desk) -> None:
    bundle = fresh("elv-low")
    answers_of(bundle).extend(
        [
            item("current-provider", valueString="99999999"),
            item("preferred-service", valueString="0197fd00-0000-7000-8000-00000000000a"),
            item("near-postcode", valueString="1011"),
        ]
    )
    sent = await desk.refer(bundle)
    made = await need(desk, sent.id)
    assert (made.carer, made.preferred, made.near_pc4) == (None, None, None)
    remarks = msgspec.json.encode(sent.answer).decode()
    for link in ("current-provider", "preferred-service", "near-postcode"):
        assert f"“{link}” telt niet mee" in remarks


async def test_new_answers_change_what_is_asked_and_the_rest_stays(desk: Desk) -> None:
    bundle = fresh("nursing-planned")
    answers_of(bundle).extend(
        [item("visits-morning", valueInteger=2), item("care-level", valueInteger=3)]
    )
    sent = await desk.refer(bundle)
    path = f"/api/referrals/{sent.id}/answers"
    more = form(item("visits-evening", valueInteger=1), item("care-level", valueInteger=4))
    answer = await desk.ask("gp", "POST", path, more)
    assert answer.status_code == 200, answer.text
    made = await need(desk, sent.id)
    assert (made.visits, made.level) == (Visits(morning=2, evening=1), 4)
    await desk.ask("gp", "POST", path, form(item("isolation", valueBoolean=False)))
    assert await need(desk, sent.id) == made


async def test_a_patient_who_was_sent_before_keeps_the_language(desk: Desk) -> None:
    bundle = fresh("nursing-planned")
    spoken = {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "pl"}]}}
    first(bundle, "Patient")["communication"] = [spoken]
    sent = await desk.refer(bundle)
    assert (await need(desk, sent.id)).language == "pl"
    again = fresh("nursing-planned")
    mine = next(one for one in again["entry"] if one["resource"]["resourceType"] == "Patient")
    again["entry"].remove(mine)
    text = msgspec.json.encode(again).decode()
    again = msgspec.json.decode(text.replace(mine["fullUrl"], f"Patient/{sent.id_of('Patient')}"))
    assert (await need(desk, (await desk.refer(again)).id)).language == "pl"
