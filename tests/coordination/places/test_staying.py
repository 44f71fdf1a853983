"""What follows a placement: back to the hospital, returning, and the end of a stay."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from desk import Desk, Sent, fresh

from coordination.app import Service
from coordination.db import offers
from coordination.places import staying

pytest_plugins = ["desk_fixture"]


async def state(desk: Desk, referral: str) -> str:
    return str((await desk.get(f"/api/referrals/{referral}"))["state"])


async def stay(desk: Desk) -> tuple[Sent, dict[str, Any]]:
    """Someone who has arrived somewhere."""
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    for step in ("accept", "start"):
        assert (await desk.reply(offer, step)).status_code == 200
    return sent, offer


async def counted_in(desk: Desk, offer: dict[str, Any]) -> None:
    """The organisation reports after the acceptance: the person is in its figures."""
    name = offer["service"]
    await desk.rows(
        "UPDATE capacity SET used = used + reserved, reserved = 0, as_of = clock_timestamp(),"
        " version = version + 1 WHERE service_id = $1::text::uuid",
        name,
    )


async def give_up(service: Service, offer: dict[str, Any]) -> None:
    """What the clock does with a bed that was kept."""
    identity = UUID(offer["id"])
    await service.parts.database.transact(lambda tx: staying.give_up(tx, identity))


async def overdue(desk: Desk, offer: dict[str, Any]) -> None:
    await desk.rows(
        "UPDATE offer SET kept_until = now() - interval '1 s' WHERE id = $1::text::uuid",
        offer["id"],
    )


async def test_a_bed_is_kept_for_who_goes_back_to_the_hospital(desk: Desk) -> None:
    sent, offer = await stay(desk)
    before = await desk.figures(offer["service"])
    away = await desk.reply(offer, "leave", {"to": "hospital"})
    assert away.status_code == 200, away.text
    assert away.json()["state"] == "away"
    kept = datetime.fromisoformat(away.json()["kept_until"]) - datetime.now(UTC)
    assert timedelta(hours=23, minutes=59) < kept <= timedelta(hours=24)
    assert (await desk.reply(offer, "leave", {"to": "hospital"})).json() == away.json()
    assert await desk.figures(offer["service"]) == before
    assert await state(desk, sent.id) == "placed"
    task = await desk.get(f"/fhir/Task/{offer['id']}")
    assert task["status"] == "on-hold"
    own = {"role": "provider", "organisation": offer["organisation"]}
    assert (await desk.get(f"/api/referrals/{sent.id}", **own))["person"] is not None
    listed = await desk.get("/api/offers?state=away", **own)
    assert offer["id"] in {one["id"] for one in listed["items"]}
    found = await desk.get(f"/fhir/Task?patient={sent.id_of('Patient')}", **own)
    assert offer["id"] in {one["resource"]["id"] for one in found["entry"]}

    back = await desk.reply(offer, "return")
    assert (back.json()["state"], back.json()["kept_until"]) == ("completed", None)
    assert await desk.figures(offer["service"]) == before
    assert (await desk.reply(offer, "return")).json() == back.json()
    history = (await desk.get(f"/api/referrals/{sent.id}"))["history"]
    assert [one["event"] for one in history][-2:] == ["leave", "return"]


async def test_a_bed_that_was_kept_long_enough_is_free_again_by_the_clock(
    desk: Desk, service: Service
) -> None:
    sent, offer = await stay(desk)
    before = await desk.figures(offer["service"])
    await desk.reply(offer, "leave", {"to": "hospital"})
    await give_up(service, offer)
    assert await state(desk, sent.id) == "placed", "its time has not passed"
    await overdue(desk, offer)
    database = service.parts.database
    late = await database.transact(lambda tx: offers.kept_too_long(tx, 100))
    done = (await desk.get(f"/api/referrals/{sent.id}"))["state"] == "closed"
    assert done or UUID(offer["id"]) in late
    await give_up(service, offer)
    await give_up(service, offer)
    assert await state(desk, sent.id) == "closed"
    (ended,) = (await desk.get(f"/api/referrals/{sent.id}"))["offers"]
    assert (ended["state"], ended["destination"], ended["reason"]) == (
        "ended",
        "hospital",
        "bed-not-kept",
    )
    assert ended["ended_at"] is not None
    assert (await desk.figures(offer["service"]))["reserved"] == before["reserved"] - 1
    assert (await desk.reply(offer, "return")).status_code == 409
    told = await desk.rows(
        "SELECT recipient::text FROM outbox WHERE topic = 'offer.ended' AND payload->>'offer' = $1",
        offer["id"],
    )
    assert {row["recipient"] for row in told} == {None, offer["organisation"]}


async def test_who_came_back_in_time_keeps_the_bed(desk: Desk, service: Service) -> None:
    sent, offer = await stay(desk)
    await desk.reply(offer, "leave", {"to": "hospital"})
    await desk.reply(offer, "return")
    await give_up(service, offer)
    assert await state(desk, sent.id) == "placed"


async def test_a_stay_ends_with_where_the_person_went(desk: Desk) -> None:
    sent, offer = await stay(desk)
    before = await desk.figures(offer["service"])
    wrong = await desk.reply(offer, "end", {"destination": "moon"})
    assert wrong.status_code == 422
    assert wrong.json()["errors"][0]["path"] == "destination"
    done = await desk.reply(offer, "end", {"destination": "home-with-care"})
    assert done.status_code == 200, done.text
    assert (done.json()["state"], done.json()["destination"]) == ("ended", "home-with-care")
    assert await state(desk, sent.id) == "closed"
    assert (await desk.figures(offer["service"]))["reserved"] == before["reserved"] - 1
    assert (await desk.reply(offer, "end", {"destination": "home"})).json() == done.json()
    task = await desk.get(f"/fhir/Task/{offer['id']}")
    assert (task["status"], task["executionPeriod"].keys()) == ("completed", {"start", "end"})
    assert (await desk.reply(offer, "withdraw", role="coordinator")).status_code == 409


async def test_who_is_in_the_figures_of_the_organisation_stays_there_until_it_reports(
    desk: Desk,
) -> None:
    """A bed that nobody says is free is never shown as free by our guess."""
    _, offer = await stay(desk)
    await counted_in(desk, offer)
    before = await desk.figures(offer["service"])
    assert (await desk.reply(offer, "end", {"destination": "home"})).status_code == 200
    assert await desk.figures(offer["service"]) == before


async def test_a_stay_can_have_ended_a_while_ago_and_not_tomorrow(desk: Desk) -> None:
    _, offer = await stay(desk)
    await desk.rows(
        "UPDATE offer SET accepted_at = now() - interval '2 days' WHERE id = $1::text::uuid",
        offer["id"],
    )
    now = datetime.now(UTC)
    for at in (
        (now + timedelta(hours=1)).isoformat(),
        (now - timedelta(days=3)).isoformat(),
        now.replace(tzinfo=None).isoformat(),
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+12:00",
    ):
        answer = await desk.reply(offer, "end", {"destination": "home", "at": at})
        assert answer.status_code == 422, (at, answer.text)
        assert answer.json()["errors"][0]["path"] == "at"
    at = (now - timedelta(hours=3)).isoformat()
    done = await desk.reply(offer, "end", {"destination": "home", "at": at})
    assert datetime.fromisoformat(done.json()["ended_at"]) == now - timedelta(hours=3)


@pytest.mark.parametrize("step", ["leave", "return", "end"])
async def test_nothing_follows_before_the_person_has_arrived(desk: Desk, step: str) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    bodies: dict[str, Any] = {"leave": {"to": "hospital"}, "end": {"destination": "home"}}
    for before in (None, "accept"):
        if before:
            await desk.reply(offer, before)
        answer = await desk.reply(offer, step, bodies.get(step))
        assert answer.status_code == 409, answer.text
    stranger = await desk.ask(
        "provider", "POST", f"/api/offers/{offer['id']}/{step}", bodies.get(step)
    )
    mine = await desk.value(
        "SELECT organisation_id::text FROM offer WHERE id = $1::text::uuid", offer["id"]
    )
    assert stranger.status_code == (409 if mine == await _first_provider(desk) else 404)


async def _first_provider(desk: Desk) -> str | None:
    """The organisation for which a provider acts where a test names none."""
    seen = await desk.ask("provider", "GET", "/api/offers")
    assert seen.status_code == 200
    found: str | None = await desk.value(
        "SELECT organisation_id::text FROM audit WHERE role = 'provider'"
        " AND action = 'read-offers' ORDER BY id DESC LIMIT 1"
    )
    return found


async def test_nobody_leaves_for_anywhere_but_the_hospital(desk: Desk) -> None:
    _, offer = await stay(desk)
    for body in ({"to": "spain"}, {}, {"to": None}):
        assert (await desk.reply(offer, "leave", body)).status_code == 400
    assert (await desk.reply(offer, "end", {})).status_code == 400
