"""A picture survives the way out and in; whatever is spoilt on the way is unknown, never normal.

Pictures are generated as a sender would know them, told as resources, and read back. Then one
resource is spoilt, as happens: withdrawn, in another unit, without its value, too old, about
somebody else. The fact that it told must be unknown, with a remark that names it.
"""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from fhir_examples import LOINC, PERSON, answer, at, form, noted, observation, picture
from hypothesis import given
from hypothesis import strategies as st

from fhir.codes import SNOMED
from fhir.form.questionnaire import STANDARD
from fhir.picture.facts import FACT, TOTALS, VITALS, WARNINGS
from fhir.picture.score_codes import SCORES
from triage.picture import FACTS, Picture, link_id
from triage.scores.instruments import INSTRUMENTS, RAW_SCORES
from triage.span import Span

MEASURED = {
    "respiration_rate": ("9279-1", "/min"),
    "oxygen_saturation": ("59408-5", "%"),
    "systolic": ("8480-6", "mm[Hg]"),
    "diastolic": ("8462-4", "mm[Hg]"),
    "pulse": ("8867-4", "/min"),
    "temperature": ("8310-5", "Cel"),
}
AWAKE = {"A": "LA9340-6", "C": "LA6560-2", "V": "LA17108-4", "P": "LA17107-6", "U": "LA9343-0"}
SCORED = {"barthel": "273302005", "snaq": "8881000146104", "cfs": "763264000"}
ASKED = sorted(set(FACTS) - STANDARD)
FLAGS = sorted(WARNINGS)
WEEK = 7 * 24 * 60


def value_of(field: str) -> st.SearchStrategy[Any]:
    """Every value that a fact may have; of a total, one that is complete."""
    fact = FACT[field]
    low, high = fact.low or 0, fact.high or 0
    if fact.codes is not None:
        codes = st.sampled_from(list(fact.codes))
        return st.frozensets(codes, min_size=1) if fact.many else codes
    if fact.holds is bool:
        return st.booleans()
    if fact.holds is float:
        return st.integers(int(low * 4), int(high * 4)).map(lambda quarters: quarters / 4)
    whole = st.integers(int(low), int(high))
    return whole.map(lambda number: Span(number, number)) if fact.holds is Span else whole


@st.composite
def pictures(draw: st.DrawFn) -> dict[str, Any]:
    """Some facts with their values. Warnings are drawn apart, since a yes is rare in life."""
    fields = draw(st.sets(st.sampled_from([f for f in ASKED if f not in WARNINGS]), max_size=25))
    flags = draw(st.sets(st.sampled_from(FLAGS)))
    present = draw(st.sets(st.sampled_from(FLAGS), max_size=1))
    signs = draw(st.sets(st.sampled_from(VITALS)))
    facts = {field: draw(value_of(field)) for field in sorted(fields | signs)}
    return facts | dict.fromkeys(flags, False) | dict.fromkeys(present, True)


def coded(field: str, value: Any) -> dict[str, Any]:
    """The Observation of a vital sign or score."""
    made = observation("67775-7", 1, "1")
    if field in MEASURED:
        return observation(*_unit(field, value))
    del made["valueQuantity"]
    if field == "consciousness":
        concept = {"coding": [{"system": LOINC, "code": AWAKE[value]}]}
        return made | {"valueCodeableConcept": concept}
    if field == "on_oxygen":
        code = {"coding": [{"system": SNOMED, "code": "57485005"}]}
        return made | {"code": code, "valueBoolean": value}
    number = value.low if isinstance(value, Span) else value
    code = {"coding": [{"system": SNOMED, "code": SCORED[field]}]}
    return made | {"code": code, "valueInteger": number}


def _unit(field: str, value: float) -> tuple[str, float, str]:
    code, unit = MEASURED[field]
    return code, value, unit


def answered(field: str, value: Any) -> dict[str, Any]:
    """The item of the form that answers a fact."""
    link = link_id(field)
    if isinstance(value, frozenset):
        items = [answer(link, code)["answer"][0] for code in sorted(value)]
        return {"linkId": link, "answer": items}
    return answer(link, value.low if isinstance(value, Span) else value)


