"""The codes by which a Task is followed and moved, each with its words in Dutch and English.

They are published (``fhir.task.sets``). That they are the codes the
service itself knows is checked by tests/fhir/task/test_workflow_codes.py.
"""

from __future__ import annotations

from collections.abc import Mapping

from fhir.codes import NAMESPACE

Words = tuple[str, str]
"""Dutch and English."""

DESTINATION = NAMESPACE + "/CodeSystem/end-destination"
TASK_OUTPUT = NAMESPACE + "/CodeSystem/task-output"
TASK_INPUT = NAMESPACE + "/CodeSystem/task-input"
STEP = NAMESPACE + "/CodeSystem/step"
ACTOR_ROLE = NAMESPACE + "/CodeSystem/actor-role"
FACT_CODE = NAMESPACE + "/CodeSystem/fact"

REFERRAL_STATES: Mapping[str, Words] = {
    "received": ("ontvangen", "received"),
    "needs-info": ("wacht op informatie", "waiting for information"),
    "triaged": ("getrieerd", "triaged"),
    "waiting": ("wacht op een plek", "waiting for a place"),
    "offered": ("aangeboden", "offered to services"),
    "accepted": ("plek geaccepteerd", "a place is accepted"),
    "placed": ("geplaatst", "placed"),
    "closed": ("afgesloten", "closed"),
    "cancelled": ("ingetrokken", "withdrawn"),
}
"""Task.businessStatus of a referral's coordination Task."""

OFFER_STATES: Mapping[str, Words] = {
    "requested": ("gevraagd", "asked"),
    "countered": ("ander moment voorgesteld", "another moment is proposed"),
    "waiting": ("op de wachtlijst van de zorgaanbieder", "on the service's own waiting list"),
    "accepted": ("geaccepteerd", "accepted"),
    "selected": ("gekozen", "selected"),
    "declined": ("afgewezen", "declined"),
    "withdrawn": ("ingetrokken", "taken back"),
    "expired": ("verlopen", "expired"),
    "completed": ("gestart", "the person has arrived"),
    "away": ("terug naar het ziekenhuis, plek bewaard", "in hospital, the place is kept"),
    "ended": ("geëindigd", "ended"),
}
"""Task.businessStatus of the Task that asks a service."""

DECLINE_REASONS: Mapping[str, Words] = {
    "at-capacity": ("Er is toch geen plaats.", "There is no place after all."),
    "care-too-complex": (
        "De zorg is te zwaar voor deze plek.",
        "The care is too complex for this place.",
    ),
    "no-staff-with-skill": (
        "Er is niemand met de juiste bekwaamheid.",
        "There is nobody with the right skill.",
    ),
    "physician-declines": (
        "De arts neemt de behandeling niet over.",
        "The physician does not take over the treatment.",
    ),
    "not-eligible": (
        "De persoon voldoet niet aan de voorwaarden.",
        "The person does not meet the conditions.",
    ),
    "isolation-not-possible": ("Isolatie is nu niet mogelijk.", "Isolation is not possible now."),
    "no-answer-from-referrer": (
        "De verwijzer is niet bereikbaar.",
        "The referrer can't be reached.",
    ),
    "other": ("Een andere reden.", "Another reason."),
}
"""Task.statusReason with which a service refuses."""

CANCEL_REASONS: Mapping[str, Words] = {
    "no-longer-needed": ("De plaats is niet meer nodig.", "The place is no longer needed."),
    "placed-elsewhere": ("Er is elders een plaats gevonden.", "A place was found elsewhere."),
    "admitted-to-hospital": (
        "De persoon is in het ziekenhuis opgenomen.",
        "The person was admitted to hospital.",
    ),
    "deceased": ("De persoon is overleden.", "The person has died."),
    "patient-refuses": ("De persoon wil het niet.", "The person does not want it."),
    "entered-in-error": (
        "De verwijzing is per ongeluk gemaakt.",
        "The referral was made by mistake.",
    ),
    "duplicate": ("Deze persoon is al aangemeld.", "This person was referred already."),
    "other": ("Een andere reden.", "Another reason."),
}
"""Task.statusReason with which a referral is withdrawn."""

OWN_REASONS: Mapping[str, Words] = {
    "not-selected": ("Een andere zorgaanbieder was eerder.", "Another service was first."),
    "withdrawn-by-desk": ("Het regioloket nam de vraag terug.", "The desk took the question back."),
    "advice-changed": ("Er is andere zorg nodig.", "Other care is needed."),
    "place-started": (
        "De persoon is aangekomen op de plek waarop werd gewacht.",
        "The person has arrived at the place that was waited for.",
    ),
    "no-answer-in-time": ("Er kwam niet op tijd antwoord.", "No answer came in time."),
    "no-decision-in-time": ("Er werd niet op tijd besloten.", "No decision came in time."),
    "bed-not-kept": (
        "De tijd waarin het bed bewaard bleef, is voorbij.",
        "The time for which the bed was kept has passed.",
    ),
    "expired": ("De tijd is voorbij.", "The time has passed."),
    "other-date": (
        "De zorgaanbieder kan op een ander moment.",
        "The service can take the person at another moment.",
    ),
    "on-waiting-list": (
        "De persoon staat op de wachtlijst van de zorgaanbieder.",
        "The person is on the service's own waiting list.",
    ),
    "in-hospital": ("De persoon is in het ziekenhuis.", "The person is in hospital."),
    "arrived-already": ("De persoon is al aangekomen.", "The person has arrived already."),
}
"""Task.statusReason that this service gives by itself, and the desk's against an abort Task."""

