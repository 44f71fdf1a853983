"""Whatever is sent below /fhir is answered: never with a fault of ours, never half stored."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator

import fhirkit
import msgspec
import pytest
from clearing import CLEARED
from conftest import TokenFor
from desk import fresh
from direct import Answer, Direct
from hostile_requests import SECRET, Asked, Pool, real_resources, requests
from hypothesis import HealthCheck, Phase, given, settings
from one_of_each import referral as one_of_each
from subscriber import subscription

from coordination.demo.region import Region
from coordination.settings import Settings
from fhir.subscription.topics import Topic

MINUTE = 38.0  # seconds, and some to set up
HOUR = 3_600.0
AT_ONCE = 150
"""Requests that are drawn together; Hypothesis simplifies what fails among them."""


@pytest.fixture(scope="module")
def direct(settings: Settings, url: str, region: Region, token: TokenFor) -> Iterator[Direct]:
    assert region.services
    tokens: dict[str, str] = {}
    one = Direct(settings, url, lambda role: tokens.setdefault(role, token(role)))
    yield one
    one.close(CLEARED)


@pytest.fixture(scope="module")
def pool(direct: Direct) -> Pool:
    known: dict[str, list[str]] = {"Questionnaire": ["referral"]}
    for bundle in (fresh("elv-low"), fresh("nursing-planned"), one_of_each()):
        sent = Asked(
            role="gp", method="POST", path="/fhir", body=msgspec.json.encode(bundle),
            headers={"content-type": "application/fhir+json"},
        )  # fmt: skip
        answer = direct.ask(sent)
        assert answer.status == 200, answer.body
        for entry in msgspec.json.decode(answer.body)["entry"]:
            kind, identity, *_ = entry["response"]["location"].split("/fhir/")[-1].split("/")
            known.setdefault(kind, []).append(identity)
    follow = subscription(Topic.TASK, "https://ehr.example/hook")
    made = direct.ask(
        Asked(role="gp", method="POST", path="/fhir/Subscription", body=msgspec.json.encode(follow))
    )
    known["Subscription"] = [msgspec.json.decode(made.body)["id"]]
    services = direct.ask(Asked(role="coordinator", method="GET", path="/api/capacity"))
    for one in msgspec.json.decode(services.body)["items"][:3]:
        for kind in ("HealthcareService", "MeasureReport"):
            known.setdefault(kind, []).append(one["service"])
    return Pool(direct.routes("/fhir"), real_resources(), known)


def check(asked: Asked, answer: Answer) -> None:
    """What every answer must be, whatever was asked."""
    assert answer.status < 500, f"{asked}\n{asked.body.decode(errors='replace')[:4_000]}"
    assert SECRET not in answer.body.decode() + str(answer.headers), asked
    if answer.status < 400 or asked.method == "HEAD":
        return
    assert answer.headers["content-type"].startswith("application/fhir+json"), (asked, answer)
    outcome = msgspec.json.decode(answer.body)
    assert outcome["resourceType"] == "OperationOutcome"
    assert [str(one) for one in fhirkit.validate(outcome) if one.severity == "error"] == []
    for issue in outcome["issue"]:
        assert issue["details"]["coding"][0]["code"]
        assert issue["diagnostics"]


def storm(direct: Direct, pool: Pool, seconds: float) -> Counter[int]:
    """Asks for so long; how often each status came back."""
    statuses: Counter[int] = Counter()
    ends = time.monotonic() + seconds

    @settings(
        max_examples=AT_ONCE,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )
    @given(asked=requests(pool))
    def one(asked: Asked) -> None:
        before = direct.written()
        answer = direct.ask(asked)
        statuses[answer.status] += 1
        check(asked, answer)
        if answer.status >= 400 or asked.method in {"GET", "HEAD", "OPTIONS"}:
            assert direct.written() == before, asked

    while time.monotonic() < ends:
        one()
    return statuses


def test_a_minute_of_hostile_requests_finds_no_fault(direct: Direct, pool: Pool) -> None:
    statuses = storm(direct, pool, MINUTE)
    assert statuses[200] + statuses[201] > sum(statuses.values()) / 50, statuses
    assert {400, 404, 422} <= statuses.keys()


@pytest.mark.long
def test_an_hour_of_hostile_requests_finds_no_fault(direct: Direct, pool: Pool) -> None:
    print(storm(direct, pool, HOUR))
