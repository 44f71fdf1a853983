"""The form asks what has no code; an answer is a fact only when it is one."""

from pathlib import Path
from typing import Any

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire  # noqa: TID251 - the oracle
from fhir_examples import answer, asked, at, form, noted, picture
from hypothesis import given
from hypothesis import strategies as st

from fhir.codes import own_system
from fhir.displays import display
from fhir.form.answers import NO_RED_FLAGS
from fhir.form.instrument_items import ITEM_OF_LINK
from fhir.form.questionnaire import STANDARD, questionnaire_json, sections
from fhir.form.wanted_items import QUESTIONS
from fhir.picture.facts import FACT, WARNINGS
from fhir.validation import validate_resource
from triage.picture import FACTS, FIELD_OF_LINK, RED_FLAGS, Picture, link_id
from triage.span import Span
from triage.urgency import Urgency

DOCS = Path(__file__).parents[3] / "docs" / "questionnaire.md"


def one(link: str, **answered: Any) -> Picture:
    return picture(form({}, item=[{"linkId": link, "answer": [answered]}]))


def test_the_form_asks_every_fact_without_a_standard_code_once() -> None:
    fields = [field for *_, asked_here in sections() for field in asked_here]
    assert sorted(fields) == sorted(set(FACTS) - STANDARD)
    links = {link_id(field) for field in fields}
    assert set(asked()) == links | {NO_RED_FLAGS} | set(ITEM_OF_LINK) | set(QUESTIONS)
    assert links.isdisjoint(ITEM_OF_LINK)
    assert set(QUESTIONS).isdisjoint(links | set(ITEM_OF_LINK))


def test_the_form_is_valid() -> None:
    Questionnaire.model_validate_json(questionnaire_json())
    validate_resource(questionnaire_json())


def test_every_question_and_code_has_two_languages() -> None:
    for item in asked().values():
        assert item["text"]
        assert item["_text"]["extension"][0]["extension"][0]["valueCode"] == "en"
        for option in item.get("answerOption", []):
            assert option["valueCoding"]["display"]


def test_every_link_id_and_code_is_documented() -> None:
    text = DOCS.read_text("utf-8")
    for link, item in asked().items():
        assert f"| `{link}` |" in text
        for option in item.get("answerOption", []):
            assert f"`{option['valueCoding']['code']}`" in text
    for codes in {
        fact.codes for fact in FACT.values() if fact.codes and fact.field not in STANDARD
    }:
        assert own_system(codes) in text
        for code in codes:
            assert f"| `{code}` | {display(code)[0]} | {display(code)[1]} |" in text


@given(st.data())
def test_every_answer_that_the_form_allows_becomes_its_fact(data: st.DataObject) -> None:
    fact = FACT[data.draw(st.sampled_from(sorted(set(FACTS) - STANDARD)))]
    value: Any
    if fact.codes is not None:
        value = data.draw(st.sampled_from(list(fact.codes)))
    elif fact.holds is bool:
        value = data.draw(st.booleans())
    elif fact.holds is float:
        value = data.draw(st.floats(fact.low or 0, fact.high or 0))
    else:
        value = data.draw(st.integers(int(fact.low or 0), int(fact.high or 0)))
    seen = getattr(picture(form({fact.link: value})), fact.field)
    expected = Span(value, value) if fact.holds is Span else value
    assert seen == (frozenset({value}) if fact.many else expected)


@given(st.sampled_from(sorted(set(FACTS) - STANDARD)), st.data())
def test_an_answer_of_another_type_is_unknown_and_named(field: str, data: st.DataObject) -> None:
    fact = FACT[field]
    wrong: list[dict[str, Any]] = [
        {"valueString": "ja"},
        {"valueDate": "2026-01-01"},
        {"valueCoding": {"system": "http://elders.example", "code": "U4"}},
        {"valueReference": {"reference": "Patient/1"}},
    ]
    if fact.holds is bool:
        wrong.append({"valueDecimal": 1})
    else:
        wrong.append({"valueBoolean": True})
    seen = one(fact.link, **data.draw(st.sampled_from(wrong)))
    assert getattr(seen, field) is None
    assert fact.link in noted(seen, fact.link)


@pytest.mark.parametrize(
    ("link", "answered"),
    [
        ("urgency", {"valueCoding": {"code": "U6"}}),
        ("urgency", {"valueCoding": {"system": own_system(Urgency)}}),
        ("hours-per-week", {"valueDecimal": 169}),
        ("hours-per-week", {"valueQuantity": {"value": 5, "code": "h/wk", "comparator": "<"}}),
        ("hours-per-week", {"valueQuantity": {"value": 5, "code": "min"}}),
        ("hours-per-week", {"valueQuantity": {"code": "h/wk"}}),
        ("age", {"valueDecimal": 81.5}),
        ("sex", {"valueCoding": {"code": "unknown"}}),
    ],
)
def test_an_impossible_answer_is_unknown_and_named(link: str, answered: dict[str, Any]) -> None:
    unborn = {"resourceType": "Patient"}
    seen = picture(form({}, item=[{"linkId": link, "answer": [answered]}]), patient=unborn)
    assert getattr(seen, FIELD_OF_LINK[link]) is None
    assert noted(seen, link)


