"""A version number means one content, before a referral starts, when it does, and afterwards."""

from __future__ import annotations

from typing import Any

import pytest
from desk import Desk, first
from fhir_parts import about, corrected, posted, put, request_of, told

pytest_plugins = ["desk_fixture"]


class Followed:
    """Everything that was ever shown of some resources, by its version."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.shown: dict[tuple[str, str], Any] = {}

    async def look(self, *paths: str) -> None:
        """Reads each as it is now: a number that was seen before has the same content."""
        for path in paths:
            answer = await self.desk.ask("gp", "GET", f"/fhir/{path}")
            assert answer.status_code == 200, answer.text
            now = answer.json()
            assert answer.headers["etag"] == f'W/"{now["meta"]["versionId"]}"'
            known = self.shown.setdefault((path, now["meta"]["versionId"]), now)
            assert known == now, path

    async def again(self) -> None:
        """Reads each version again by its number, by itself and in both histories."""
        for (path, version), was in self.shown.items():
            assert await self.desk.get(f"/fhir/{path}/_history/{version}", "gp") == was, path
        for path in {path for path, _ in self.shown}:
            kind, _, identity = path.partition("/")
            own = (await self.desk.get(f"/fhir/{path}/_history?_count=100", "gp"))["entry"]
            of_type = (await self.desk.get(f"/fhir/{kind}/_history?_count=100", "gp"))["entry"]
            mine = [one for one in of_type if one["resource"]["id"] == identity]
            for entries in (own, mine):
                told_of = [one["resource"]["meta"]["versionId"] for one in entries]
                assert len(set(told_of)) == len(told_of), "no number twice"
                assert [*map(int, told_of)] == sorted(map(int, told_of), reverse=True)
                by_number = dict(zip(told_of, (one["resource"] for one in entries), strict=True))
                for (of, version), was in self.shown.items():
                    if of == path:
                        assert by_number[version] == was


def task_of(bundle: dict[str, Any], patient: str, referral: str) -> dict[str, Any]:
    task = about(first(bundle, "Task"), patient)
    left = {"requester", "owner", "for"}
    return {name: value for name, value in task.items() if name not in left} | {
        "focus": {"reference": f"ServiceRequest/{referral}"}
    }


@pytest.mark.parametrize("drafts", [0, 1, 3])
@pytest.mark.parametrize("notes", [0, 2])
@pytest.mark.parametrize("start", ["request", "task", "new-task"])
async def test_no_number_is_used_twice_however_a_referral_starts(
    desk: Desk, drafts: int, notes: int, start: str
) -> None:
    bundle, patient = await posted(desk)
    seen = Followed(desk)
    intent = {"intent": "proposal" if start == "request" else "order"}
    referral, _ = await told(desk, request_of(bundle, patient, status="draft", **intent))
    request = f"ServiceRequest/{referral}"
    await seen.look(request)
    for _ in range(notes):
        await corrected(desk, "ServiceRequest", referral, note=[{"text": f"{len(seen.shown)}"}])
        await seen.look(request)
    task = ""
    if start != "new-task":
        status = "requested" if start == "request" else "draft"
        identity, _ = await told(desk, task_of(bundle, patient, referral) | {"status": status})
        task = f"Task/{identity}"
        await seen.look(task)
        for _ in range(drafts):
            await corrected(desk, "Task", identity, note=[{"text": f"{len(seen.shown)}"}])
            await seen.look(task)
    if start == "request":
        await corrected(desk, "ServiceRequest", referral, status="active", intent="order")
        (waited,) = (await desk.get(f"/fhir/Task?focus={request}", "gp"))["entry"]
        assert task == f"Task/{waited['resource']['id']}"
    elif start == "task":
        held = await desk.get(f"/fhir/{task}", "gp")
        assert (await put(desk, held | {"status": "requested"})).status_code == 200
    else:
        identity, _ = await told(desk, task_of(bundle, patient, referral))
        task = f"Task/{identity}"
    await seen.look(request, task)
    await seen.again()
    await corrected(desk, "ServiceRequest", referral, note=[{"text": "na het begin"}])
    await seen.look(request, task)
    answer = await desk.ask(
        "gp", "POST", f"/api/referrals/{referral}/cancel", {"reason": "no-longer-needed"}
    )
    assert answer.is_success, answer.text
    await seen.look(request, task)
    await seen.again()
