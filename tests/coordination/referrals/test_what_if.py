"""A stored advice is explained by the protocol that made it, or not at all."""

from __future__ import annotations

from datetime import UTC, datetime

import msgspec
import pytest
from desk import answers_of, fresh

from coordination.referrals.what_if import advise, explain_again
from triage.advice import Advice, Status
from triage.decide import decide
from triage.picture import Picture
from triage.versions import current, named, versions

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
PROTOCOL = named(current())
PICTURE = Picture(age=82, red_flag_stroke=False)


def stored(version: str) -> bytes:
    return msgspec.json.encode(decide(named(version), PICTURE, NOW))


@pytest.mark.parametrize("version", versions())
def test_an_advice_is_explained_as_it_was_made(version: str) -> None:
    advice = msgspec.json.decode(stored(version), type=Advice)
    explained = explain_again(stored(version), PICTURE, NOW)
    assert explained is not None
    for field in ("urgency", "kind", "status", "questions", "protocol", "review_due"):
        assert getattr(explained, field) == getattr(advice, field)


def test_a_version_that_is_gone_or_says_otherwise_now_explains_nothing() -> None:
    known = msgspec.json.decode(stored("2026-11"))
    known["protocol"]["fingerprint"] = "0" * 64
    assert explain_again(msgspec.json.encode(known), PICTURE, NOW) is None
    known["protocol"]["version"] = "1999-01"
    assert explain_again(msgspec.json.encode(known), PICTURE, NOW) is None


@pytest.mark.parametrize("link", ["worsening", "gut-feeling", "four-at", "dos", "understood"])
def test_an_answer_in_the_wrong_form_is_asked_again(link: str) -> None:
    """A yes sent as text can't be read; that is no ground to suppose a no."""
    bundle = fresh("nursing-planned")
    items = answers_of(bundle)
    items[:] = [item for item in items if item["linkId"] != link]
    now = datetime.now(UTC)
    without = advise(msgspec.json.encode(bundle), PROTOCOL, now)
    items.append({"linkId": link, "answer": [{"valueString": "ja"}]})
    garbled = advise(msgspec.json.encode(bundle), PROTOCOL, now)
    assert (without.status, garbled.status) == (Status.FINAL, Status.PROVISIONAL)
    assert link in {question.fact for question in garbled.questions}
