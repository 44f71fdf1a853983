"""Vital signs count only as plain, fresh values of this person; anything else is unknown."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest
from fhir_examples import (
    LOINC,
    NOW,
    at,
    entries,
    noted,
    observation,
    picture,
    request,
    saturation,
)
from hypothesis import example, given
from hypothesis import strategies as st

from fhir.codes import SNOMED, own_system
from fhir.picture.facts import FACT, VITALS
from fhir.referral import from_fhir
from triage.codes import Consciousness

NUMERIC = {
    "respiration_rate": ("9279-1", "/min"),
    "oxygen_saturation": ("59408-5", "%"),
    "systolic": ("8480-6", "mm[Hg]"),
    "diastolic": ("8462-4", "mm[Hg]"),
    "pulse": ("8867-4", "/min"),
    "temperature": ("8310-5", "Cel"),
}

signs = st.sampled_from(sorted(NUMERIC))


@st.composite
def plausible(draw: st.DrawFn) -> tuple[str, float]:
    field = draw(signs)
    fact = FACT[field]
    low, high = int(fact.low or 0), int(fact.high or 0)
    return field, draw(st.integers(low * 10, high * 10)) / 10


def of(field: str, value: float | None, **elements: Any) -> dict[str, Any]:
    code, unit = NUMERIC[field]
    return observation(code, value, unit, **elements)


def coded(code: str, concept: list[tuple[str, str]], **elements: Any) -> dict[str, Any]:
    made = observation(code, 1, "1", **elements)
    del made["valueQuantity"]
    codings = [{"system": system, "code": each} for system, each in concept]
    return made | {"valueCodeableConcept": {"coding": codings}}


@given(plausible())
def test_a_plain_fresh_value_is_a_fact(sign: tuple[str, float]) -> None:
    field, value = sign
    seen = picture(of(field, value))
    assert getattr(seen, field) == value
    assert seen.origins[field].observed == NOW - timedelta(minutes=10)


@given(plausible(), st.sampled_from(["<", "<=", ">=", ">"]))
def test_a_comparator_is_never_a_plain_value(sign: tuple[str, float], comparator: str) -> None:
    field, value = sign
    sent = of(field, value)
    sent["valueQuantity"]["comparator"] = comparator
    seen = picture(sent)
    assert getattr(seen, field) is None
    assert "geen vaste waarde" in noted(seen, FACT[field].link)


@given(plausible(), st.sampled_from(["entered-in-error", "cancelled", "registered", "unknown"]))
def test_a_value_that_was_withdrawn_or_not_made_does_not_count(
    sign: tuple[str, float], status: str
) -> None:
    field, value = sign
    seen = picture(of(field, value, status=status))
    assert getattr(seen, field) is None
    assert noted(seen, FACT[field].link)


@given(plausible(), st.sampled_from(["preliminary", "final", "amended", "corrected"]))
def test_a_value_of_any_other_status_counts(sign: tuple[str, float], status: str) -> None:
    field, value = sign
    assert getattr(picture(of(field, value, status=status)), field) == value


@given(
    plausible(), st.sampled_from(["Pa", "mm", "", "kg", "/h", "/s", "percent", "celsius", "mmHg"])
)
def test_another_unit_is_unknown_and_said(sign: tuple[str, float], unit: str) -> None:
    field, value = sign
    sent = of(field, value)
    sent["valueQuantity"] |= {"code": unit, "unit": unit}
    seen = picture(sent)
    assert getattr(seen, field) is None
    assert "eenheid" in noted(seen, FACT[field].link)


@given(plausible(), st.integers(61, 100_000))
def test_an_old_value_is_unknown_and_said(sign: tuple[str, float], minutes: int) -> None:
    field, value = sign
    seen = picture(of(field, value, effectiveDateTime=at(-minutes)))
    assert getattr(seen, field) is None
    assert "te oud" in noted(seen, FACT[field].link)


@given(plausible(), st.integers(6, 10_000))
def test_a_value_of_the_future_is_unknown_and_said(sign: tuple[str, float], minutes: int) -> None:
    field, value = sign
    seen = picture(of(field, value, effectiveDateTime=at(minutes)))
    assert getattr(seen, field) is None
    assert "toekomst" in noted(seen, FACT[field].link)


@given(plausible())
def test_no_value_is_unknown(sign: tuple[str, float]) -> None:
    field, value = sign
    sent = of(field, value)
    del sent["valueQuantity"]
    assert getattr(picture(sent), field) is None
    sent["dataAbsentReason"] = {"coding": [{"code": "not-performed"}]}
    assert getattr(picture(sent), field) is None


@given(signs, st.floats(-1e6, 1e6, allow_nan=False))
def test_a_value_out_of_range_is_unknown_and_said(field: str, value: float) -> None:
    seen = picture(of(field, value))
    if FACT[field].plausible(value):
        assert getattr(seen, field) == value
    else:
        assert getattr(seen, field) is None
        assert "kan niet kloppen" in noted(seen, FACT[field].link)


@given(st.lists(plausible(), max_size=6), st.randoms(use_true_random=False))
@example([("pulse", 51.0), ("pulse", 51.1)], Random(1))  # both are normal
@example([("pulse", 51.0), ("pulse", 90.0)], Random(1))  # as far from it
def test_the_order_of_entries_does_not_matter(found: list[tuple[str, float]], order: Any) -> None:
    sent = [of(*sign) for sign in found]
    shuffled = sent[:]
    order.shuffle(shuffled)
    first, second = picture(*sent), picture(*shuffled)
    assert [getattr(first, field) for field in VITALS] == [
        getattr(second, field) for field in VITALS
    ]


@pytest.mark.parametrize("time", [None, "2026-11-16", "2026-11", "2026"])
def test_a_value_without_time_of_day_is_unknown_with_the_cure(time: str | None) -> None:
    sent = saturation(97)
    del sent["effectiveDateTime"]
    if time:
        sent["effectiveDateTime"] = time
    assert "effectiveDateTime" in noted(picture(sent), "oxygen-saturation")


def test_the_latest_value_counts() -> None:
    seen = picture(saturation(97, -5), saturation(88, -40), saturation(90, -50))
    assert seen.oxygen_saturation == 97


def test_a_last_value_that_is_no_plain_one_hides_the_earlier() -> None:
    below = saturation(70, -5)
    below["valueQuantity"]["comparator"] = "<"
    seen = picture(saturation(97, -30), below)
    assert seen.oxygen_saturation is None
    assert "<70" in noted(seen, "oxygen-saturation")


def test_an_error_does_not_hide_the_value_before_it() -> None:
    seen = picture(saturation(93, -30), saturation(99, -5, status="entered-in-error"))
    assert seen.oxygen_saturation == 93


@pytest.mark.parametrize(
    ("field", "one", "other", "worse"),
    [
        ("oxygen_saturation", 97, 90, 90),
        ("pulse", 45, 80, 45),
        ("pulse", 80, 140, 140),
        ("systolic", 95, 130, 95),
        ("temperature", 37, 39.5, 39.5),
        ("respiration_rate", 8, 16, 8),
    ],
)
def test_of_two_values_at_once_the_worse_counts(
    field: str, one: float, other: float, worse: float
) -> None:
    for pair in ((one, other), (other, one)):
        seen = picture(*(of(field, value) for value in pair))
        assert getattr(seen, field) == worse
        assert "slechtste" in noted(seen, FACT[field].link)


def test_fahrenheit_and_kelvin_are_converted_and_said() -> None:
    seen = picture(observation("8310-5", 101.3, "[degF]"))
    assert seen.temperature == 38.5
    assert "Omgerekend" in noted(seen, "temperature")
    assert picture(observation("8310-5", 310.15, "K")).temperature == 37


def test_pressure_in_kilopascal_and_a_fraction_of_oxygen_are_converted_with_a_remark() -> None:
    seen = picture(of("systolic", 16), observation("8462-4", 8, "kPa"))
    assert seen.systolic is None
    assert "kan niet kloppen" in noted(seen, "systolic")
    assert seen.diastolic == 60
    assert "8 kPa" in noted(seen, "diastolic")
    assert picture(observation("8480-6", 16, "kPa")).systolic == 120
    fraction = picture(observation("59408-5", 0.91, "1"))
    assert fraction.oxygen_saturation == 91
    assert "Omgerekend" in noted(fraction, "oxygen-saturation")


@pytest.mark.parametrize(
    ("field", "value", "unit"),
    [
        ("oxygen_saturation", 400, "%"),
        ("oxygen_saturation", 0, "%"),
        ("oxygen_saturation", -97, "%"),
        ("oxygen_saturation", 0.97, "%"),
        ("oxygen_saturation", 97, "1"),
        ("oxygen_saturation", 0, "1"),
        ("systolic", 120, "kPa"),
        ("systolic", -16, "kPa"),
        ("temperature", 98.6, "Cel"),
        ("temperature", 37, "[degF]"),
        ("temperature", 37, "K"),
        ("respiration_rate", 0.3, "/s"),
        ("pulse", 1.2, "Hz"),
    ],
)
def test_an_impossible_value_is_unknown_and_the_remark_says_the_cure(
    field: str, value: float, unit: str
) -> None:
    seen = picture(observation(NUMERIC[field][0], value, unit))
    assert getattr(seen, field) is None
    said = noted(seen, FACT[field].link)
    assert "stuur de waarde daarin" in said or "meet opnieuw" in said
    assert seen.origins[field].source == seen.notes[-1].source


def test_codes_that_contradict_are_the_worse_and_said() -> None:
    awake = coded("67775-7", [(LOINC, "LA9340-6"), (LOINC, "LA9343-0")])
    assert picture(awake).consciousness == "U"
    assert "slechtste" in noted(picture(awake), "consciousness")
    apart = [coded("67775-7", [(LOINC, code)]) for code in ("LA9343-0", "LA9340-6")]
    assert picture(*apart).consciousness == "U"
    assert "slechtste" in noted(picture(*apart), "consciousness")
    both = [{"system": SNOMED, "code": code} for code in ("373067005", "373066001")]
    oxygen = {
        "code": {"coding": [{"system": SNOMED, "code": "57485005"}]},
        "valueCodeableConcept": {"coding": both},
    }
    seen = picture(saturation(95, component=[oxygen]))
    assert seen.on_oxygen is True
    assert "ja telt" in noted(seen, "on-oxygen")


def test_a_blood_pressure_panel_gives_both_its_values() -> None:
    parts = [
        {
            "code": {"coding": [{"system": LOINC, "code": code}]},
            "valueQuantity": {"value": value, "system": "http://unitsofmeasure.org", "code": unit},
        }
        for code, value, unit in (("8480-6", 95, "mm[Hg]"), ("8462-4", 60, "mm[Hg]"))
    ]
    panel = observation("85354-9", 1, "1", component=parts)
    del panel["valueQuantity"]
    assert (picture(panel).systolic, picture(panel).diastolic) == (95, 60)


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        ((SNOMED, "57485005"), {"valueBoolean": True}, True),
        ((SNOMED, "266702001"), {"valueBoolean": False}, False),
        (
            (SNOMED, "371825009"),
            {"valueCodeableConcept": {"coding": [{"system": SNOMED, "code": "373066001"}]}},
            True,
        ),
        ((LOINC, "3151-8"), {"valueQuantity": {"value": 2, "code": "L/min"}}, True),
        ((LOINC, "3151-8"), {"valueQuantity": {"value": 0, "code": "L/min"}}, False),
        ((LOINC, "3150-6"), {"valueQuantity": {"value": 21, "code": "%"}}, False),
        ((LOINC, "3150-6"), {"valueQuantity": {"value": 28, "code": "%"}}, True),
        ((LOINC, "3150-6"), {"valueQuantity": {"value": 0.28, "code": "1"}}, None),
        ((LOINC, "3151-8"), {"valueQuantity": {"value": 5, "comparator": ">"}}, None),
        ((SNOMED, "57485005"), {"valueString": "soms"}, None),
        ((SNOMED, "57485005"), {}, None),
    ],
)
@pytest.mark.parametrize("inside", [True, False])
def test_extra_oxygen_is_read_alone_or_with_the_saturation(
    code: tuple[str, str], value: dict[str, Any], *, expected: bool | None, inside: bool
) -> None:
    part = {"code": {"coding": [{"system": code[0], "code": code[1]}]}} | value
    if inside:
        sent = saturation(95, component=[part])
    else:
        sent = saturation(95) | part
        if "valueQuantity" not in part:
            del sent["valueQuantity"]
    assert picture(sent).on_oxygen is expected


@pytest.mark.parametrize(
    ("concept", "expected"),
    [
        ([(LOINC, "LA9340-6")], "A"),
        ([(LOINC, "LA6560-2")], "C"),
        ([(SNOMED, "300202002")], "V"),
        ([(SNOMED, "450847001")], "P"),
        ([(LOINC, "LA9343-0")], "U"),
        ([(own_system(Consciousness), "P")], "P"),
        ([(LOINC, "LA9340-6"), (SNOMED, "422768004")], "U"),
        ([("http://elders.example", "A")], None),
        ([], None),
    ],
)
def test_consciousness_is_read_from_codes_only(
    concept: list[tuple[str, str]], expected: str | None
) -> None:
    assert picture(coded("67775-7", concept)).consciousness == expected


def test_consciousness_in_words_is_not_a_value() -> None:
    sent = observation("67775-7", 1, "1", valueString="alert")
    del sent["valueQuantity"]
    assert picture(sent).consciousness is None
    text = coded("67775-7", []) | {"valueCodeableConcept": {"text": "alert"}}
    assert "vrije tekst" in noted(picture(text), "consciousness")


@pytest.mark.parametrize(
    ("score", "expected"),
    [(15, "A"), (14, "C"), (13, "C"), (12, "V"), (9, "V"), (8, "P"), (3, "P"), (2, None)],
)
def test_the_glasgow_scale_errs_on_the_worse_side(score: int, expected: str | None) -> None:
    sent = observation("35088-4", 1, "1", valueInteger=score)
    del sent["valueQuantity"]
    seen = picture(sent)
    assert seen.consciousness == expected
    assert bool(noted(seen, "consciousness")) == (score != 15)


def test_values_of_somebody_else_do_not_count() -> None:
    for subject in ({"reference": "Patient/other"}, {"display": "iemand"}, None):
        sent = saturation(80, subject=subject)
        seen = picture({key: part for key, part in sent.items() if part is not None})
        assert seen.oxygen_saturation is None
        assert "subject" in noted(seen, "oxygen-saturation")


def test_the_person_may_be_named_by_identifier() -> None:
    own = {"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": "999900018"}
    assert picture(saturation(80, subject={"identifier": own})).oxygen_saturation == 80
    own["value"] = "999911120"
    assert picture(saturation(80, subject={"identifier": own})).oxygen_saturation is None


def test_a_referral_of_last_week_is_judged_by_its_own_clock() -> None:
    week = -7 * 24 * 60
    sent = entries(saturation(91, week - 30), request=request(authoredOn=at(week)))
    seen = from_fhir(sent, NOW).picture
    assert seen.oxygen_saturation == 91
    assert seen.origins["oxygen_saturation"].observed == NOW - timedelta(minutes=30)


def test_a_value_from_after_the_referral_is_judged_by_our_clock() -> None:
    week = -7 * 24 * 60
    fresh = entries(saturation(91, -20), request=request(authoredOn=at(week)))
    seen = from_fhir(fresh, NOW).picture
    assert seen.oxygen_saturation == 91
    assert seen.origins["oxygen_saturation"].observed == NOW - timedelta(minutes=20)
    stale = entries(saturation(91, week + 30), request=request(authoredOn=at(week)))
    assert from_fhir(stale, NOW).picture.oxygen_saturation is None


@pytest.mark.parametrize("authored", [None, at(), "2026-11-16", at(60)])
def test_a_referral_without_a_usable_moment_was_made_on_arrival(authored: str | None) -> None:
    made = request(authoredOn=authored)
    if authored is None:
        del made["authoredOn"]
    seen = from_fhir(entries(saturation(91, -20), request=made), NOW)
    assert seen.authored == NOW
    assert seen.picture.oxygen_saturation == 91
    assert ("toekomst" in noted(seen.picture, "")) == (authored == at(60))


def test_a_day_long_past_was_over_when_it_ended() -> None:
    seen = from_fhir(entries(saturation(91, -20), request=request(authoredOn="2026-11-10")), NOW)
    assert seen.authored.isoformat() == "2026-11-10T22:59:59+00:00"
