"""The guide to subscriptions says what is offered: its example is taken, its topics are all."""

from __future__ import annotations

import re
from pathlib import Path

from fhir.subscription.asked import read_subscription
from fhir.subscription.topics import FILTERS, KIND, Topic
from fhir.validation import accept

GUIDE = (Path(__file__).parents[3] / "docs" / "subscriptions.md").read_text()


def test_the_example_is_taken() -> None:
    (example,) = re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL)
    accept(example.encode(), "Subscription")
    wanted = read_subscription(example.encode())
    assert (wanted.topic, wanted.heartbeat, wanted.ids) == (Topic.TASK, 3600, True)
    assert wanted.filters == (("status", ("requested", "accepted")),)
    assert [name for name, _ in wanted.headers] == ["authorization"]


def test_every_topic_stands_there_with_its_type_and_its_filters() -> None:
    rows = re.findall(
        r"^\| `(\S+/SubscriptionTopic/\S+)` \| .*?a (\w+):.*? \| `(.*?)` \|$", GUIDE, re.MULTILINE
    )
    assert {(url, kind, frozenset(names.split())) for url, kind, names in rows} == {
        (topic.canonical, KIND[topic], FILTERS[topic]) for topic in Topic
    }
