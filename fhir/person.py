"""Who a referral is about: from a Patient to the few things that identify and place a person.

nl-core-Patient, https://nictiz.nl/fhir/StructureDefinition/nl-core-Patient (zib2020).
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from fhir.codes import BSN_SYSTEMS
from fhir.outcome import refused
from fhir.views import Address, Identifier, Name, Patient, view

HERE = ZoneInfo("Europe/Amsterdam")
_POSTCODE = re.compile(r"\s*([1-9][0-9]{3})\s?(?:[A-Za-z]{2})?\s*")
_WEIGHTS = (9, 8, 7, 6, 5, 4, 3, 2, -1)
_DUTCH = frozenset({"nl", "nld", "nederland", "netherlands", "the netherlands"})
_FIRST_USES = ("official", "usual", None)


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """A person, as far as the referral says.

    Attributes:
        bsn: nine digits that pass the 11-test, or None; proves no identity.
        identifiers: (system, value) of the other identifiers.
        family: family name, or None.
        given: given names, or None.
        birth_date: as sent, a FHIR date: year, year and month, or the day.
        sex: female, male, other or unknown, or None.
        pc4: four digits of the home postcode, or None.
        municipality: as sent, or None.
        deceased: whether the Patient says that the person has died.
    """

    bsn: str | None = None
    identifiers: tuple[tuple[str, str], ...] = ()
    family: str | None = None
    given: str | None = None
    birth_date: str | None = None
    sex: str | None = None
    pc4: str | None = None
    municipality: str | None = None
    deceased: bool = False

    @property
    def all_identifiers(self) -> frozenset[tuple[str, str]]:
        """Every (system, value) that names the person, the BSN under both its systems."""
        own = {(system, self.bsn) for system in BSN_SYSTEMS if self.bsn}
        return frozenset(own | set(self.identifiers))


def valid_bsn(number: str) -> bool:
    """Whether nine digits pass the 11-test of the BSN (domain.md 5.2); all zeros do not."""
    if len(number) != len(_WEIGHTS) or not (number.isascii() and number.isdigit()):
        return False
    total = sum(weight * int(digit) for weight, digit in zip(_WEIGHTS, number, strict=True))
    return total % 11 == 0 and int(number) != 0


def from_patient(body: bytes | msgspec.Raw, path: str) -> Person:
    """Read a Patient.

    Args:
        body: the resource.
        path: where it stands, such as ``Bundle.entry[0].resource``.

    Raises:
        FhirRefused: a BSN that can't be one, or two different ones. The number is never repeated.
    """
    patient = view(body, Patient, path)
    name = _name(patient.name)
    home = _home(patient.address)
    dutch = (home.country or "NL").strip().lower() in _DUTCH
    return Person(
        bsn=_bsn(patient.identifier, path),
        identifiers=tuple(
            (identifier.system, identifier.value)
            for identifier in patient.identifier
            if identifier.system and identifier.value and identifier.system not in BSN_SYSTEMS
        ),
        family=name.family or name.text,
        given=" ".join(given for given in name.given if given) or None,
        birth_date=patient.birth_date,
        sex=patient.gender,
        pc4=pc4_of(home.postal_code or "") if dutch else None,
        municipality=home.district or home.city,
        deceased=bool(patient.deceased_boolean or patient.deceased_date_time),
    )


def pc4_of(postcode: str) -> str | None:
    """The four digits of a Dutch postcode, with or without its letters, or None."""
    match = _POSTCODE.fullmatch(postcode)
    return match[1] if match else None


def _bsn(identifiers: Sequence[Identifier], path: str) -> str | None:
    numbers: set[str] = set()
    for place, identifier in enumerate(identifiers):
        if identifier.system not in BSN_SYSTEMS or not identifier.value or identifier.use == "old":
            continue
        # A leading zero is often lost on the way: eight digits are nine.
        number = identifier.value.strip().zfill(9)
        if not valid_bsn(number):
            raise refused(
                "unprocessable",
                "value",
                "bsn",
                "This is not a BSN: it needs nine digits that pass the 11-test. Correct it, or"
                " leave the identifier out when the BSN is not known.",
                f"{path}.identifier[{place}].value",
            )
        numbers.add(number)
    if len(numbers) > 1:
        raise refused(
            "unprocessable",
            "business-rule",
            "bsn-twice",
            "The Patient has two different BSNs: send only the person's own.",
            path + ".identifier",
        )
    return numbers.pop() if numbers else None


def _name(names: Sequence[Name]) -> Name:
    for use in _FIRST_USES:
        for name in names:
            if name.use == use and (name.family or name.text):
                return name
    return Name()


def _home(addresses: Sequence[Address]) -> Address:
    """Where the person lives: never an old, temporary, work or billing address, nor one ended."""
    for use in ("home", None):
        for address in addresses:
            ended = address.period is not None and address.period.end is not None
            if address.use == use and not ended and address.type != "postal":
                return address
    return Address()


def age_at(birth_date: str | None, moment: datetime) -> int | None:
    """Age in whole years at a moment, in the Netherlands.

    A birth date of only a year or a month has an age where the rest can't change it: someone
    born in 1944-05 has one in June, and none in May.

    Args:
        birth_date: a FHIR date, or None.
        moment: with a time zone.

    Returns:
        0 or more; None when it is unknown, ambiguous or in the future.
    """
    if birth_date is None:
        return None
    today = moment.astimezone(HERE).date()
    first, last = span(birth_date)
    oldest, youngest = _age(first, today), _age(last, today)
    return oldest if oldest == youngest >= 0 else None


def must_be_born(person: Person, latest: datetime, path: str) -> None:
    """Refuse a birth date of the future.

    Args:
        person: with the birth date as sent.
        latest: the latest moment that it can be now, with a time zone.
        path: where the Patient stands.

    Raises:
        FhirRefused: nobody is born yet who is born then.
    """
    born = person.birth_date
    if born is None or born[:4] < str(latest.year):
        return
    if span(born)[0] > latest.astimezone(HERE).date():
        raise refused(
            "unprocessable",
            "value",
            "birth-date-future",
            "The birth date lies in the future: correct it, or leave it out when it is not known.",
            path + ".birthDate",
        )


def span(partial: str) -> tuple[date, date]:
    """The first and the last day that a partial FHIR date can mean."""
    year, *rest = (int(part) for part in partial.split("-"))
    match rest:
        case [month, day]:
            return date(year, month, day), date(year, month, day)
        case [month]:
            return date(year, month, 1), date(year, month, monthrange(year, month)[1])
        case _:
            return date(year, 1, 1), date(year, 12, 31)


def _age(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
