"""The codes of the workflow are those that the service knows, and each has words."""

from __future__ import annotations

import pytest

from coordination import referral
from coordination.offer_rules import TOPICS
from coordination.permissions import Role
from coordination.web.words import EVENT
from fhir.task import codes
from fhir.task.sets import CODE_SYSTEMS, VALUE_SETS, Codes
from fhir.task.shown import OFFER_STATUS, REFERRAL_STATUS


def test_the_codes_are_those_of_the_service() -> None:
    dutch = {code: words[0] for code, words in codes.DECLINE_REASONS.items()}
    assert dutch == referral.DECLINE_REASONS
    assert {code: words[0] for code, words in codes.CANCEL_REASONS.items()} == (
        referral.CANCEL_REASONS
    )
    assert {code: words[0] for code, words in codes.DESTINATIONS.items()} == (referral.DESTINATIONS)
    assert set(codes.REFERRAL_STATES) == set(referral.State) == set(REFERRAL_STATUS)
    assert set(codes.OFFER_STATES) - {"selected"} == set(referral.OfferState) == set(OFFER_STATUS)
    assert set(codes.ROLES) == set(Role)
    assert set(codes.STEPS) >= {step.value for step in TOPICS}
    assert set(codes.STEPS) == set(EVENT)


@pytest.mark.parametrize("system", CODE_SYSTEMS, ids=lambda one: one.id)
def test_each_code_has_words_in_two_languages(system: Codes) -> None:
    assert system.codes
    for nl, en in (system.title, *system.codes.values()):
        assert nl
        assert en


def test_each_value_set_is_of_codes_that_there_are() -> None:
    known = {one.system: one.codes for one in CODE_SYSTEMS}
    assert len({one.id for one in CODE_SYSTEMS}) == len(CODE_SYSTEMS)
    assert len({one.id for one in VALUE_SETS}) == len(VALUE_SETS)
    assert {one.system for one in VALUE_SETS} == set(known)
    for one in VALUE_SETS:
        assert set(one.codes or ()) <= set(known[one.system])
