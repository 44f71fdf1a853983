"""What a subscriber can be told of, and how to ask for less of it.

SubscriptionTopic is R5; in the R4 backport a topic is known by its url, and documented
(docs/subscriptions.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final
from urllib.parse import parse_qsl

from fhir.codes import NAMESPACE
from fhir.request import STATUS as REQUEST_STATUS
from fhir.search.privacy import tells_number
from fhir.task.steps import STATUSES

MOST_PARAMETERS, MOST_VALUES = 10, 50
_VALUE = re.compile(r"[A-Za-z0-9\-.:/|#%_]{1,300}")


class Topic(StrEnum):
    """What one can be told of."""

    TASK = "task"
    SERVICE_REQUEST = "service-request"
    CAPACITY = "capacity"

    @property
    def canonical(self) -> str:
        """The url by which a Subscription names it."""
        return f"{NAMESPACE}/SubscriptionTopic/{self.value}"


KIND: Final[Mapping[Topic, str]] = {
    Topic.TASK: "Task",
    Topic.SERVICE_REQUEST: "ServiceRequest",
    Topic.CAPACITY: "HealthcareService",
}
"""Of which resource type a topic tells that it changed."""

REFERENCES: Final = frozenset({"owner", "focus", "part-of", "organization"})
FILTERS: Final[Mapping[Topic, frozenset[str]]] = {
    Topic.TASK: frozenset({"_id", "status", "owner", "focus", "part-of"}),
    Topic.SERVICE_REQUEST: frozenset({"_id", "status"}),
    Topic.CAPACITY: frozenset({"_id", "organization", "service-type"}),
}
"""The search parameters of that type by which one can ask for less."""

_STATUSES: Final[Mapping[Topic, frozenset[str]]] = {
    Topic.TASK: frozenset(STATUSES),
    Topic.SERVICE_REQUEST: frozenset({*REQUEST_STATUS.values(), "active"}),
}
BY_CANONICAL: Final = {topic.canonical: topic for topic in Topic}

Filters = tuple[tuple[str, tuple[str, ...]], ...]
"""(parameter, alternatives) of which each must fit."""


def read_filters(topic: Topic, text: str) -> Filters | str:
    """The filters of a text such as ``Task?status=requested,accepted``, or what is wrong with it.

    Args:
        topic: of the subscription.
        text: as sent, URL-encoded as a search.
    """
    kind, offered = KIND[topic], FILTERS[topic]
    example = f"expected {kind}?NAME=VALUE[,VALUE] with a name of {', '.join(sorted(offered))}"
    of, _, query = text.partition("?")
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=MOST_PARAMETERS)
    except ValueError:
        return example
    if of != kind or not pairs:
        return example
    found = []
    for name, value in pairs:
        values = tuple(value.split(","))
        if name not in offered:
            return example
        if len(values) > MOST_VALUES or not all(_offered(each) for each in values):
            return f"{name}: expected 1 to {MOST_VALUES} values, each a code or a reference"
        if name == "status" and (strange := set(values) - _STATUSES[topic]):
            return f"status {', '.join(sorted(strange))} is never that of a {kind} here"
        found.append((name, tuple(_pointed(name, each) for each in values)))
    return tuple(found)


def _offered(value: str) -> bool:
    # Filters are not sealed: no number of a person stands in them.
    return _VALUE.fullmatch(value) is not None and not tells_number(value)


def _pointed(name: str, value: str) -> str:
    """A reference without the server before it; other values as they are."""
    return "/".join(value.rsplit("/", 2)[-2:]) if name in REFERENCES else value


def fits(filters: Filters, facts: Mapping[str, frozenset[str]]) -> bool:
    """Whether an event fits every filter; what is not known of it fits none.

    Args:
        filters: of the subscription.
        facts: by parameter, every way in which its value may be written.
    """
    return all(not facts.get(name, frozenset()).isdisjoint(values) for name, values in filters)
