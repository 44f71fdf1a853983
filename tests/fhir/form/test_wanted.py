"""What is wanted comes from the form, the Patient, the Coverage and the request, or is noted."""

from typing import Any

import msgspec
import pytest
from fhir_examples import NOW, PERSON, form, noted, patient, referral, request
from hypothesis import given
from hypothesis import strategies as st

from fhir.codes import AGB, UCUM, URA, UZOVI
from fhir.form.wanted_items import QUESTIONS, VISITS, Answered
from fhir.new_facts import from_fhir, resources
from fhir.subject import Subject
from triage.decide import decide
from triage.need import NO_VISITS, Need, Shift, Visits, Wish
from triage.need_of import need_of
from triage.outline import outline
from triage.picture import Picture
from triage.protocol import load
from triage.versions import folder_of
from triage.wanted import NOTHING, Wanted, asked_in

OUR_SERVICE = "0197fd00-0000-7000-8000-00000000000a"


def item(link: str, **answered: Any) -> dict[str, Any]:
    return {"linkId": link, "answer": [answered]}


def said(*items: dict[str, Any], **elements: Any) -> dict[str, Any]:
    return form({}, item=list(items), **elements)


def spoken(*languages: tuple[str, bool]) -> dict[str, Any]:
    return patient(
        communication=[
            {
                "language": {"coding": [{"system": "urn:ietf:bcp:47", "code": code}]},
                "preferred": preferred,
            }
            for code, preferred in languages
        ]
    )


def coverage(*numbers: str, **elements: Any) -> dict[str, Any]:
    return {
        "resourceType": "Coverage",
        "status": "active",
        "beneficiary": {"reference": PERSON},
        "payor": [{"identifier": {"system": UZOVI, "value": number}} for number in numbers],
    } | elements


def notes(of: Picture) -> str:
    return " ".join(note.text for note in of.notes)


def test_a_referral_that_asks_nothing_wants_nothing() -> None:
    plain = referral(form({"danger": True}))
    assert plain.wanted == NOTHING
    assert plain.picture == referral(form({"danger": True})).picture


def test_the_form_says_all_that_is_wanted() -> None:
    asked = said(
        item("near-postcode", valueString="7811 AB"),
        item("preferred-service", valueString=OUR_SERVICE),
        item("current-provider", valueString="90009901"),
        item("visits-morning", valueInteger=2),
        item("visits-night", valueInteger=0),
        item("care-level", valueInteger=3),
        item("wish.garden", valueBoolean=True),
        item("wish.pets", valueBoolean=False),
        item("interpreter-language", valueCoding={"code": "tr-TR"}),
    )
    assert referral(asked).wanted == Wanted(
        near_pc4="7811",
        preferred=OUR_SERVICE,
        carer="90009901",
        visits={Shift.MORNING: 2, Shift.NIGHT: 0},
        level=3,
        wishes={Wish.GARDEN: True, Wish.PETS: False},
        language="tr",
    )


@given(st.sampled_from(sorted(QUESTIONS)), st.data())
def test_an_answer_of_another_type_is_left_out_and_named(link: str, data: st.DataObject) -> None:
    fitting = {
        Answered.STRING: "valueString",
        Answered.INTEGER: "valueInteger",
        Answered.BOOLEAN: "valueBoolean",
        Answered.CHOICE: "valueCoding",
    }[QUESTIONS[link].type]
    wrong: dict[str, Any] = {
        "valueString": "twee",
        "valueInteger": 2,
        "valueBoolean": True,
        "valueCoding": {"system": "https://elders.example", "code": "pl"},
        "valueDate": "2026-01-01",
    }
    name = data.draw(st.sampled_from(sorted(wrong.keys() - {fitting})))
    read = referral(said(item(link, **{name: wrong[name]})))
    assert read.wanted == NOTHING
    assert link in noted(read.picture, link)


@pytest.mark.parametrize(
    ("link", "answered"),
    [
        ("visits-evening", {"valueInteger": 13}),
        ("visits-evening", {"valueInteger": -1}),
        ("care-level", {"valueInteger": 1}),
        ("care-level", {"valueInteger": 7}),
        ("near-postcode", {"valueString": "0811"}),
        ("near-postcode", {"valueString": "Emmen"}),
        ("interpreter-language", {"valueCoding": {"code": "Turks"}}),
        ("interpreter-language", {"valueCoding": {"code": "und"}}),
        ("interpreter-language", {"valueCoding": {"system": "urn:ietf:bcp:47"}}),
    ],
)
def test_an_impossible_answer_is_left_out_and_named(link: str, answered: dict[str, Any]) -> None:
    read = referral(said(item(link, **answered)))
    assert read.wanted == NOTHING
    assert link in noted(read.picture, link)


