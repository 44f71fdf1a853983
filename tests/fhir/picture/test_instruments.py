"""A total is a range while parts are missing or unclear; it never pretends to be exact."""

from typing import Any

import pytest
from fhir_examples import LOINC, PERSON, at, form, noted, picture
from hypothesis import given
from hypothesis import strategies as st

from fhir.codes import SNOMED
from fhir.form.instrument_items import item_link, item_system, option_code
from fhir.picture.facts import FACT
from fhir.picture.score_codes import ITEMS, SCORES
from triage.picture import Picture, link_id
from triage.scores.instrument import Item, Option, total
from triage.scores.instruments import INSTRUMENTS, RAW_SCORES
from triage.span import Span

BARTHEL, DOS, SNAQ = "273302005", "55681000146102", "8881000146104"
KATZ, CFS = "273531005", "763264000"
DAY = 24 * 60


def score(code: str, value: Any, minutes: float = -30, **elements: Any) -> dict[str, Any]:
    told = {} if value is None else {"valueInteger": value}
    return {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": SNOMED, "code": code}]},
        "subject": {"reference": PERSON},
        "effectiveDateTime": at(minutes),
        **told,
        **elements,
    }


def part(key: tuple[str, str], **value: Any) -> dict[str, Any]:
    return {"code": {"coding": [{"system": key[0], "code": key[1]}]}} | value


def components(field: str, points: dict[str, int]) -> list[dict[str, Any]]:
    found = []
    for key, item in ITEMS.items():
        if item.field == field and item.item in points:
            answers = {own: answer for answer, own in item.points.items()}
            if not answers:
                found.append(part(key, valueInteger=points[item.item]))
                continue
            system, code = answers[points[item.item]]
            coding = {"coding": [{"system": system, "code": code}]}
            found.append(part(key, valueCodeableConcept=coding))
    return found


def answered(field: str, item: Item, option: Option) -> dict[str, Any]:
    coding = {"system": item_system(field), "code": option_code(item, option)}
    return {"linkId": item_link(field, item), "answer": [{"valueCoding": coding}]}


def told(field: str, points: dict[str, int], **also: Any) -> Picture:
    items = [
        answered(field, item, option)
        for item in INSTRUMENTS[field].items
        for option in item.options
        if points.get(item.code) == option.points
    ]
    made = form(also)
    group = {"linkId": link_id(field) + ".items", "item": items}
    return picture(made | {"item": [*made["item"], group]})


def points_of(field: str) -> st.SearchStrategy[dict[str, int]]:
    items = {item.code: st.sampled_from(item.points) for item in INSTRUMENTS[field].items}
    return st.fixed_dictionaries({}, optional=items).filter(bool)


def pressed(span: Span, field: str) -> Span:
    """What a shift of the DOS says of three of them."""
    return Span(span.low, span.high + 26) if field == "dos" else span


@given(st.sampled_from(sorted(INSTRUMENTS)), st.data())
def test_items_of_the_form_give_the_range_that_they_leave(field: str, data: st.DataObject) -> None:
    points = data.draw(points_of(field))
    seen = told(field, points)
    expected = pressed(total(INSTRUMENTS[field], points), field)
    assert getattr(seen, field) == expected
    assert seen.origins[field].observed is not None
    assert bool(noted(seen, link_id(field))) == (field == "dos")


@given(st.sampled_from(["barthel", "snaq", "dos"]), st.data())
def test_items_of_a_zib_give_the_range_that_they_leave(field: str, data: st.DataObject) -> None:
    points = data.draw(points_of(field))
    code = next(key[1] for key, own in SCORES.items() if own == field and key[0] == SNOMED)
    seen = picture(score(code, None, component=components(field, points)))
    assert getattr(seen, field) == pressed(total(INSTRUMENTS[field], points), field)


@given(st.sampled_from(["barthel", "snaq", "four_at", "katz", "isar_hp"]), st.data())
def test_a_total_beside_items_counts_when_they_allow_it(field: str, data: st.DataObject) -> None:
    instrument = INSTRUMENTS[field]
    points = data.draw(points_of(field))
    whole = data.draw(st.integers(instrument.low, instrument.high))
    seen = told(field, points, **{link_id(field): whole})
    parts = total(instrument, points)
    if parts.low <= whole <= parts.high:
        assert getattr(seen, field) == Span(whole, whole)
        assert not noted(seen, link_id(field))
    else:
        assert getattr(seen, field) == Span(min(whole, parts.low), max(whole, parts.high))
        assert "past niet bij" in noted(seen, link_id(field))


def test_a_total_and_items_of_a_zib_that_differ_are_both_kept() -> None:
    everything = {"appetite": 1, "drinks": 1, "weight": 3}
    sent = score(SNAQ, 1, component=components("snaq", everything))
    assert picture(sent).snaq == Span(1, 5)
    assert "past niet bij" in noted(picture(sent), "snaq")


