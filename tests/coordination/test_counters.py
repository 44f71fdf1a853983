"""Whatever everyone does at once, what is held and reserved is what offers say."""

from __future__ import annotations

import asyncio
from random import Random
from typing import Any

import pytest
from desk import Desk, Sent, bsn, form, fresh, yes_or_no

pytest_plugins = ["desk_fixture"]
FINE = {200, 201, 404, 409, 412, 422}
FIGURES = ("unit", "staffed", "occupied", "closed", "contracted", "committed")

WRONG = """
SELECT c.service_id::text, c.held, c.reserved, c.conflict FROM capacity c
WHERE c.service_id = ANY($1::text[]::uuid[]) AND (
  c.held <> (SELECT COALESCE(sum(o.amount), 0) FROM offer o
    WHERE o.service_id = c.service_id AND o.state = 'requested')
  OR c.reserved <> (SELECT COALESCE(sum(o.amount), 0) FROM offer o
    WHERE o.service_id = c.service_id AND o.state IN ('accepted', 'completed')
      AND o.accepted_at > c.as_of)
  OR c.conflict <> (c.used + c.closed + c.held + c.reserved > c.total))
"""

STATES = """
SELECT r.id::text, r.state, array_agg(o.state ORDER BY o.id) AS offers
FROM referral r LEFT JOIN offer o ON o.referral_id = r.id
WHERE r.id = ANY($1::text[]::uuid[]) GROUP BY r.id
"""

TWICE = """
SELECT person_id FROM offer WHERE state = 'accepted' GROUP BY person_id HAVING count(*) > 1
"""


class Crowd:
    """Everyone at once: each deed is drawn, and any refusal is fine but a fault."""

    def __init__(
        self, desk: Desk, random: Random, sent: list[Sent], services: list[dict[str, Any]]
    ) -> None:
        self.desk = desk
        self.random = random
        self.sent = sent
        self.services = services
        self.offers: list[dict[str, Any]] = []

    async def busy(self, deeds: int) -> None:
        names = ("offer",) * 6 + ("reply",) * 10 + ("expire", "report", "report", "answer")
        for _ in range(deeds):
            # One who cancels or starts ends the game for a person: few do.
            name = "cancel" if self.random.random() < 0.01 else self.random.choice(names)
            await getattr(self, name)()

    async def ask(self, role: str, method: str, path: str, body: Any, **more: Any) -> Any:
        answer = await self.desk.ask(role, method, path, body, **more)
        assert answer.status_code in FINE, (path, answer.text)
        return answer

    @property
    def referral(self) -> str:
        return f"/api/referrals/{self.random.choice(self.sent).id}"

    async def offer(self) -> None:
        service = self.random.choice(self.services)
        body = {"service": service["service"]}
        answer = await self.ask("coordinator", "POST", f"{self.referral}/offers", body)
        if answer.status_code == 201:
            self.offers.append(answer.json() | {"organisation": service["organisation"]})

    async def reply(self) -> None:
        if not self.offers:
            return
        one = self.random.choice(self.offers)
        step = self.random.choice(
            ("accept",) * 4 + ("decline",) * 2 + ("withdraw",) * 3 + ("start",)
        )
        role = "coordinator" if step == "withdraw" else "provider"
        why = {"reason": "other"} if step == "decline" else None
        answer = await self.desk.reply(one, step, why, role)
        assert answer.status_code in FINE, (step, answer.text)

    async def expire(self) -> None:
        if self.offers:
            await self.desk.rows(
                "UPDATE offer SET expires_at = now() WHERE id = $1::text::uuid",
                self.random.choice(self.offers)["id"],
            )

    async def report(self) -> None:
        service = self.random.choice(self.services)
        path = f"/api/capacity/{service['service']}"
        seen = (await self.ask("provider", "GET", path, None)).json()
        body = {name: seen[name] for name in FIGURES if name in seen}
        if self.random.random() < 0.5:  # else as of now: what was accepted before is counted in
            body["as_of"] = seen["as_of"]
        await self.ask(
            "provider",
            "PUT",
            path,
            body,
            organisation=service["organisation"],
            headers={"if-match": f'"{seen["version"]}"'},
        )

    async def answer(self) -> None:
        body = form(yes_or_no("isolation", value=False))
        await self.ask("gp", "POST", f"{self.referral}/answers", body)

    async def cancel(self) -> None:
        await self.ask("gp", "POST", f"{self.referral}/cancel", {"reason": "other"})


def fits(state: str, offers: list[str | None]) -> bool:
    """Whether the state of a referral is what its offers make it."""
    if "completed" in offers:
        return state == "placed"
    if "accepted" in offers:
        return state == "accepted"
    if state == "cancelled":
        return "requested" not in offers
    return state == ("offered" if "requested" in offers else "triaged")


@pytest.mark.parametrize("kind", ["elv-low", "nursing-planned"])
async def test_counters_and_states_agree_when_everyone_was_busy(desk: Desk, kind: str) -> None:
    random = Random(7)
    people = [bsn() for _ in range(20)]
    sent = list(
        await asyncio.gather(*(desk.refer(fresh(kind, random.choice(people))) for _ in range(30)))
    )
    services = (await desk.matches(sent[0].id))[:4]
    names = [one["service"] for one in services]
    for name in names:
        await desk.room(name, 5 if kind == "elv-low" else 80)
    # What other tests did with these figures and offers by hand is no part of this.
    assert [dict(row) for row in await desk.rows(WRONG, names)] == []
    crowd = Crowd(desk, random, sent, services)
    await asyncio.gather(*(crowd.busy(25) for _ in range(12)))
    await asyncio.sleep(1.5)  # what is due has been swept by then
    assert len(crowd.offers) > 20
    assert [dict(row) for row in await desk.rows(WRONG, names)] == []
    rows = await desk.rows(STATES, [one.id for one in sent])
    assert [dict(row) for row in rows if not fits(row["state"], list(row["offers"]))] == []
    assert await desk.rows(TWICE) == []
