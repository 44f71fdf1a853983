"""Where a referral fits, as the desk reads it: scores, rings, guarantee beds, and fresh figures."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from desk import Desk, fresh

from capacity.rings import Ring
from capacity.weights import PARTS
from coordination.app import Service as Process
from coordination.db import guarantees
from coordination.db.engine import Transaction
from coordination.demo.region import Region
from triage.need import PLACED_KINDS, Kind

pytest_plugins = ["desk_fixture"]
PROOF = "alleen voor deze proef"


async def found(desk: Desk, referral: str) -> dict[str, Any]:
    answer: dict[str, Any] = await desk.get(f"/api/referrals/{referral}/matches")
    return answer


@pytest.fixture
async def nothing_else(desk: Desk, region: Region) -> AsyncIterator[set[str]]:
    """Every service but the guarantee beds is stopped; gives the ids of those."""
    kept = {one.id for one in region.services if one.guarantee}
    await desk.rows(
        "UPDATE capacity SET stop_reason = $1"
        " WHERE stop_reason IS NULL AND NOT (service_id = ANY($2::uuid[]))",
        PROOF,
        [UUID(one) for one in kept],
    )
    for one in kept:
        await desk.room(one, 1)
    yield kept
    await desk.rows("UPDATE capacity SET stop_reason = NULL WHERE stop_reason = $1", PROOF)
    await desk.rows(
        "UPDATE offer SET state = 'withdrawn' WHERE service_id = ANY($1::uuid[])",
        [UUID(one) for one in kept],
    )
    await desk.rows(
        "UPDATE capacity SET held = 0, reserved = 0 WHERE service_id = ANY($1::uuid[])",
        [UUID(one) for one in kept],
    )


async def test_each_match_has_a_score_with_its_parts_a_ring_and_a_first_moment(desk: Desk) -> None:
    sent = await desk.refer(fresh("elv-high"))
    answer = await found(desk, sent.id)
    assert len(answer["matches"]) > 3
    for one in answer["matches"]:
        assert set(one["parts"]) == set(PARTS)
        assert round(sum(one["parts"].values()), 6) == one["score"] <= 100
        assert one["ring"] in set(Ring)
        assert datetime.fromisoformat(one["start"]).tzinfo
    scores = [one["score"] for one in answer["matches"]]
    assert scores == sorted(scores, reverse=True)
    again = await found(desk, sent.id)
    assert [one["service"] for one in again["matches"]] == [
        one["service"] for one in answer["matches"]
    ]


@pytest.mark.parametrize("kind", sorted(PLACED_KINDS))
async def test_every_scenario_finds_a_place_at_any_hour(desk: Desk, kind: Kind) -> None:
    sent = await desk.refer(fresh(kind))
    assert (await found(desk, sent.id))["matches"]


async def test_every_service_that_is_left_out_says_why_in_two_languages(desk: Desk) -> None:
    sent = await desk.refer(fresh("nursing-unplanned"))
    answer = await found(desk, sent.id)
    reasons = list(itertools.chain(*(one["reasons"] for one in answer["excluded"])))
    assert {"outside-area", "too-slow"} <= {one["code"] for one in reasons}
    assert all(one["text"] and one["text_en"] for one in reasons)


async def test_the_answer_says_how_far_is_looked_and_when_further(desk: Desk) -> None:
    soon = await found(desk, (await desk.refer(fresh("elv-low"))).id)
    assert soon["widest"] in {"neighbouring", "guarantee"}
    assert (soon["widens_at"], soon["beyond"]) == (None, 0)
    calm = await desk.refer(fresh("nursing-planned"))
    later = await found(desk, calm.id)
    assert later["widest"] == "province"
    assert datetime.fromisoformat(later["widens_at"]).tzinfo


async def test_a_bed_that_can_be_made_ready_is_shown_as_such(desk: Desk, region: Region) -> None:
    ready = next(
        one for one in region.services if any(c.kind == "elv-palliative" for c in one.converts)
    )
    await desk.room(ready.id, 2)
    sent = await desk.refer(fresh("elv-palliative"))
    shown = {one["service"]: one for one in (await found(desk, sent.id))["matches"]}
    assert shown[ready.id]["converted"]
    assert sum(one["converted"] for one in shown.values()) < len(shown)


async def test_what_was_reported_a_moment_ago_counts_without_waiting_for_a_notice(
    desk: Desk,
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    best = (await found(desk, sent.id))["matches"][0]["service"]
    held = await desk.value("SELECT used FROM capacity WHERE service_id = $1::text::uuid", best)
    await desk.rows(
        "UPDATE capacity SET used = total - closed WHERE service_id = $1::text::uuid", best
    )
    answer = await found(desk, sent.id)
    assert best not in {one["service"] for one in answer["matches"]}
    (left,) = [one for one in answer["excluded"] if one["service"] == best]
    assert "full" in {reason["code"] for reason in left["reasons"]}
    await desk.rows("UPDATE capacity SET used = $2 WHERE service_id = $1::text::uuid", best, held)


async def test_guarantee_beds_are_kept_as_long_as_there_is_another_place(
    desk: Desk, region: Region
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    answer = await found(desk, sent.id)
    kept = {one.id for one in region.services if one.guarantee}
    assert not kept & {one["service"] for one in answer["matches"]}
    reasons = {
        reason["code"]
        for one in answer["excluded"]
        if one["service"] in kept
        for reason in one["reasons"]
    }
    assert reasons == {"guarantee-kept"}
    refused = await desk.offer(sent.id, next(iter(kept)))
    assert refused.status_code == 409
    assert "guarantee-kept" in {fault["path"] for fault in refused.json()["errors"]}


async def test_a_sub_region_gives_its_guarantee_bed_once_and_the_others_still_theirs(
    desk: Desk, nothing_else: set[str]
) -> None:
    first, second = [await desk.refer(fresh("elv-low")) for _ in range(2)]
    answer = await found(desk, first.id)
    assert {one["service"] for one in answer["matches"]} == nothing_else
    assert {one["ring"] for one in answer["matches"]} == {"guarantee"}
    assert answer["widest"] == "guarantee"
    chosen = answer["matches"][0]
    assert (await desk.offer(first.id, chosen["service"])).status_code == 201
    later = await found(desk, second.id)
    assert {one["service"] for one in later["matches"]} == nothing_else - {chosen["service"]}
    (left,) = [one for one in later["excluded"] if one["service"] == chosen["service"]]
    assert "guarantee-given" in {reason["code"] for reason in left["reasons"]}


async def test_a_guarantee_bed_that_was_declined_was_not_given(
    desk: Desk, nothing_else: set[str], service: Process
) -> None:
    sent = await desk.refer(fresh("elv-low"))
    offer = await desk.offered(sent.id)
    assert offer["service"] in nothing_else
    parts = service.parts

    async def given(tx: Transaction) -> dict[str, datetime]:
        beds = parts.live.supply.register.guarantees
        return await guarantees.last_given(tx, beds, parts.now() - parts.region.guarantee)

    where = parts.live.supply.service(offer["service"])
    assert where
    assert where.subregion in await parts.database.transact(given)
    declined = await desk.reply(offer, "decline", {"reason": "other"})
    assert declined.status_code == 200, declined.text
    assert where.subregion not in await parts.database.transact(given)


async def test_a_look_at_services_that_did_not_change_keeps_what_is_remembered(
    desk: Desk, service: Process, region: Region
) -> None:
    live, other = service.parts.live, region.services[5]
    await live._load()
    before = live.supply
    await live._load()
    assert live.supply.register is before.register
    profile = 'replace(profile::text, \'"name":"\', \'"name":"Nieuw \')::json'
    back = 'replace(profile::text, \'"name":"Nieuw \', \'"name":"\')::json'
    for change, name in ((profile, f"Nieuw {other.name}"), (back, other.name)):
        await desk.rows(f"UPDATE service SET profile = {change} WHERE id = $1", UUID(other.id))
        await live._load()
        newer = live.supply.service(other.id)
        assert newer
        assert newer.name == name
        assert live.supply.register is not before.register
    assert len(live.supply.services) == len(before.services)


async def test_the_demo_writes_visits_and_what_is_expected_to_come_free(
    desk: Desk, region: Region
) -> None:
    """Looked at without the figures that other tests reported."""
    rows = await desk.rows(
        "SELECT c.service_id::text AS service, c.releases::text AS releases,"
        " (SELECT count(*) FROM capacity_slot s WHERE s.service_id = c.service_id) AS slots"
        " FROM capacity c WHERE c.source = 'demo'"
    )
    written = {row["service"]: row for row in rows}
    shown = [one for one in region.counters if one.service in written]
    assert any(one.slots for one in shown)
    assert any(one.releases for one in shown)
    for one in shown:
        assert written[one.service]["slots"] == len(one.slots)
        assert bool(written[one.service]["releases"]) is bool(one.releases)