def resources(facts: dict[str, Any], *, by_code: bool = True) -> list[dict[str, Any]]:
    """The resources that tell the facts: by code where there is one, the rest in the form."""
    apart = {field for field in facts if field in VITALS or (by_code and field in SCORED)}
    items = [answered(field, facts[field]) for field in sorted(set(facts) - apart)]
    return [form({}, item=items), *(coded(field, facts[field]) for field in sorted(apart))]


def read(*sent: dict[str, Any]) -> dict[str, Any]:
    seen = picture(*sent)
    return {
        field: getattr(seen, field)
        for field in FACTS
        if field not in {"age", "sex"} and getattr(seen, field) is not None
    }


@given(pictures(), st.booleans())
def test_a_picture_survives_the_mapping(facts: dict[str, Any], by_code: bool) -> None:  # noqa: FBT001 - drawn
    sent = resources(facts, by_code=by_code)
    assert read(*sent) == facts
    origins = picture(*sent).origins
    assert all(origins[field].source and origins[field].observed for field in facts)


@given(pictures(), st.randoms(use_true_random=False))
def test_the_order_of_resources_and_answers_does_not_matter(
    facts: dict[str, Any], order: Any
) -> None:
    sent = resources(facts)
    order.shuffle(sent[0]["item"])
    order.shuffle(sent)
    assert read(*sent) == facts


@given(pictures())
def test_what_was_denied_is_never_present_and_what_was_not_said_never_known(
    facts: dict[str, Any],
) -> None:
    seen = picture(*resources(facts))
    for field in WARNINGS:
        assert getattr(seen, field) is facts.get(field)


Spoil = Callable[[dict[str, Any]], dict[str, Any]]


def _with(**elements: Any) -> Spoil:
    return lambda sent: sent | elements


def _without_value(sent: dict[str, Any]) -> dict[str, Any]:
    return {key: part for key, part in sent.items() if not key.startswith("value")}


def _as_text(sent: dict[str, Any]) -> dict[str, Any]:
    return _without_value(sent) | {"valueString": "normaal"}


def _in_other_unit(sent: dict[str, Any]) -> dict[str, Any]:
    if "valueQuantity" not in sent:
        return _as_text(sent)
    quantity = sent["valueQuantity"] | {"code": "[lb_av]", "unit": "[lb_av]"}
    return sent | {"valueQuantity": quantity}


def _as_inequality(sent: dict[str, Any]) -> dict[str, Any]:
    if "valueQuantity" not in sent:
        return _as_text(sent)
    return sent | {"valueQuantity": sent["valueQuantity"] | {"comparator": ">"}}


def _impossible(sent: dict[str, Any]) -> dict[str, Any]:
    if "valueQuantity" in sent:
        return sent | {"valueQuantity": sent["valueQuantity"] | {"value": 4000}}
    return sent | {"valueInteger": 4000} if "valueInteger" in sent else _as_text(sent)


def _undated(sent: dict[str, Any]) -> dict[str, Any]:
    return {key: part for key, part in sent.items() if key != "effectiveDateTime"}


def _as_range(sent: dict[str, Any]) -> dict[str, Any]:
    return _without_value(sent) | {"valueRange": {"low": {"value": 90}, "high": {"value": 95}}}


CHANGED = [{"url": "https://elders.example/not", "valueBoolean": True}]

SPOILS: dict[str, Spoil] = {
    "a range": _as_range,
    "absent for a reason": _with(dataAbsentReason={"coding": [{"code": "error"}]}),
    "changed in meaning": _with(modifierExtension=CHANGED),
    "entered in error": _with(status="entered-in-error"),
    "cancelled": _with(status="cancelled"),
    "not there yet": _with(status="registered"),
    "about somebody else": _with(subject={"reference": "Patient/other"}),
    "too old": _with(effectiveDateTime=at(-100 * 24 * 60)),
    "of the future": _with(effectiveDateTime=at(100)),
    "undated": _undated,
    "a text": _as_text,
    "another unit": _in_other_unit,
    "an inequality": _as_inequality,
    "impossible": _impossible,
}


