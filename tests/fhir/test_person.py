"""A person is read from a Patient, and a BSN that can't be one is refused without repeating it."""

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fhir_examples import patient
from hypothesis import given
from hypothesis import strategies as st

from fhir.outcome import FhirRefused
from fhir.person import Person, age_at, from_patient, valid_bsn

BSN = "http://fhir.nl/fhir/NamingSystem/bsn"
NOON = datetime(2026, 11, 16, 11, 0, tzinfo=UTC)


def read(**elements: Any) -> Person:
    return from_patient(json.dumps(patient(**elements)).encode(), "Patient")


def test_a_person_has_name_number_home_and_sex() -> None:
    assert read() == Person(
        bsn="999900018",
        family="Voorbeeldsma",
        given="Aaltje Jo",
        birth_date="1944-02-29",
        sex="female",
        pc4="9401",
        municipality="Assen",
    )


@pytest.mark.parametrize("number", ["123456782", "999900018", "999911120", "012345672"])
def test_numbers_that_pass_the_eleven_test_are_valid(number: str) -> None:
    assert valid_bsn(number)


@pytest.mark.parametrize(
    "number", ["000000000", "999940003", "12345678", "1234567820", "12345678x", "٩٩٩٩٠٠٠١٨", ""]
)
def test_other_numbers_are_not(number: str) -> None:
    assert not valid_bsn(number)


@given(st.integers(0, 999_999_999), st.integers(0, 8), st.integers(1, 9))
def test_one_wrong_digit_never_passes(number: int, place: int, change: int) -> None:
    digits = f"{number:09}"
    wrong = digits[:place] + str((int(digits[place]) + change) % 10) + digits[place + 1 :]
    assert not (valid_bsn(digits) and valid_bsn(wrong))


def test_an_invalid_bsn_is_refused_by_element_and_not_repeated() -> None:
    with pytest.raises(FhirRefused) as refusal:
        read(identifier=[{"system": "x", "value": "1"}, {"system": BSN, "value": "999940003"}])
    (issue,) = refusal.value.issues
    assert issue.expression == ("Patient.identifier[1].value",)
    assert "999940003" not in str(issue)
    assert refusal.value.kind == "unprocessable"


def test_two_different_numbers_are_refused() -> None:
    two = [{"system": BSN, "value": number} for number in ("999900018", "999911120")]
    with pytest.raises(FhirRefused, match="two different"):
        read(identifier=two)
    assert read(identifier=[two[0], two[0], two[1] | {"use": "old"}]).bsn == "999900018"


@pytest.mark.parametrize(
    "identifier", [[], [{"system": BSN}], [{"system": "https://gp.example", "value": "999940003"}]]
)
def test_a_bsn_may_be_absent_or_masked(identifier: list[Any]) -> None:
    assert read(identifier=identifier).bsn is None


def test_a_lost_leading_zero_comes_back() -> None:
    assert read(identifier=[{"system": BSN, "value": "12345672"}]).bsn == "012345672"


def test_the_home_address_is_where_the_person_lives() -> None:
    old = {"use": "old", "postalCode": "9999 ZZ"}
    temporary = {"use": "temp", "postalCode": "8888 ZZ"}
    ended = {"use": "home", "postalCode": "7777 ZZ", "period": {"end": "2020-01-01"}}
    home = {"use": "home", "postalCode": "7811AB"}
    assert read(address=[old, temporary, ended, home]).pc4 == "7811"
    assert read(address=[old, {"postalCode": "7811"}]).pc4 == "7811"
    assert read(address=[old, temporary, ended]).pc4 is None
    assert read(address=[{"use": "home", "postalCode": "D-49824"}]).pc4 is None
    assert read(address=[home | {"country": "Nederland"}]).pc4 == "7811"
    assert read(address=[{"use": "home", "postalCode": "3999", "country": "AU"}]).pc4 is None


@pytest.mark.parametrize(
    ("born", "age"),
    [
        ("1944-11-16", 82),
        ("1944-11-17", 81),
        ("1944-02-29", 82),
        ("1944-10", 82),
        ("1944-12", 81),
        ("1944-11", None),
        ("1944", None),
        ("2027-01-01", None),
        (None, None),
    ],
)
def test_age_is_known_only_where_it_can_not_be_another(born: str | None, age: int | None) -> None:
    assert age_at(born, NOON) == age


def test_a_birthday_starts_at_midnight_in_the_netherlands() -> None:
    assert age_at("1944-11-16", datetime(2026, 11, 15, 23, 30, tzinfo=UTC)) == 82
    assert age_at("1944-11-16", datetime(2026, 11, 15, 22, 30, tzinfo=UTC)) == 81


@given(st.dates(date(1900, 1, 1), date(2026, 1, 1)))
def test_a_partial_birth_date_never_gives_another_age(born: date) -> None:
    exact = age_at(born.isoformat(), NOON)
    for partial in (f"{born:%Y-%m}", f"{born:%Y}"):
        assert age_at(partial, NOON) in {None, exact}


def test_someone_who_has_died_is_marked() -> None:
    assert read(deceasedBoolean=True).deceased
    assert read(deceasedDateTime="2026-01-01").deceased
    assert not read(deceasedBoolean=False).deceased