@given(st.sampled_from(sorted(VISITS)), st.integers(-3, 15))
def test_visits_are_counted_from_0_to_12(link: str, count: int) -> None:
    read = referral(said(item(link, valueInteger=count))).wanted
    assert read.visits == ({VISITS[link]: count} if 0 <= count <= 12 else {})


def test_contradicting_answers_are_left_out() -> None:
    read = referral(said(item("care-level", valueInteger=3), item("care-level", valueInteger=4)))
    assert read.wanted.level is None
    assert "tegenstrijdig" in noted(read.picture, "care-level")
    same = referral(said(item("care-level", valueInteger=3), item("care-level", valueInteger=3)))
    assert same.wanted.level == 3


@pytest.mark.parametrize("link", sorted(QUESTIONS))
def test_an_answer_that_an_extension_changes_is_left_out(link: str) -> None:
    changed = {"modifierExtension": [{"url": "https://elders.example/niet", "valueBoolean": True}]}
    given: dict[Answered, dict[str, Any]] = {
        Answered.STRING: {"valueString": "7811"},
        Answered.INTEGER: {"valueInteger": 3},
        Answered.BOOLEAN: {"valueBoolean": True},
        Answered.CHOICE: {"valueCoding": {"code": "pl"}},
    }
    fitting = given[QUESTIONS[link].type]
    assert referral(said(item(link, **fitting))).wanted != NOTHING
    read = referral(said(item(link, **fitting) | changed))
    assert read.wanted == NOTHING
    assert noted(read.picture, link)


@pytest.mark.parametrize(
    "elements",
    [{"status": "entered-in-error"}, {"subject": {"reference": "Patient/other"}}],
)
def test_a_form_that_does_not_count_asks_nothing(elements: dict[str, Any]) -> None:
    asked = said(item("care-level", valueInteger=3), **elements)
    assert referral(asked).wanted == NOTHING


def test_a_later_form_counts_over_an_earlier_one() -> None:
    late = said(item("care-level", valueInteger=4), item("wish.pets", valueBoolean=False))
    early = said(
        item("care-level", valueInteger=3),
        item("wish.pets", valueBoolean=True),
        item("wish.garden", valueBoolean=True),
        authored="2026-11-16T08:00:00Z",
    )
    for order in ((early, late), (late, early)):
        read = referral(*order).wanted
        assert (read.level, read.wishes) == (4, {Wish.PETS: False, Wish.GARDEN: True})


@pytest.mark.parametrize(
    ("languages", "expected"),
    [
        ([("pl", False)], "pl"),
        ([("pl-PL", False)], "pl"),
        ([("pl", False), ("nl", False)], None),
        ([("ar", True), ("nl-NL", False)], None),
        ([("ar", False), ("ti", True)], "ti"),
        ([("nld", False)], None),
        ([("klingon-stad", False)], None),
        ([("und", False), ("so", False)], "so"),
        ([], None),
    ],
)
def test_the_language_is_that_of_someone_without_dutch(
    languages: list[tuple[str, bool]], expected: str | None
) -> None:
    assert referral(patient=spoken(*languages)).wanted.language == expected


def test_the_form_counts_over_the_patient() -> None:
    dutch = said(item("interpreter-language", valueCoding={"code": "nl"}))
    assert referral(dutch, patient=spoken(("pl", False))).wanted.language == "nl"


def test_the_insurer_is_the_payor_by_reference_or_by_identifier() -> None:
    assert referral(coverage("9991")).wanted.insurer == "9991"
    company = {
        "resourceType": "Organization",
        "identifier": [{"system": "urn:oid:2.16.840.1.113883.2.4.6.4", "value": "9992"}],
    }
    full_url = "urn:uuid:00000000-0000-4000-9000-000000000000"
    assert referral(company, coverage(payor=[{"reference": full_url}])).wanted.insurer == "9992"
    own = coverage(payor=[], identifier=[{"system": UZOVI, "value": "9993"}])
    assert referral(own).wanted.insurer == "9993"


@pytest.mark.parametrize(
    "elements", [{"status": "cancelled"}, {"beneficiary": {"reference": "Patient/other"}}]
)
def test_a_coverage_that_is_over_or_somebody_elses_does_not_count(elements: Any) -> None:
    assert referral(coverage("9991", **elements)).wanted.insurer is None


def test_two_insurers_or_a_number_that_is_none_count_as_none_and_are_noted() -> None:
    both = referral(coverage("9991"), coverage("9992"))
    assert both.wanted.insurer is None
    assert "verschillende verzekeraars" in notes(both.picture)
    assert referral(coverage("9991"), coverage("9991")).wanted.insurer == "9991"
    wrong = referral(coverage("99912"))
    assert wrong.wanted.insurer is None
    assert "UZOVI" in notes(wrong.picture)


