"""What a Subscription asks to be told of, read after the R4 backport, and shown as it stands.

https://hl7.org/fhir/uv/subscriptions-backport/STU1.1/, https://hl7.org/fhir/R4/subscription.html.
One channel (rest-hook), ids and nothing else, and a few topics, each with a few filters.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import datetime

import msgspec

from fhir.clock import moment
from fhir.outcome import FhirRefused, Issue
from fhir.stamping import parts_of, stamp
from fhir.subscription.topics import BY_CANONICAL, Filters, Topic, read_filters
from fhir.views import View, view

BACKPORT = "http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/"
SHORTEST_HEARTBEAT, LONGEST_HEARTBEAT = 60, 86_400  # seconds
LONGEST_TRY = 10  # seconds; a timeout that is asked must leave room for it
MOST_HEADERS, LONGEST_HEADER = 10, 2_000
MOST_FILTERS = 10

_HEADER = re.compile(r"([!#$%&'*+.^_`|~0-9A-Za-z-]{1,100}): ?([!-~](?:[ -~]*[!-~])?)")
_NOT_THEIRS = frozenset(
    {
        "connection",
        "content-encoding",
        "content-length",
        "content-type",
        "expect",
        "host",
        "idempotency-key",
        "keep-alive",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
        "user-agent",
    }
)
"""Headers that are ours to send, or that would change how the request is read."""


Fault = Callable[[str, str], None]
"""Tells that something is not offered: the element below Subscription, and the cure."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What a Subscription asks.

    Attributes:
        topic: of what.
        filters: only of these.
        on: False: the subscriber wants nothing for now (status ``off``).
        address: where it is told.
        headers: names and values that go along.
        ids: False: not even ids (payload ``empty``).
        heartbeat: seconds between signs of life, or None for none.
        ends: until when, or None.
    """

    topic: Topic
    filters: Filters
    on: bool
    address: str
    headers: tuple[tuple[str, str], ...]
    ids: bool
    heartbeat: int | None
    ends: datetime | None


class _Extension(View, frozen=True):
    url: str
    value_string: str | None = None
    value_code: str | None = None
    value_unsigned_int: int | None = None


class _Beside(View, frozen=True):
    extension: tuple[_Extension, ...] = ()


class _Channel(View, frozen=True):
    type: str | None = None
    endpoint: str | None = None
    payload: str | None = None
    header: tuple[str | None, ...] = ()
    extension: tuple[_Extension, ...] = ()
    beside_payload: _Beside = msgspec.field(default=_Beside(), name="_payload")
    beside_type: _Beside = msgspec.field(default=_Beside(), name="_type")


class _Subscription(View, frozen=True):
    status: str | None = None
    criteria: str | None = None
    beside_criteria: _Beside = msgspec.field(default=_Beside(), name="_criteria")
    end: str | None = None
    channel: _Channel = _Channel()


def address_of(body: bytes) -> str | None:
    """Where a Subscription is told, whatever else is wrong with it."""
    return view(body, _Subscription, "Subscription").channel.endpoint


def read_subscription(body: bytes) -> Wanted:
    """What a Subscription asks, after ``fhir.validation.accept``; its address is not judged here.

    Raises:
        FhirRefused: "unprocessable" with everything that is not offered here, and the cure.
    """
    sent = view(body, _Subscription, "Subscription")
    issues: list[Issue] = []

    def fault(path: str, text: str) -> None:
        where = f"Subscription.{path}"
        issues.append(
            Issue(
                code="not-supported",
                details="subscription-not-offered",
                diagnostics=f"{where}: {text}.",
                expression=(where,),
            )
        )

    if sent.status not in {"requested", "active", "off"}:
        fault("status", "send requested to begin, off to stop; the rest we tell you")
    topic = BY_CANONICAL.get((sent.criteria or "").removesuffix("|1"))
    if topic is None:
        fault("criteria", f"expected the url of a topic: {', '.join(BY_CANONICAL)}")
    channel = sent.channel
    if channel.type != "rest-hook" or channel.beside_type.extension:
        fault("channel.type", "only rest-hook is offered")
    if not channel.endpoint:
        fault("channel.endpoint", "a rest-hook needs the https:// address that is posted to")
    ids = _with_ids(channel, fault)
    headers = tuple(_headers(channel.header, fault))
    heartbeat = _heartbeat(channel.extension, fault)
    filters = tuple(_filters(topic, sent.beside_criteria.extension, fault)) if topic else ()
    if issues or topic is None:
        raise FhirRefused("unprocessable", issues)
    return Wanted(
        topic=topic,
        filters=filters,
        on=sent.status != "off",
        address=channel.endpoint or "",
        headers=headers,
        ids=ids,
        heartbeat=heartbeat,
        ends=moment(sent.end),
    )


def _with_ids(channel: _Channel, fault: Fault) -> bool:
    asked = [
        one.value_code
        for one in channel.beside_payload.extension
        if one.url == BACKPORT + "backport-payload-content"
    ]
    if asked not in (["id-only"], ["empty"]) and (asked or channel.payload):
        fault(
            "channel.payload",
            "say id-only (or empty) in its extension backport-payload-content: a notification"
            " holds ids, and you read the rest here with your own rights",
        )
    media = (channel.payload or "application/fhir+json").partition(";")[0].strip()
    if media not in {"application/fhir+json", "application/json"}:
        fault("channel.payload", "expected application/fhir+json")
    return asked == ["id-only"]


def _headers(lines: tuple[str | None, ...], fault: Fault) -> Iterator[tuple[str, str]]:
    if len(lines) > MOST_HEADERS:
        fault("channel.header", f"at most {MOST_HEADERS} headers")
    seen = set()
    for place, line in enumerate(lines):
        read = _HEADER.fullmatch(line or "") if len(line or "") <= LONGEST_HEADER else None
        name = read[1].lower() if read else ""
        if read is None:
            fault(
                f"channel.header[{place}]",
                "expected one line of ASCII such as Authorization: Bearer ...,"
                f" at most {LONGEST_HEADER} characters",
            )
        elif name in _NOT_THEIRS or name in seen:
            fault(f"channel.header[{place}]", f"{name} can't be set, or stands here already")
        else:
            seen.add(name)
            yield name, read[2]


def _heartbeat(extensions: tuple[_Extension, ...], fault: Fault) -> int | None:
    period = None
    for place, one in enumerate(extensions):
        path = f"channel.extension[{place}]"
        if one.url == BACKPORT + "backport-heartbeat-period":
            period = one.value_unsigned_int
            if period is None or not SHORTEST_HEARTBEAT <= period <= LONGEST_HEARTBEAT:
                fault(path, f"a heartbeat is {SHORTEST_HEARTBEAT} to {LONGEST_HEARTBEAT} seconds")
        elif one.url == BACKPORT + "backport-timeout":
            if (one.value_unsigned_int or 0) < LONGEST_TRY:
                fault(path, f"leave us {LONGEST_TRY} seconds for a try, or leave it out")
        elif one.url != BACKPORT + "backport-max-count":  # one event at a time is never too many
            fault(path, "this extension of a channel is not known here")
    return period


def _filters(
    topic: Topic, extensions: tuple[_Extension, ...], fault: Fault
) -> Iterator[tuple[str, tuple[str, ...]]]:
    if len(extensions) > MOST_FILTERS:
        fault("criteria", f"at most {MOST_FILTERS} filters")
    for place, one in enumerate(extensions):
        known = one.url == BACKPORT + "backport-filter-criteria"
        read = read_filters(topic, one.value_string or "" if known else "")
        if isinstance(read, str):
            fault(f"criteria.extension[{place}]", read)
        else:
            yield from read


def shown(
    body: bytes,
    *,
    identity: str,
    version: int,
    updated: datetime,
    state: str,
    error: str | None,
) -> bytes:
    """A Subscription as it was sent, with its id, version and status of now."""
    sent = parts_of(stamp(body, identity, version, updated))
    sent.pop("error", None)
    ours = {"status": state} | ({"error": error} if state == "error" and error else {})
    return msgspec.json.encode({**sent, **ours})