def test_a_code_without_system_and_an_amount_with_unit_are_read() -> None:
    assert one("urgency", valueCoding={"code": "U4"}).urgency is Urgency.U4
    assert one("hours-per-week", valueQuantity={"value": 5.5, "code": "h/wk"}).hours_per_week == 5.5
    assert one("hours-per-week", valueInteger=5).hours_per_week == 5


def test_no_answer_is_unknown_without_a_word() -> None:
    for item in ({"linkId": "danger"}, {"linkId": "danger", "answer": [{"extension": []}]}):
        seen = picture(form({}, item=[item]))
        assert seen.danger is None
        assert not seen.notes


def test_answers_are_found_in_groups_and_below_other_answers() -> None:
    below = {
        "linkId": "x",
        "answer": [{"valueBoolean": True, "item": [answer("danger", value=True)]}],
    }
    seen = picture(form({}, item=[{"linkId": "g", "item": [below, answer("frail", value=False)]}]))
    assert (seen.danger, seen.frail) == (True, False)


def test_unknown_link_ids_are_passed_over() -> None:
    assert picture(form({"favourite-colour": "blue", "origins": True})) == picture(form({}))


def test_a_denied_fact_is_never_present() -> None:
    seen = picture(form({link_id(field): False for field in RED_FLAGS}))
    assert all(getattr(seen, field) is False for field in RED_FLAGS)


@given(
    st.dictionaries(st.sampled_from(RED_FLAGS), st.booleans()), st.sampled_from([True, False, None])
)
def test_a_flag_is_present_or_denied_only_when_said(
    said: dict[str, bool],
    none: bool | None,  # noqa: FBT001 - given by name
) -> None:
    answers = {link_id(field): value for field, value in said.items()}
    if none is not None:
        answers[NO_RED_FLAGS] = none
    seen = picture(form(answers))
    for field in RED_FLAGS:
        expected = said.get(field, False if none else None)
        assert getattr(seen, field) is expected
        contradicted = none is True and said.get(field) is True
        assert ("de vlag telt" in noted(seen, link_id(field))) == contradicted


def test_a_flag_whose_answer_can_not_be_read_is_not_denied() -> None:
    items = [answer(NO_RED_FLAGS, value=True), answer("red-flag.stroke", "misschien")]
    seen = picture(form({}, item=items))
    assert seen.red_flag_stroke is None
    assert seen.red_flag_airway is False


@pytest.mark.parametrize("warning", WARNINGS)
def test_two_answers_that_differ_are_unknown_but_a_warning_counts(warning: str) -> None:
    links = ("danger", link_id(warning))
    seen = picture(form({}, item=[answer(link, v) for link in links for v in (True, False)]))
    assert seen.danger is None
    assert getattr(seen, warning) is True
    assert noted(seen, "danger")
    assert noted(seen, link_id(warning))


@pytest.mark.parametrize("status", ["entered-in-error", "stopped"])
def test_a_withdrawn_form_does_not_count(status: str) -> None:
    seen = picture(form({"danger": True}, status=status))
    assert seen.danger is None
    assert noted(seen, "")


def test_an_unfinished_form_counts_as_far_as_it_goes() -> None:
    seen = picture(form({"danger": True}, status="in-progress"))
    assert seen.danger is True
    assert "nog niet af" in noted(seen, "")


def test_facts_carry_who_said_them_and_when() -> None:
    origin = picture(form({"danger": True, "urgency-role": "nurse"})).origins["danger"]
    assert origin.by == "nurse"
    assert origin.observed is not None
    assert origin.observed.isoformat() == at(-5)


def test_a_form_about_somebody_else_does_not_count() -> None:
    seen = picture(form({"danger": True}, subject={"reference": "Patient/other"}))
    assert seen.danger is None
    assert "subject" in noted(seen, "")


def test_vital_signs_may_be_told_in_the_form_and_grow_old_there_too() -> None:
    assert picture(form({"pulse": 88})).pulse == 88
    assert picture(form({"pulse": 88}, authored=at(-90))).pulse is None
    late = form({"consciousness": "C"})
    assert picture(late).consciousness == "C"


def test_a_wish_that_was_confirmed_too_long_ago_must_be_confirmed_again() -> None:
    wish = {"no-hospital": True, "no-hospital-confirmed": True}
    for hours, confirmed in ((1, True), (23.9, True), (24.1, None), (500, None)):
        seen = picture(form(wish, authored=at(-60 * hours)))
        assert seen.no_hospital is True
        assert seen.no_hospital_confirmed is confirmed
        assert bool(noted(seen, "no-hospital-confirmed")) is (confirmed is None)