@pytest.mark.parametrize(
    ("performer", "expected"),
    [
        ({"reference": f"HealthcareService/{OUR_SERVICE}"}, OUR_SERVICE),
        ({"reference": f"Organization/{OUR_SERVICE}"}, OUR_SERVICE),
        ({"identifier": {"system": URA, "value": "90009902"}}, "90009902"),
        ({"identifier": {"system": AGB, "value": "41999902"}}, "41999902"),
        ({"identifier": {"system": "https://elders.example", "value": "41999902"}}, None),
        ({"reference": "Practitioner/1"}, None),
        ({"display": "Het liefst Voorbeeldhof"}, None),
    ],
)
def test_the_performer_is_who_is_preferred(performer: Any, expected: str | None) -> None:
    read = referral(request=request(performer=[performer]))
    assert read.wanted.preferred == expected
    form_first = said(item("preferred-service", valueString="eigen-keus"))
    both = referral(form_first, request=request(performer=[performer]))
    assert both.wanted.preferred == "eigen-keus"


def test_a_performer_that_was_sent_along_is_known_by_its_register_number() -> None:
    team = {"resourceType": "Organization", "identifier": [{"system": URA, "value": "90009903"}]}
    full_url = "urn:uuid:00000000-0000-4000-9000-000000000000"
    read = referral(team, request=request(performer=[{"reference": full_url}]))
    assert read.wanted.preferred == "90009903"


def quantity(value: float, **elements: Any) -> dict[str, Any]:
    said_so = {"value": value, "system": UCUM, "code": "h/wk"} | elements
    return request(quantityQuantity=said_so)


def test_the_hours_of_the_request_count_when_the_form_does_not_say_them() -> None:
    assert referral(request=quantity(6.5)).picture.hours_per_week == 6.5
    told = form({"hours-per-week": 4})
    assert referral(told, request=quantity(6.5)).picture.hours_per_week == 4


@pytest.mark.parametrize(
    "wrong",
    [quantity(169), quantity(-1), quantity(60, code="min/wk"), quantity(6, comparator="<")],
)
def test_an_amount_that_is_no_hours_a_week_is_unknown_and_noted(wrong: Any) -> None:
    read = referral(request=wrong)
    assert read.picture.hours_per_week is None
    assert "ServiceRequest.quantity" in noted(read.picture, "hours-per-week")


def test_new_answers_say_what_is_wanted_too() -> None:
    sent = said(item("care-level", valueInteger=5), item("wish.pets", valueInteger=1))
    del sent["subject"]
    (entry,) = resources(msgspec.json.encode(sent))
    facts, wanted = from_fhir([entry], ["QuestionnaireResponse/1"], Subject(stored="p"), NOW)
    assert wanted == Wanted(level=5)
    assert "wish.pets" in noted(facts, "wish.pets")


def test_what_is_wanted_changes_no_advice() -> None:
    protocol = load(folder_of("2026-12"))
    asked = said(item("near-postcode", valueString="7811"), item("wish.pets", valueBoolean=True))
    plain, wanting = referral(form({"danger": True})), referral(form({"danger": True}), asked)
    assert decide(protocol, plain.picture, NOW) == decide(protocol, wanting.picture, NOW)


ASKED = Wanted(
    near_pc4="7811",
    carer="c",
    insurer="9991",
    language="pl",
    level=3,
    visits={Shift.MORNING: 2, Shift.EVENING: 1},
    wishes={Wish.PETS: True, Wish.GARDEN: False},
    preferred="p",
)


def need(wanted: Wanted) -> Need:
    protocol = load(folder_of("2026-12"))
    picture = referral(form({"danger": True})).picture
    return need_of(protocol, decide(protocol, picture, NOW), picture, wanted=wanted)


def test_the_need_says_what_is_wanted() -> None:
    made = need(ASKED)
    assert (made.near_pc4, made.carer, made.insurer) == ("7811", "c", "9991")
    assert (made.language, made.level, made.preferred) == ("pl", 3, "p")
    assert made.visits == Visits(morning=2, evening=1)
    assert made.wishes == {Wish.PETS}
    bare = need(NOTHING)
    assert (bare.language, bare.level, bare.visits) == (None, 0, NO_VISITS)
    assert need(Wanted(language="nl")).language is None


def test_what_was_asked_before_stays_until_it_is_asked_otherwise() -> None:
    before = asked_in(need(ASKED))
    assert need(NOTHING.over(before)) == need(ASKED)
    later = Wanted(level=5, visits={Shift.MORNING: 0}, wishes={Wish.PETS: False}, language="nl")
    after = need(later.over(before))
    assert (after.level, after.language) == (5, None)
    assert after.visits == Visits(evening=1)
    assert not after.wishes
    assert after.near_pc4 == "7811"


def test_an_outline_tells_neither_insurer_nor_preference_nor_who_cares_now() -> None:
    seen = msgspec.to_builtins(outline(need(ASKED)))
    assert seen["level"] == 3
    assert seen.keys().isdisjoint({"insurer", "preferred", "carer", "near_pc4"})
    assert "9991" not in str(seen)