@pytest.mark.parametrize(
    ("code", "value", "field", "expected"),
    [
        (BARTHEL, 14, "barthel", Span(14, 14)),
        (SNAQ, 0, "snaq", Span(0, 0)),
        (CFS, 6, "cfs", 6),
        ("445414007", 4, "cfs", 4),
        (KATZ, 3, "katz", Span(3, 3)),
        (KATZ, 5, "katz", Span(1, 5)),
        (KATZ, 0, "katz", Span(0, 6)),
        (BARTHEL, 21, "barthel", None),
        (BARTHEL, -1, "barthel", None),
        (CFS, 0, "cfs", None),
        (CFS, 10, "cfs", None),
        (KATZ, 24, "katz", None),
        (SNAQ, 8, "snaq", None),
        (DOS, 14, "dos", None),
    ],
)
def test_a_total_is_a_fact_when_it_can_be_one(
    code: str, value: int, field: str, expected: Any
) -> None:
    seen = picture(score(code, value))
    assert getattr(seen, field) == expected
    if expected is None:
        assert "kan niet kloppen" in noted(seen, FACT[field].link)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0, Span(0, 0)), (5, Span(1, 5)), (20, Span(4, 20)), (13, Span(13, 13)), (85, None)],
)
def test_a_barthel_that_may_count_to_a_hundred_is_read_as_either(
    value: int, expected: Span | None
) -> None:
    bare = score(BARTHEL, value) | {"code": {"coding": [{"system": LOINC, "code": "96761-2"}]}}
    assert picture(bare).barthel == expected
    assert bool(noted(picture(bare), "barthel")) == (value not in {0, 13})


def test_a_zib_barthel_counts_to_twenty_also_with_the_other_code() -> None:
    codes = [{"system": LOINC, "code": "96761-2"}, {"system": SNOMED, "code": BARTHEL}]
    assert picture(score(BARTHEL, 15) | {"code": {"coding": codes}}).barthel == Span(15, 15)


@pytest.mark.parametrize(
    "value",
    [
        {"valueQuantity": {"value": 14, "comparator": "<"}},
        {"valueQuantity": {"value": 14, "code": "%"}},
        {"valueQuantity": {"value": 14, "system": "http://elders.example", "code": "1"}},
        {"valueQuantity": {"value": 14.5}},
        {"valueString": "14"},
        {"valueCodeableConcept": {"text": "veertien"}},
    ],
)
def test_a_total_that_is_no_plain_number_is_unknown_and_said(value: dict[str, Any]) -> None:
    seen = picture(score(BARTHEL, None, **value))
    assert seen.barthel is None
    assert noted(seen, "barthel")


def test_a_total_as_a_bare_amount_is_read() -> None:
    amount = {"value": 14, "system": "http://unitsofmeasure.org", "code": "{score}"}
    assert picture(score(BARTHEL, None, valueQuantity=amount)).barthel == Span(14, 14)


def test_an_item_that_can_not_be_read_is_missing_and_said() -> None:
    everything = {item.code: item.points[-1] for item in INSTRUMENTS["barthel"].items}
    parts = components("barthel", everything)
    parts[0]["valueCodeableConcept"]["coding"][0]["code"] = "FECAL9"
    seen = picture(score(BARTHEL, None, component=parts))
    assert seen.barthel == Span(18, 20)
    assert "bowels" in noted(seen, "barthel")


@pytest.mark.parametrize(
    "given_answers",
    [
        [{"valueInteger": 2}],
        [{"valueCoding": {"system": item_system("barthel"), "code": "bowels-7"}}],
        [{"valueCoding": {"system": "http://elders.example", "code": "bowels-2"}}],
        [{"valueCoding": {"code": "bowels-2"}}, {"valueCoding": {"code": "bowels-0"}}],
    ],
)
def test_an_item_of_the_form_that_is_no_answer_is_missing_and_said(
    given_answers: list[dict[str, Any]],
) -> None:
    items = [
        {"linkId": "barthel.bowels", "answer": given_answers},
        {"linkId": "barthel.bathing", "answer": [{"valueCoding": {"code": "bathing-1"}}]},
    ]
    seen = picture(form({}, item=items))
    assert seen.barthel == Span(1, 20)
    assert "barthel.bowels" in noted(seen, "barthel")


@pytest.mark.parametrize(
    "spoilt",
    [
        {"dataAbsentReason": {"coding": [{"code": "error"}]}},
        {"modifierExtension": [{"url": "https://elders.example/not", "valueBoolean": True}]},
    ],
)
def test_an_item_that_is_taken_back_or_changed_in_meaning_is_missing(spoilt: Any) -> None:
    everything = {item.code: item.points[-1] for item in INSTRUMENTS["barthel"].items}
    parts = components("barthel", everything)
    parts[0] |= spoilt
    assert picture(score(BARTHEL, None, component=parts)).barthel == Span(18, 20)
    whole = picture(score(BARTHEL, 20, **spoilt))
    assert whole.barthel is None
    assert noted(whole, "barthel")