@pytest.mark.parametrize("how", SPOILS)
@given(facts=pictures(), extra=st.sampled_from([*VITALS, *SCORED]), data=st.data())
def test_a_spoilt_observation_is_unknown_and_named_and_spoils_nothing_else(
    how: str, facts: dict[str, Any], extra: str, data: st.DataObject
) -> None:
    told = {extra: data.draw(value_of(extra))} | facts
    form_sent, *sent = resources(told)
    fields = sorted(field for field in told if field in VITALS or field in SCORED)
    place = data.draw(st.integers(0, len(fields) - 1))
    sent[place] = SPOILS[how](deepcopy(sent[place]))
    assert read(form_sent, *sent) == {k: v for k, v in told.items() if k != fields[place]}
    assert noted(picture(form_sent, *sent), link_id(fields[place]))


@given(facts=pictures(), extra=st.sampled_from([*VITALS, *SCORED]), data=st.data())
def test_an_observation_without_value_is_unknown(
    facts: dict[str, Any], extra: str, data: st.DataObject
) -> None:
    told = {extra: data.draw(value_of(extra))} | facts
    reason = {"dataAbsentReason": {"coding": [{"code": "not-performed"}]}}
    sent = [
        _without_value(each) | data.draw(st.sampled_from([{}, reason]))
        if each["resourceType"] == "Observation"
        else each
        for each in resources(told)
    ]
    apart = {field for field in told if field in VITALS or field in SCORED}
    assert read(*sent) == {k: v for k, v in told.items() if k not in apart}


WRONG: list[dict[str, Any]] = [
    {"valueString": "nee"},
    {"valueDate": "2026-01-01"},
    {"valueCoding": {"system": "http://elders.example", "code": "U5"}},
    {"valueReference": {"reference": PERSON}},
]


@given(pictures(), st.sampled_from(ASKED), st.sampled_from(WRONG), st.data())
def test_an_answer_that_is_none_is_unknown_and_named_and_spoils_nothing_else(
    facts: dict[str, Any], field: str, wrong: dict[str, Any], data: st.DataObject
) -> None:
    told = {field: data.draw(value_of(field))} | facts
    sent = resources(told, by_code=False)
    item = next(item for item in sent[0]["item"] if item["linkId"] == link_id(field))
    item["answer"] = [wrong]
    assert read(*sent) == {k: v for k, v in told.items() if k != field}
    assert link_id(field) in noted(picture(*sent), link_id(field))


@given(pictures(), st.sampled_from(ASKED), st.data())
def test_an_answer_whose_meaning_is_changed_is_unknown_and_named(
    facts: dict[str, Any], field: str, data: st.DataObject
) -> None:
    told = {field: data.draw(value_of(field))} | facts
    sent = resources(told, by_code=False)
    item = next(item for item in sent[0]["item"] if item["linkId"] == link_id(field))
    item["modifierExtension"] = CHANGED
    assert read(*sent) == {k: v for k, v in told.items() if k != field}
    assert noted(picture(*sent), link_id(field))
    del item["modifierExtension"]
    group = {"linkId": "g", "item": [item], "modifierExtension": CHANGED}
    others = [each for each in sent[0]["item"] if each is not item]
    grouped = [sent[0] | {"item": [group, *others]}, *sent[1:]]
    assert read(*grouped) == {k: v for k, v in told.items() if k != field}
    whole = [sent[0] | {"modifierExtension": CHANGED}, *sent[1:]]
    assert read(*whole) == {k: v for k, v in told.items() if k in VITALS}


@given(pictures(), st.sampled_from(["entered-in-error", "stopped"]))
def test_a_withdrawn_form_leaves_only_what_was_measured(facts: dict[str, Any], status: str) -> None:
    withdrawn, *measured = resources(facts)
    seen = read(withdrawn | {"status": status}, *measured)
    assert seen == {k: v for k, v in facts.items() if k in VITALS or k in SCORED}


@given(pictures())
def test_of_an_old_form_only_what_lasts_is_known(facts: dict[str, Any]) -> None:
    old, *measured = resources(facts, by_code=False)
    seen = read(old | {"authored": at(-WEEK)}, *measured)
    gone = {"four_at", "dos", "no_hospital_confirmed"}
    assert seen == {field: value for field, value in facts.items() if field not in gone}


def test_every_total_with_a_code_of_its_own_is_told_by_it() -> None:
    once = {field for key, field in SCORES.items() if key[0] == SNOMED}
    assert set(SCORED) == once - {"dos", "katz"}  # a shift, and of two polarities
    assert set(TOTALS) == set(INSTRUMENTS) | set(RAW_SCORES)
    assert isinstance(picture(), Picture)
