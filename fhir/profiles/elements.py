"""Of each resource of a referral the elements that are read, and what for.

Everything else is kept as it was sent, and shown again; it changes nothing. A test holds this
against the views through which a referral is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

Need = Literal["required", "used"]


class Use(msgspec.Struct, frozen=True):
    """What an element is for.

    Attributes:
        purpose: one sentence.
        need: whether a referral is refused without it.
    """

    purpose: str
    need: Need = "used"


_WHOSE = Use("Whose value it is: one that is about somebody else, or about nobody, does not count.")
_CHANGED = Use("One that we do not know may change the meaning: then the value does not count.")

USED: Final[Mapping[str, Mapping[str, Use]]] = {
    "ServiceRequest": {
        "identifier": Use(
            "The same referral is known again: a system of your own, a value unique there.",
            "required",
        ),
        "status": Use("active asks for care; another one is a record.", "required"),
        "intent": Use("order, or another kind of order, asks for care.", "required"),
        "doNotPerform": Use("true asks for no care."),
        "subject": Use("The Patient: in the Bundle, or one of yours that is here.", "required"),
        "authoredOn": Use("When it was made: ages of values are counted from here."),
        "requester": Use("Who refers; required where the desk enters it for somebody else."),
        "reasonCode": Use("Registered frailty (ICPC A49.01 or A05)."),
        "quantityQuantity": Use("Hours of district nursing a week, 0 to 168, in UCUM h/wk."),
        "performer": Use("The provider that is preferred: of ours, or by URA or AGB."),
    },
    "Task": {
        "status": Use("requested; the state of the referral takes its place when it is shown."),
        "focus": Use("The ServiceRequest: at most one Task may have it."),
        "code": Use("What is asked of the receiver: kept and shown."),
    },
    "Patient": {
        "identifier": Use(
            "The BSN (11-test), and your own number: the same person is known again."
        ),
        "name": Use("Shown to who gives the care; the official one first."),
        "gender": Use("The fact sex, and which rooms fit."),
        "birthDate": Use("The fact age; a date of the future is refused."),
        "address": Use("The four digits of the home postcode: the sub-region, and travel."),
        "deceasedBoolean": Use("A warning to who handles the referral."),
        "deceasedDateTime": Use("A warning to who handles the referral."),
        "communication": Use("The language in which care is wanted."),
    },
    "Observation": {
        "status": Use("Values that are in error, cancelled or of an unknown status do not count."),
        "code": Use("Which fact it is: a vital sign, consciousness, oxygen, the total of a score."),
        "subject": _WHOSE,
        "effectiveDateTime": Use("When: a vital sign counts for an hour."),
        "effectivePeriod": Use("When: its end."),
        "effectiveInstant": Use("When."),
        "performer": Use("In what role it was measured, where that is a PractitionerRole."),
        "component": Use("Blood pressure, and the items of a score."),
        "valueQuantity": Use(
            "The value, in the UCUM unit of its code; one with a comparator is none."
        ),
        "valueCodeableConcept": Use("Consciousness (ACVPU), oxygen yes or no."),
        "valueBoolean": Use("Oxygen yes or no."),
        "valueInteger": Use("The total of a score."),
        "valueString": Use("Not read: a note says so."),
        "valueRange": Use("Not read: a note says so."),
        "valueRatio": Use("Not read: a note says so."),
        "valueSampledData": Use("Not read: a note says so."),
        "valueTime": Use("Not read: a note says so."),
        "valueDateTime": Use("Not read: a note says so."),
        "valuePeriod": Use("Not read: a note says so."),
        "dataAbsentReason": Use("Measured, and not known: an older value no longer counts."),
        "modifierExtension": _CHANGED,
    },
    "QuestionnaireResponse": {
        "questionnaire": Use("The form; answers are read by link id."),
        "status": Use("completed and amended count, in-progress with a remark."),
        "subject": _WHOSE,
        "authored": Use("When it was filled in; of two forms the later one counts."),
        "author": Use("In what role, where that is a PractitionerRole."),
        "item": Use("The answers, by the link ids of our Questionnaire."),
        "modifierExtension": _CHANGED,
    },
    "Condition": {
        "code": Use("Registered frailty (ICPC A49.01 or A05)."),
        "clinicalStatus": Use("Whether it is there now."),
        "verificationStatus": Use("Whether it is sure."),
        "subject": _WHOSE,
        "recordedDate": Use("Since when it is known."),
        "modifierExtension": _CHANGED,
    },
    "List": {
        "status": Use("Only a current list counts."),
        "mode": Use("A list of changes does not say that it is complete, and does not count."),
        "code": Use("A problem list, or a medication overview."),
        "subject": _WHOSE,
        "date": Use("When it was made."),
        "entry": Use("How many conditions or medicines there are, where all were sent along."),
        "emptyReason": Use("nilknown: there are none."),
        "modifierExtension": _CHANGED,
    },
    "MedicationStatement": {
        "status": Use("Whether it is used now."),
        "subject": _WHOSE,
        "medicationCodeableConcept": Use("Which medicine, so that none is counted twice."),
        "medicationReference": Use("Which medicine, so that none is counted twice."),
        "modifierExtension": _CHANGED,
    },
    "Coverage": {
        "status": Use("Only an active one counts."),
        "identifier": Use("The insurer's UZOVI number."),
        "beneficiary": _WHOSE,
        "payor": Use("The insurer, by UZOVI number."),
        "modifierExtension": _CHANGED,
    },
    "PractitionerRole": {
        "identifier": Use("Kept: nobody is known again by it."),
        "practitioner": Use("The name of who refers."),
        "organization": Use("The organisation that refers."),
        "code": Use("The UZI role: in what role somebody refers or measured."),
        "specialty": Use("The UZI role, where it stands here."),
    },
    "Practitioner": {
        "identifier": Use("Kept: nobody is known again by it."),
        "name": Use("The name of who refers."),
    },
    "Organization": {
        "identifier": Use("URA or AGB: for whom the desk enters a referral; a preferred provider."),
        "name": Use("The name of who refers."),
    },
}
"""By type, then by element."""
