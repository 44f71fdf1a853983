"""What the audit log calls what was done: the codes of AuditEvent.subtype, in Dutch and English.

The steps of a referral (``fhir.task.codes``), and all that is no step: looking, reporting, keeping.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from fhir.codes import NAMESPACE
from fhir.task.codes import STEPS, Words

ACTION: Final = NAMESPACE + "/CodeSystem/audit-action"

ACTIONS: Final[Mapping[str, Words]] = {
    **STEPS,
    "add": ("bij een verwijzing gevoegd", "added to a referral"),
    "update": ("gewijzigd", "changed"),
    "refused": ("geweigerd", "refused"),
    "validate": ("gecontroleerd zonder te bewaren", "checked without storing"),
    "try-triage": ("beoordeeld zonder te bewaren", "triaged without storing"),
    "replay-advice": ("adviezen nagerekend", "advice was computed again"),
    "propose": ("voorstel voor allen gemaakt", "a proposal for all was made"),
    "report-capacity": ("capaciteit opgegeven", "capacity was reported"),
    "change-service": ("dienst beschreven", "a service was described"),
    "read-worklist": ("werklijst gelezen", "read the worklist"),
    "read-referral": ("verwijzing gelezen", "read a referral"),
    "read-matches": ("passende plekken gelezen", "read the places that fit"),
    "read-offers": ("vragen om een plek gelezen", "read offers"),
    "read-waiting": ("wachtlijst gelezen", "read the waiting list"),
    "read-proposal": ("voorstel gelezen", "read a proposal"),
    "read-service": ("dienst gelezen", "read a service"),
    "read-capacity": ("capaciteit gelezen", "read capacity"),
    "read-fhir": ("resource gelezen", "read a resource"),
    "read-published": ("wat gepubliceerd is gelezen", "read what is published"),
    "read-audit": ("logboek gelezen", "read the audit log"),
    "read-contacts": ("contacten gelezen", "read contacts"),
    "add-contact": ("contact toegevoegd", "a contact was added"),
    "remove-contact": ("contact weggehaald", "a contact was removed"),
    "test-contact": ("proefbericht gestuurd", "a test alert was sent"),
    "read-deliveries": ("verzonden alarmen gelezen", "read deliveries"),
    "resend-delivery": ("alarm opnieuw gestuurd", "an alert was sent again"),
    "create-subscription": ("abonnement gemaakt", "a Subscription was made"),
    "change-subscription": ("abonnement gewijzigd", "a Subscription was changed"),
    "delete-subscription": ("abonnement beëindigd", "a Subscription was ended"),
    "read-subscription-status": ("stand van een abonnement gelezen",
                                 "read how a Subscription stands"),
    "read-events": ("gebeurtenissen gelezen", "read events"),
    "read-notifications": ("meldingen gelezen", "read notifications"),
    "resend-notification": ("melding opnieuw gestuurd", "a notification was sent again"),
}  # fmt: skip
"""Every action that a row of the log may have."""