DESTINATIONS: Mapping[str, Words] = {
    "home": ("Naar huis.", "Home."),
    "home-with-care": ("Naar huis, met zorg.", "Home, with care."),
    "nursing-home": ("Naar een verpleeghuis.", "To a nursing home."),
    "other-temporary-stay": ("Naar een andere tijdelijke plek.", "To another temporary stay."),
    "rehabilitation": ("Naar een revalidatieplek.", "To rehabilitation."),
    "hospital": ("Naar het ziekenhuis.", "To the hospital."),
    "hospice": ("Naar een hospice.", "To a hospice."),
    "deceased": ("De persoon is overleden.", "The person has died."),
    "other": ("Ergens anders heen.", "Somewhere else."),
}
"""Where someone went when a stay or care at home ended: an output of its Task."""

OUTPUTS: Mapping[str, Words] = {
    "place": ("De plek waar de persoon is.", "The place where the person is."),
    "destination": ("Waar de persoon heen ging.", "Where the person went."),
}
"""Task.output.type, beside SNOMED CT's alternative date."""

INPUTS: Mapping[str, Words] = {
    "kind": ("Gevraagde zorg", "Care that is asked"),
    "urgency": ("Urgentie", "Urgency"),
    "within": ("Te beginnen binnen", "To begin within"),
    "payer": ("Wet die betaalt", "Act that pays"),
    "sex": ("Geslacht", "Sex"),
    "age": ("Leeftijd, binnen tien jaar", "Age, within ten years"),
    "postcode": ("Postcode (zorg thuis)", "Postcode (care at home)"),
    "language": ("Andere taal dan Nederlands", "Language other than Dutch"),
    "hours": ("Uren per week", "Hours a week"),
    "visits-morning": ("Bezoeken in de ochtend", "Visits in the morning"),
    "visits-afternoon": ("Bezoeken in de middag", "Visits in the afternoon"),
    "visits-evening": ("Bezoeken in de avond", "Visits in the evening"),
    "visits-night": ("Bezoeken in de nacht", "Visits at night"),
    "level": ("Laagste niveau van wie zorgt", "Lowest level of who cares"),
    "requirement": ("Wat nodig is", "What is needed"),
    "wish": ("Wat de persoon graag wil", "What the person would like"),
}
"""Task.input.type of what a service is asked."""

PAYERS: Mapping[str, Words] = {
    "zvw": ("Zorgverzekeringswet", "Health Insurance Act"),
    "wlz": ("Wet langdurige zorg", "Long-term Care Act"),
    "wmo": ("Wet maatschappelijke ondersteuning", "Social Support Act"),
}
"""The acts that pay for care."""

STEPS: Mapping[str, Words] = {
    "refer": ("verwezen", "referred"),
    "answer": ("aangevuld", "facts were added"),
    "confirm-fact": ("gegeven bevestigd", "a fact was confirmed"),
    "depart": ("van het advies afgeweken", "departed from the advice"),
    "confirm-departure": ("afwijking bevestigd", "a departure was confirmed"),
    "reject-departure": ("afwijking afgewezen", "a departure was rejected"),
    "withdraw-departure": ("afwijking ingetrokken", "a departure was withdrawn"),
    "lapse-departure": ("afwijking vervallen", "a departure lapsed"),
    "wait": ("op de wachtlijst gezet", "put on the waiting list"),
    "stop-waiting": ("van de wachtlijst gehaald", "taken off the waiting list"),
    "find-place": ("er is plek voor wie wacht", "there is a place for who waits"),
    "escalate": ("gewaarschuwd dat de tijd bijna om is", "warned that the time is nearly over"),
    "remind": ("herinnerd aan de vraag", "reminded of the question"),
    "confirm-proposal": ("voorstel bevestigd", "a proposal was confirmed"),
    "offer": ("gevraagd", "a service was asked"),
    "accept": ("geaccepteerd", "accepted"),
    "counter": ("ander moment voorgesteld", "another moment was proposed"),
    "agree": ("met het moment ingestemd", "the moment was agreed to"),
    "queue": ("op de eigen wachtlijst gezet", "put on the service's own waiting list"),
    "decline": ("afgewezen", "declined"),
    "withdraw": ("teruggenomen", "taken back"),
    "expire": ("verlopen", "expired"),
    "lapse": ("vervallen door een andere stap", "lapsed by another step"),
    "start": ("aangekomen", "arrived"),
    "leave": ("naar het ziekenhuis", "went to hospital"),
    "return": ("teruggekomen", "came back"),
    "end": ("geëindigd", "ended"),
    "cancel": ("ingetrokken", "withdrawn"),
    "abort": ("om intrekken gevraagd", "asked to withdraw"),
    "decide-abort": ("over intrekken besloten", "decided on a question to withdraw"),
}
"""Provenance.activity: what happened to a referral, as the audit log names it."""

ROLES: Mapping[str, Words] = {
    "coordinator": ("regioloket", "coordination desk"),
    "provider": ("zorgaanbieder", "care organisation"),
    "gp": ("huisarts", "general practitioner"),
    "transfer-nurse": ("transferverpleegkundige", "transfer nurse"),
    "clinician": ("behandelaar", "clinician"),
    "analyst": ("analist", "analyst"),
    "privacy-officer": ("privacy officer", "privacy officer"),
    "clock": ("vanzelf", "by itself"),
}
"""Who acts here, in Provenance and AuditEvent."""
