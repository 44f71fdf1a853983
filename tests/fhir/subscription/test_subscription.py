"""A Subscription is read strictly: one channel, ids only, known topics, filters and headers."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.outcome import FhirRefused
from fhir.subscription.asked import BACKPORT, Wanted, read_subscription, shown
from fhir.subscription.topics import FILTERS, KIND, Topic, fits, read_filters
from fhir.validation import accept

ID_ONLY = {"url": f"{BACKPORT}backport-payload-content", "valueCode": "id-only"}


def body(topic: Topic = Topic.TASK, **channel: Any) -> dict[str, Any]:
    return {
        "resourceType": "Subscription",
        "status": "requested",
        "reason": "volgen",
        "criteria": topic.canonical,
        "channel": {
            "type": "rest-hook",
            "endpoint": "https://huis.example/in",
            "payload": "application/fhir+json",
            "_payload": {"extension": [ID_ONLY]},
        }
        | channel,
    }


def read(sent: dict[str, Any]) -> Wanted:
    raw = json.dumps(sent).encode()
    accept(raw, "Subscription")
    return read_subscription(raw)


def faults(sent: dict[str, Any]) -> dict[str, str]:
    with pytest.raises(FhirRefused) as refused:
        read(sent)
    assert refused.value.kind == "unprocessable"
    return {one.expression[0]: one.diagnostics for one in refused.value.issues}


def extended(name: str, **value: Any) -> dict[str, Any]:
    return {"extension": [{"url": BACKPORT + name, **value}]}


def test_what_is_asked_is_read_whole() -> None:
    sent = body(header=["Authorization: Bearer x", "X-One:y"])
    sent["_criteria"] = extended(
        "backport-filter-criteria",
        valueString="Task?status=requested,accepted&owner=https://x.example/HealthcareService/7",
    )
    sent["channel"] |= extended("backport-heartbeat-period", valueUnsignedInt=600)
    sent["end"] = "2030-01-01T12:00:00+01:00"
    assert read(sent) == Wanted(
        topic=Topic.TASK,
        filters=(("status", ("requested", "accepted")), ("owner", ("HealthcareService/7",))),
        on=True,
        address="https://huis.example/in",
        headers=(("authorization", "Bearer x"), ("x-one", "y")),
        ids=True,
        heartbeat=600,
        ends=datetime(2030, 1, 1, 11, 0, tzinfo=UTC),
    )


def test_off_and_empty_and_a_version_of_the_topic_are_understood() -> None:
    sent = body() | {"status": "off", "criteria": Topic.TASK.canonical + "|1"}
    sent["channel"]["_payload"] = extended("backport-payload-content", valueCode="empty")
    assert (read(sent).on, read(sent).ids, read(sent).heartbeat) == (False, False, None)


@pytest.mark.parametrize(
    "line",
    [
        "Host: x",
        "content-length: 3",
        "Idempotency-Key: 1",
        "no colon",
        ": empty",
        "Naïef: x",
        "X: é",
        "X: a\rY: b",
        "X: a\nY: b",
        "X: " + "a" * 3000,
        "X y: z",
    ],
)
def test_a_header_that_would_change_the_request_is_refused_and_not_repeated(line: str) -> None:
    # The validator may refuse it first, as it does what no FHIR string holds.
    raw = json.dumps(body(header=["X-Goed: ja", line])).encode()
    with pytest.raises(FhirRefused) as refused:
        read_subscription(raw)
    (issue,) = refused.value.issues
    assert issue.expression == ("Subscription.channel.header[1]",)
    assert line not in issue.diagnostics


def test_a_header_stands_once_and_there_are_few() -> None:
    assert "Subscription.channel.header[1]" in faults(body(header=["X-A: 1", "x-a: 2"]))
    assert "Subscription.channel.header" in faults(body(header=[f"X-{n}: 1" for n in range(11)]))


@pytest.mark.parametrize(
    ("channel", "where"),
    [
        ({"type": "websocket"}, "channel.type"),
        ({"endpoint": None}, "channel.endpoint"),
        ({"payload": "application/fhir+xml"}, "channel.payload"),
        (
            {"_payload": {"extension": [ID_ONLY | {"valueCode": "full-resource"}]}},
            "channel.payload",
        ),
        ({"_payload": None}, "channel.payload"),
        (extended("backport-heartbeat-period", valueUnsignedInt=59), "channel.extension[0]"),
        (extended("backport-heartbeat-period", valueUnsignedInt=86401), "channel.extension[0]"),
        (extended("backport-timeout", valueUnsignedInt=3), "channel.extension[0]"),
        ({"extension": [{"url": "urn:x", "valueString": "y"}]}, "channel.extension[0]"),
        (
            {"_type": extended("backport-channel-type", valueCoding={"code": "zulip"})},
            "channel.type",
        ),
    ],
)
def test_a_channel_that_is_not_offered_is_refused_with_its_place(
    channel: dict[str, Any], where: str
) -> None:
    sent = body(**channel)
    sent["channel"] = {name: value for name, value in sent["channel"].items() if value is not None}
    assert f"Subscription.{where}" in faults(sent)


def test_what_a_server_of_the_standard_may_be_asked_besides_is_taken() -> None:
    for name, value in (("backport-timeout", 60), ("backport-max-count", 20)):
        kind = "valueUnsignedInt" if name == "backport-timeout" else "valuePositiveInt"
        assert read(body(**extended(name, **{kind: value}))).heartbeat is None


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Task",
        "Task?",
        "ServiceRequest?_id=1",
        "Task?patient=1",
        "Task?status=",
        "Task?status:not=requested",
        "Task?_id=999900018",
        "Task?focus=ServiceRequest/999900018",
        "Task?status=nonsense",
        "Task?owner=" + ",".join("x" * 51),
        "Task?_id=%00",
        "&".join(["Task?_id=1", *["_id=1"] * 20]),
    ],
)
def test_a_filter_that_cannot_be_used_is_refused(text: str) -> None:
    assert isinstance(read_filters(Topic.TASK, text), str)
    sent = body()
    sent["_criteria"] = extended("backport-filter-criteria", valueString=text or "x")
    assert list(faults(sent)) == ["Subscription.criteria.extension[0]"]


@pytest.mark.parametrize("topic", Topic)
def test_each_topic_has_filters_of_its_own_type(topic: Topic) -> None:
    for name in FILTERS[topic]:
        value = "active" if topic is Topic.SERVICE_REQUEST else "requested"
        text = f"{KIND[topic]}?{name}={value if name == 'status' else 'x'}"
        assert isinstance(read_filters(topic, text), tuple)


def test_every_filter_must_fit_and_one_of_its_values() -> None:
    facts = {"status": frozenset({"requested"}), "owner": frozenset({"HealthcareService/7", "7"})}
    assert fits((), facts)
    assert fits((("status", ("accepted", "requested")), ("owner", ("7",))), facts)
    assert not fits((("status", ("requested",)), ("owner", ("8",))), facts)
    assert not fits((("focus", ("ServiceRequest/1",)),), facts), "what is not known fits nothing"


@given(st.text(max_size=200))
def test_no_filter_text_breaks_the_reader(text: str) -> None:
    for topic in Topic:
        assert isinstance(read_filters(topic, text), str | tuple)


def test_it_is_shown_as_sent_but_for_what_is_ours() -> None:
    sent = body() | {
        "error": "of an earlier life",
        "meta": {"versionId": "77", "profile": [f"{BACKPORT}backport-subscription"]},
        "id": "theirs",
    }
    raw = shown(
        json.dumps(sent).encode(),
        identity="our-id",
        version=3,
        updated=datetime(2026, 11, 22, tzinfo=UTC),
        state="error",
        error="HTTP 503",
    )
    accept(raw, "Subscription")
    found = json.loads(raw)
    assert (found["id"], found["status"], found["error"]) == ("our-id", "error", "HTTP 503")
    assert found["meta"]["versionId"] == "3"
    assert found["meta"]["profile"] == [f"{BACKPORT}backport-subscription"]
    assert found["channel"] == sent["channel"]
    well = json.loads(
        shown(
            json.dumps(sent).encode(),
            identity="our-id",
            version=4,
            updated=datetime(2026, 11, 22, tzinfo=UTC),
            state="active",
            error=None,
        )
    )
    assert "error" not in well