def test_an_observation_without_value_says_nothing() -> None:
    for sent in (
        score(BARTHEL, None),
        score(BARTHEL, None, dataAbsentReason={"coding": [{"code": "not-performed"}]}),
    ):
        seen = picture(sent)
        assert seen.barthel is None
        assert not seen.notes


def test_three_shifts_of_one_day_add_up() -> None:
    shifts = [score(DOS, value, minutes) for value, minutes in ((4, -20), (3, -500), (2, -980))]
    seen = picture(*shifts)
    assert seen.dos == Span(9, 9)
    assert not noted(seen, "dos")
    assert picture(*shifts, score(DOS, 13, -1430)).dos == Span(9, 9)


def test_a_missing_shift_may_be_anything() -> None:
    seen = picture(score(DOS, 4, -20), score(DOS, 3, -500), score(DOS, 2, -20 - DAY))
    assert seen.dos == Span(7, 20)
    assert "2 van de 3 diensten" in noted(seen, "dos")


def test_a_shift_that_can_not_be_read_may_be_anything() -> None:
    seen = picture(score(DOS, 4, -20), score(DOS, 14, -500), score(DOS, 2, -980))
    assert seen.dos == Span(6, 19)
    assert "kan niet kloppen" in noted(seen, "dos")


def test_a_shift_told_twice_is_one() -> None:
    seen = picture(score(DOS, 4, -20), score(DOS, 6, -20))
    assert seen.dos == Span(4, 6 + 26)


def test_a_total_of_three_shifts_in_the_form_is_whole() -> None:
    assert picture(form({"dos": 12})).dos == Span(12, 12)


@pytest.mark.parametrize(
    ("code", "field", "days"), [(BARTHEL, "barthel", 90), (DOS, "dos", 1), (CFS, "cfs", 90)]
)
def test_a_score_lasts_no_longer_than_said(code: str, field: str, days: int) -> None:
    assert getattr(picture(score(code, 3, -days * DAY + 10)), field) is not None
    old = picture(score(code, 3, -days * DAY - 10))
    assert getattr(old, field) is None
    assert "te oud" in noted(old, field)


@pytest.mark.parametrize("field", ["barthel", "four_at", "gfi"])
def test_a_score_of_an_old_form_is_old(field: str) -> None:
    assert getattr(picture(form({link_id(field): 3}, authored=at(-91 * DAY))), field) is None


def test_a_score_may_be_of_a_day_and_not_of_no_time_or_the_future() -> None:
    assert picture(score(BARTHEL, 14, effectiveDateTime="2026-11-02")).barthel == Span(14, 14)
    period = {"effectivePeriod": {"start": "2026-11-02"}}
    sent = score(BARTHEL, 14)
    del sent["effectiveDateTime"]
    assert picture(sent | period).barthel == Span(14, 14)
    assert "effectiveDateTime" in noted(picture(sent), "barthel")
    assert picture(sent).barthel is None
    assert "toekomst" in noted(picture(score(BARTHEL, 14, 60)), "barthel")


def test_the_latest_score_counts_and_hides_the_earlier() -> None:
    assert picture(score(BARTHEL, 18, -DAY), score(BARTHEL, 6)).barthel == Span(6, 6)
    assert picture(score(BARTHEL, 18, -DAY), form({"barthel": 6})).barthel == Span(6, 6)
    assert picture(score(BARTHEL, 18, -DAY), score(BARTHEL, 99)).barthel is None


def test_scores_that_differ_at_one_moment_are_both_possible() -> None:
    seen = picture(score(BARTHEL, 18), score(BARTHEL, 6))
    assert seen.barthel == Span(6, 18)
    assert "6 tot 18" in noted(seen, "barthel")
    assert picture(score(CFS, 4), score("445414007", 6)).cfs == 6


@pytest.mark.parametrize("status", ["entered-in-error", "cancelled", "registered", "unknown"])
def test_a_score_that_was_withdrawn_does_not_count(status: str) -> None:
    seen = picture(score(BARTHEL, 14, status=status))
    assert seen.barthel is None
    assert noted(seen, "barthel")


def test_a_score_of_somebody_else_does_not_count() -> None:
    seen = picture(score(BARTHEL, 14, subject={"reference": "Patient/other"}))
    assert seen.barthel is None
    assert "subject" in noted(seen, "barthel")


@pytest.mark.parametrize("field", sorted(RAW_SCORES))
def test_a_raw_score_is_the_number_that_was_told(field: str) -> None:
    assert getattr(picture(form({link_id(field): 5})), field) == 5


def test_every_coded_item_is_one_of_the_instrument_with_its_points() -> None:
    for coded in ITEMS.values():
        item = next(own for own in INSTRUMENTS[coded.field].items if own.code == coded.item)
        if coded.points:
            assert set(item.points) <= set(coded.points.values())
    fields = {coded.field for coded in ITEMS.values()}
    for field in fields:
        assert [each.item for each in ITEMS.values() if each.field == field] == [
            item.code for item in INSTRUMENTS[field].items
        ]
