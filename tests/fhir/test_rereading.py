"""A referral read again says what is true now, and loses nothing that was said later."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgspec
from fhir_examples import NOW, PERSON, answer, at, form, patient, referral, request, saturation

from fhir.bundle import Entry
from fhir.picture.merging import refresh
from fhir.rereading import Piece, reread
from triage.codes import Destination
from triage.picture import Origin, Picture
from triage.urgency import Urgency

ABOUT = {"subject": {"reference": "Patient/patient"}}
BEFORE = Picture()


def piece(name: str, body: dict[str, Any], minutes: float = 0) -> Piece:
    """A resource that is stored under a name, in the version that came so many minutes later."""
    kind = body["resourceType"]
    sent = msgspec.Raw(json.dumps(body | {"id": name}).encode())
    entry = Entry(
        path=f"{kind}/{name}", full_url=None, resource_type=kind, id=name, method="PUT",
        url=f"{kind}/{name}", if_none_exist=None, resource=sent,
    )  # fmt: skip
    return Piece(entry=entry, id=name, at=NOW + timedelta(minutes=minutes))


def read(
    *more: Piece,
    confirmed: tuple[tuple[float, Picture], ...] = (),
    before: Picture = BEFORE,
    until: float = 20,
) -> Picture:
    base = [piece("patient", patient()), piece("request", request(**ABOUT))]
    moments = [(NOW + timedelta(minutes=minutes), fact) for minutes, fact in confirmed]
    return reread([*base, *more], moments, before, NOW, NOW + timedelta(minutes=until)).picture


def confirmation(value: Any, field: str = "red_flag_stroke", minutes: float = 5) -> Picture:
    origin = Origin("Confirmation/1", NOW + timedelta(minutes=minutes), "gp")
    return Picture(**{field: value}, origins={field: origin})


def test_what_nobody_corrected_reads_as_it_did_at_first() -> None:
    facts = form({"frail": True, "red-flag.stroke": False})
    again = read(piece("o", saturation(91) | ABOUT), piece("f", facts | ABOUT), until=0)
    first = refresh(referral(saturation(91), facts).picture, NOW)
    unlike = {
        name for name in again.__struct_fields__
        if name not in {"origins", "notes"} and getattr(again, name) != getattr(first, name)
    }  # fmt: skip
    assert unlike == set()
    assert again.origins["oxygen_saturation"].source == "Observation/o"


def test_a_correction_counts_by_the_clock_of_its_own_moment() -> None:
    assert read(piece("o", saturation(84, -10) | ABOUT, 10)).oxygen_saturation == 84
    late = read(piece("o", saturation(84, -10) | ABOUT, 70), until=70)
    assert late.oxygen_saturation is None, "seen an hour and twenty minutes before it was corrected"
    ahead = piece("o", saturation(84, 15) | ABOUT, 16)
    assert read(ahead).oxygen_saturation == 84, "seen after the referral came in"


def test_what_was_withdrawn_uncovers_what_another_resource_tells() -> None:
    one = saturation(91, -10) | ABOUT
    two = saturation(84, 2) | ABOUT
    both = [piece("o1", one), piece("o2", two, 3)]
    assert read(*both).oxygen_saturation == 84
    withdrawn = piece("o2", two | {"status": "entered-in-error"}, 9)
    assert read(both[0], withdrawn).oxygen_saturation == 91
    assert read(withdrawn).oxygen_saturation is None


def test_a_form_about_someone_else_no_longer_counts() -> None:
    facts = form({"frail": True}) | {"subject": {"reference": "Patient/other"}}
    assert read(piece("f", facts, 5)).frail is None


def test_what_was_confirmed_comes_at_its_moment() -> None:
    asked = piece("f", form({"frail": True}) | ABOUT)
    assert read(asked, confirmed=((5, confirmation(value=False)),)).red_flag_stroke is False
    sooner = form({"red-flag.stroke": True}, authored=at(3)) | ABOUT
    both = read(piece("f", sooner, 3), confirmed=((5, confirmation(value=False)),))
    assert both.red_flag_stroke is False, "a professional denied it later"
    later = form({"red-flag.stroke": True}, authored=at(8)) | ABOUT
    again = read(piece("f", later, 8), confirmed=((5, confirmation(value=False)),))
    assert again.red_flag_stroke is True, "and then it was there"


def test_the_class_entered_rises_and_never_falls() -> None:
    urgent = Picture(
        urgency=Urgency.U2, origins={"urgency": Origin("QuestionnaireResponse/f", NOW)}
    )
    assert read(before=urgent).urgency is Urgency.U2
    for said, counts in (("U5", Urgency.U2), ("U1", Urgency.U1)):
        facts = form({}) | ABOUT
        facts["item"] = [answer("urgency", said)]
        assert read(piece("f", facts, 5), before=urgent).urgency is counts


def test_the_intended_destination_stays_as_first_told() -> None:
    told = form({}) | ABOUT
    told["item"] = [answer("intended-destination", "seh")]
    first = referral(told | {"subject": {"reference": PERSON}}).picture
    assert first.intended_destination is Destination.SEH
    other = told | {"item": [answer("intended-destination", "home")]}
    again = read(piece("f", other, 5), before=first)
    assert again.intended_destination is Destination.SEH
    assert again.origins["intended_destination"] == first.origins["intended_destination"]
    assert read(piece("f", told), piece("g", other, 5)).intended_destination is Destination.SEH


def test_a_destination_that_was_not_told_at_first_is_told_later() -> None:
    told = form({}) | ABOUT | {"item": [answer("intended-destination", "seh")]}
    assert read(piece("f", told, 5)).intended_destination is Destination.SEH
