"""Every step of a referral as those who follow it see it: Task, version, history, trail, events.

Whoever polls Task and whoever subscribed learns of each step, and nobody of what is not theirs.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote
from uuid import UUID

import msgspec
import pytest
from desk import Sent, form, fresh, without_answer
from subscriber import Subscriber

from coordination.places import placement
from fhir.codes import REASON, TASK_CODE
from fhir.subscription.topics import Topic
from fhir.task.codes import STEPS
from fhir.validation import accept

pytest_plugins = ["subscriber_fixture"]

LEFT_OUT = "red-flags-none"
"""What the form does not tell at first, where a referral waits for information."""
KNOWING = frozenset({"accepted", "completed", "away", "ended"})
"""The states of an offer in which its service knows whom it is for."""


class Row(msgspec.Struct, frozen=True):
    """A step, and what it comes to.

    Attributes:
        do: what is done, and to which offer.
        task: status, businessStatus and statusReason of the coordination Task.
        others: the same of the other Tasks that change, by name.
        trail: what is new in it, as "step of-which-Task by-whom".
        same: whether the coordination Task stays as it is.
    """

    do: str
    task: str
    others: dict[str, str]
    trail: tuple[str, ...]
    same: bool = False


ANOTHER_MOMENT = (
    Row("refer without an answer", "received needs-info", {}, ("refer task gp",)),
    Row("confirm", "received needs-info", {}, ("confirm-fact task gp",)),
    Row("answer", "accepted triaged", {}, ("answer task gp",)),
    Row("offer first", "accepted offered", {"first": "requested requested"},
        ("offer first coordinator",)),
    Row("offer second", "accepted offered", {"second": "requested requested"},
        ("offer second coordinator",)),
    Row("counter first", "accepted offered", {"first": "on-hold countered other-date"},
        ("counter first provider",)),
    Row("agree first", "accepted accepted",
        {"first": "accepted accepted+selected", "second": "cancelled withdrawn not-selected"},
        ("agree first coordinator", "lapse second clock")),
    Row("start first", "completed placed", {"first": "completed completed"},
        ("start first provider",)),
    Row("leave first", "completed placed", {"first": "on-hold away in-hospital"},
        ("leave first provider",)),
    Row("return first", "completed placed", {"first": "completed completed"},
        ("return first provider",)),
    Row("end first", "completed closed", {"first": "completed ended"},
        ("end first provider",)),
)  # fmt: skip
ABORTED_BEFORE = (
    Row("refer", "accepted triaged", {}, ("refer task gp",)),
    Row("offer first", "accepted offered", {"first": "requested requested"},
        ("offer first coordinator",)),
    Row("offer second", "accepted offered", {"second": "requested requested"},
        ("offer second coordinator",)),
    Row("decline second", "accepted offered", {"second": "rejected declined at-capacity"},
        ("decline second provider",)),
    Row("queue first", "accepted waiting", {"first": "on-hold waiting on-waiting-list"},
        ("queue first provider",)),
    Row("accept first", "accepted accepted", {"first": "accepted accepted+selected"},
        ("accept first provider",)),
    Row("abort", "cancelled cancelled patient-refuses",
        {"first": "cancelled withdrawn patient-refuses", "abort": "completed"},
        ("withdraw first gp", "cancel task gp", "abort abort gp")),
)  # fmt: skip
BRIDGED = (
    Row("refer", "accepted triaged", {}, ("refer task gp",)),
    Row("wait", "accepted waiting", {}, ("wait task coordinator",)),
    Row("stop-waiting", "accepted triaged", {}, ("stop-waiting task coordinator",)),
    Row("offer team", "accepted triaged", {"team": "requested requested"},
        ("offer team coordinator",)),
    Row("accept team", "accepted triaged", {"team": "accepted accepted+selected"},
        ("accept team provider",)),
    Row("start team", "accepted triaged", {"team": "completed completed"},
        ("start team provider",)),
    Row("offer first", "accepted offered", {"first": "requested requested"},
        ("offer first coordinator",)),
    Row("accept first", "accepted accepted", {"first": "accepted accepted+selected"},
        ("accept first provider",)),
    Row("start first", "completed placed",
        {"first": "completed completed", "team": "completed ended place-started"},
        ("start first provider", "lapse team clock")),
    Row("abort", "completed placed", {"abort": "requested"}, ("abort abort gp",), same=True),
    Row("decide accepted", "completed placed", {"abort": "accepted"},
        ("decide-abort abort coordinator",), same=True),
    Row("decide failed", "completed placed", {"abort": "failed arrived-already"},
        ("decide-abort abort coordinator",), same=True),
)  # fmt: skip
EXPIRED = (
    Row("refer", "accepted triaged", {}, ("refer task gp",)),
    Row("offer first", "accepted offered", {"first": "requested requested"},
        ("offer first coordinator",)),
    Row("offer second", "accepted offered", {"second": "requested requested"},
        ("offer second coordinator",)),
    Row("expire first", "accepted offered", {"first": "cancelled expired expired"},
        ("expire first clock",)),
    Row("cancel", "cancelled cancelled deceased", {"second": "cancelled withdrawn deceased"},
        ("withdraw second gp", "cancel task gp")),
)  # fmt: skip
TAKEN_BACK = (
    Row("refer", "accepted triaged", {}, ("refer task gp",)),
    Row("offer first", "accepted offered", {"first": "requested requested"},
        ("offer first coordinator",)),
    Row("accept first", "accepted accepted", {"first": "accepted accepted+selected"},
        ("accept first provider",)),
    Row("withdraw first", "accepted triaged", {"first": "cancelled withdrawn withdrawn-by-desk"},
        ("withdraw first coordinator",)),
    Row("offer second", "accepted offered", {"second": "requested requested"},
        ("offer second coordinator",)),
    Row("accept second", "accepted accepted", {"second": "accepted accepted+selected"},
        ("accept second provider",)),
)  # fmt: skip
WAYS = {
    "another moment, back to hospital, home": ANOTHER_MOMENT,
    "aborted before the person arrives": ABORTED_BEFORE,
    "bridged, and aborted too late": BRIDGED,
    "expired, and withdrawn by the referrer": EXPIRED,
    "accepted and taken back": TAKEN_BACK,
}
ELSEWHERE = frozenset(
    {
        "depart", "confirm-departure", "reject-departure", "withdraw-departure", "lapse-departure",
        "find-place", "escalate", "remind", "confirm-proposal",
    }
)  # fmt: skip
"""Steps that move no Task, of which departures, clocks and proposals have their own tests."""


def test_the_ways_take_every_step_that_moves_a_task() -> None:
    taken = {line.partition(" ")[0] for way in WAYS.values() for row in way for line in row.trail}
    assert taken == set(STEPS) - ELSEWHERE


class Followed:
    """A referral on its way, with those who may and may not follow it."""

    def __init__(self, subscriber: Subscriber) -> None:
        self.subscriber = subscriber
        self.desk = subscriber.night.desk
        self.tasks: dict[str, str] = {}
        """Our Tasks by name: task, first, second, team, abort."""
        self.services: dict[str, dict[str, Any]] = {}
        self.offers: dict[str, dict[str, Any]] = {}
        self.left_out: list[dict[str, Any]] = []
        self.shown: dict[str, list[dict[str, Any]]] = {}
        """Every version of each Task that was seen."""
        self.trailed: set[str] = set()

    async def begin(self) -> None:
        """Finds services to ask, and lets everybody subscribe to every Task."""
        desk = self.desk
        other = await desk.refer(fresh("elv-low"))
        found = {one["organisation"]: one for one in await desk.matches(other.id)}
        cancelled = await desk.ask(
            "gp", "POST", f"/api/referrals/{other.id}/cancel", {"reason": "other"}
        )
        assert cancelled.status_code == 200
        first, second, elsewhere, *_ = found.values()
        team = next(one for one in await desk.teams() if one["organisation"] not in found)
        self.services = {"first": first, "second": second, "elsewhere": elsewhere, "team": team}
        await desk.room(team["service"], 40)
        for one in (first, second):
            await desk.room(one["service"], 3)
        while await self.subscriber.once():
            pass
        parties = {"gp": "gp", "nurse": "transfer-nurse", "desk": "coordinator"}
        for name, role in parties.items():
            await self.subscriber.active(self.subscriber.actor(role), Topic.TASK, path=f"/{name}")
        for name, one in self.services.items():
            who = self.subscriber.actor("provider", one["organisation"])
            await self.subscriber.active(who, Topic.TASK, path=f"/{name}")

    async def do(self, what: str) -> None:
        """Does a step of the table."""
        deed, _, of = what.partition(" ")
        desk = self.desk
        if deed == "refer":
            await self._refer(without=bool(of))
        elif deed == "offer":
            await self._offer(of)
        elif deed in {"abort", "decide"}:
            await (self._abort() if deed == "abort" else self._decide(of))
        elif deed == "expire":
            key = UUID(self.tasks[of])
            await desk.rows(
                "UPDATE offer SET expires_at = now() - interval '1 s' WHERE id = $1", key
            )
            self.shown[of][-1] = await self.read(of)  # its time passes, and no version with it
            await self.subscriber.night.database.transact(lambda tx: placement.expire(tx, key))
        elif of:
            bodies = {
                "counter": {"starts_at": (datetime.now(UTC) + timedelta(days=1)).isoformat()},
                "decline": {"reason": "at-capacity"},
                "leave": {"to": "hospital"},
                "end": {"destination": "home"},
            }
            role = "coordinator" if deed in {"agree", "withdraw"} else "provider"
            answer = await desk.reply(self.offers[of], deed, bodies.get(deed), role)
            assert answer.status_code == 200, answer.text
        else:
            await self._of_referral(deed)

    async def _of_referral(self, deed: str) -> None:
        fact = {"fact": "red-flag.chest-pain", "value": False, "role": "gp"}
        path, role, body = {
            "confirm": ("confirmations", "gp", fact),
            "answer": ("answers", "gp", form(*self.left_out)),
            "wait": ("wait", "coordinator", None),
            "stop-waiting": ("stop-waiting", "coordinator", None),
            "cancel": ("cancel", "gp", {"reason": "deceased"}),
        }[deed]
        path = f"/api/referrals/{self.sent.id}/{path}"
        answer = await self.desk.ask(role, "POST", path, body)
        assert answer.status_code == 200, answer.text

    async def _refer(self, *, without: bool) -> None:
        bundle = fresh("elv-low")
        if without:
            self.left_out = [without_answer(bundle, LEFT_OUT)]
        self.sent: Sent = await self.desk.refer(bundle)
        self.tasks["task"] = self.sent.id_of("Task")

    async def _offer(self, name: str) -> None:
        service = self.services[name]
        more = {"purpose": "bridge", "hours_per_week": 5} if name == "team" else {}
        answer = await self.desk.ask(
            "coordinator", "POST", f"/api/referrals/{self.sent.id}/offers",
            {"service": service["service"]} | more,
        )  # fmt: skip
        assert answer.status_code == 201, answer.text
        self.offers[name] = answer.json() | service
        self.tasks[name] = answer.json()["id"]

    async def _abort(self) -> None:
        task = {
            "resourceType": "Task",
            "status": "requested",
            "intent": "order",
            "code": {"coding": [{"system": TASK_CODE, "code": "abort"}]},
            "focus": {"reference": f"Task/{self.tasks['task']}"},
            "reasonCode": {"coding": [{"system": REASON, "code": "patient-refuses"}]},
        }
        answer = await self.desk.ask("gp", "POST", "/fhir/Task", task)
        assert answer.status_code == 201, answer.text
        self.tasks["abort"] = answer.json()["id"]

    async def _decide(self, status: str) -> None:
        task = await self.read("abort")
        why = {"coding": [{"system": REASON, "code": "arrived-already"}]}
        more = {"statusReason": why} if status == "failed" else {}
        answer = await self.desk.ask(
            "coordinator", "PUT", f"/fhir/Task/{task['id']}", task | {"status": status} | more,
            headers={"if-match": f'W/"{task["meta"]["versionId"]}"'},
        )  # fmt: skip
        assert answer.status_code == 200, answer.text

    async def read(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = await self.desk.get(f"/fhir/Task/{self.tasks[name]}")
        return found

    async def history_is_what_was_shown(self, name: str) -> None:
        path = f"/fhir/Task/{self.tasks[name]}/_history"
        versions = [one["resource"] for one in (await self.desk.get(path))["entry"]]
        numbers = [int(one["meta"]["versionId"]) for one in versions]
        assert numbers == [*range(numbers[0], 0, -1)], "newest first, none left out"
        by_number = {one["meta"]["versionId"]: one for one in versions}
        for seen in self.shown[name]:
            assert by_number[seen["meta"]["versionId"]] == seen
        read = await self.desk.get(f"{path}/{numbers[0]}")
        assert read == self.shown[name][-1]
        accept(msgspec.json.encode(read), "Task")

    async def history_of_all_is_what_was_shown(self) -> None:
        """Who follows every Task at once reads the same versions as who follows one."""
        found = await self.desk.get("/fhir/Task/_history?_count=100")
        told = {
            (one["resource"]["id"], one["resource"]["meta"]["versionId"]): one["resource"]
            for one in found["entry"]
        }
        for name, seen in self.shown.items():
            for one in seen:
                assert told[self.tasks[name], one["meta"]["versionId"]] == one

    async def new_in_trail(self) -> list[str]:
        found = await self.desk.get(
            f"/fhir/Provenance?target=ServiceRequest/{self.sent.id}&_count=100"
        )
        names = {f"Task/{identity}": name for name, identity in self.tasks.items()}
        lines = []
        for one in (entry["resource"] for entry in reversed(found["entry"])):
            if one["id"] not in self.trailed:
                self.trailed.add(one["id"])
                step = one["activity"]["coding"][0]["code"]
                (of,) = [names[at["reference"]] for at in one["target"] if "Task/" in str(at)]
                lines.append(f"{step} {of} {one['agent'][0]['role'][0]['coding'][0]['code']}")
        return lines

    async def told(self) -> set[str]:
        """Who was told of which Task since the last time."""
        names = {identity: name for name, identity in self.tasks.items()}
        found = {
            f"{one.path.removeprefix('/in/')} {names[one.focus.rpartition('/')[2]]}"
            for one in await self.subscriber.all()
        }
        self.subscriber.night.receiver.forget()
        return found

    def to_tell(self, changed: set[str]) -> set[str]:
        """Who is to be told: the referrer and the desk of all, a service of what it may know."""
        now = {name: said(seen[-1]).split(" ")[1:2] for name, seen in self.shown.items()}
        knowing = {
            name
            for name in self.offers
            if KNOWING & set("".join(now[name]).split("+"))
        }  # fmt: skip
        of_person = changed & {"task", "abort"}
        return (
            {f"{who} {name}" for who in ("gp", "desk") for name in changed}
            | {f"{name} {name}" for name in changed & self.offers.keys()}
            | {f"{who} {name}" for who in knowing for name in of_person}
        )

    async def polled(self, since: datetime) -> set[str]:
        """What the referrer finds that changed."""
        names = {identity: name for name, identity in self.tasks.items()}
        path = f"/fhir/Task?_lastUpdated=ge{quote(since.isoformat())}&_count=100"
        found = (await self.desk.get(path, "gp")).get("entry", [])
        return {names[one["resource"]["id"]] for one in found}


def said(task: dict[str, Any]) -> str:
    """Status, businessStatus and statusReason of a Task."""

    def codes(element: str) -> str:
        return "+".join(one["code"] for one in task.get(element, {}).get("coding", []))

    return " ".join(filter(None, (task["status"], codes("businessStatus"), codes("statusReason"))))


@pytest.mark.parametrize("way", WAYS, ids=str)
async def test_each_step_is_seen_by_task_by_history_by_trail_and_by_event(
    subscriber: Subscriber, way: str
) -> None:
    followed = Followed(subscriber)
    await followed.begin()
    for row in WAYS[way]:
        since = datetime.now(UTC)
        await followed.do(row.do)
        changed = {*row.others} | (set() if row.same else {"task"})
        for name, state in ({"task": row.task} | row.others).items():
            now = await followed.read(name)
            assert said(now) == state, (row.do, name)
            seen = followed.shown.setdefault(name, [])
            if name in changed:
                before = int(seen[-1]["meta"]["versionId"]) if seen else 0
                assert int(now["meta"]["versionId"]) > before, (row.do, name)
                seen.append(now)
            else:
                assert now == seen[-1], (row.do, name)
            await followed.history_is_what_was_shown(name)
        assert await followed.new_in_trail() == list(row.trail), row.do
        assert await followed.told() == followed.to_tell(changed), row.do
        assert await followed.polled(since) == changed, row.do
    await followed.history_of_all_is_what_was_shown()


async def test_what_comes_back_of_sending_is_what_is_read(subscriber: Subscriber) -> None:
    desk = subscriber.night.desk
    bundle = fresh("elv-low")
    without_answer(bundle, LEFT_OUT)
    whole = {"prefer": "return=representation"}
    first = await desk.ask("gp", "POST", "/fhir", bundle, headers=whole)
    sent = Sent(first)
    offered = fresh("elv-low")
    placed = await desk.refer(offered)
    offer = await desk.offered(placed.id)
    assert (await desk.reply(offer, "accept")).status_code == 200
    for body, of in ((bundle, sent), (offered, placed)):
        again = await desk.ask("gp", "POST", "/fhir", body, headers=whole)
        for answer in (first, again) if of is sent else (again,):
            for one in answer.json()["entry"]:
                resource = one["resource"]
                if resource["resourceType"] in {"Task", "ServiceRequest"}:
                    path = f"/fhir/{resource['resourceType']}/{resource['id']}"
                    read = await desk.ask("gp", "GET", path)
                    assert resource == read.json()
                    assert one["response"]["etag"] == read.headers["etag"]


async def test_who_lost_learns_neither_who_won_nor_who_referred(subscriber: Subscriber) -> None:
    followed = Followed(subscriber)
    await followed.begin()
    for what in ("refer", "offer first", "offer second", "accept first"):
        await followed.do(what)
    lost = followed.services["second"]["organisation"]
    path = f"/fhir/Provenance?target=Task/{followed.tasks['second']}"
    found = await followed.desk.get(path, "provider", organisation=lost)
    steps = [one["resource"] for one in found["entry"]]
    assert [one["activity"]["coding"][0]["code"] for one in steps] == ["lapse", "offer"]
    assert steps[0]["reason"][0]["coding"][0]["code"] == "not-selected"
    won = followed.services["first"]["organisation"]
    assert not {won, followed.sent.id, followed.tasks["task"]} & set(str(steps).split("'"))
    assert won not in str(steps)
    assert "Organization/" not in str(steps)
