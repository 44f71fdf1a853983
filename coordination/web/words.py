"""The words of the pages: Dutch at B1 level for every code, and times as people say them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from capacity.geography import places
from capacity.hours import AMSTERDAM
from capacity.words import KINDS, PAYERS, REQUIREMENTS
from coordination.web import offer_words
from fhir.picture.facts import FACT
from triage.need import PLACED_KINDS, Need
from triage.outline import OLDEST, Outline

URGENCY: Final[Mapping[str, str]] = {
    "U0": "direct, reanimatie",
    "U1": "direct, levensgevaar",
    "U2": "binnen 1 uur",
    "U3": "binnen enkele uren",
    "U4": "binnen 24 uur",
    "U5": "volgende werkdag of advies",
}
"""How soon someone must be seen (triagewijzer.nhg.org/verantwoording)."""

KIND: Final[Mapping[str, str]] = {kind.value: nl for kind, (nl, _) in KINDS.items()} | {
    "112": "ambulance (112)",
    "seh": "spoedeisende hulp (SEH)",
    "hap": "huisartsenspoedpost (HAP)",
    "gp-today": "eigen huisarts, vandaag",
    "gp-planned": "eigen huisarts, op afspraak",
    "digital-consult": "digitaal consult",
    "human-triage": "eerst overleg met een mens",
    "so-consult": "consult van de specialist ouderengeneeskunde",
    "palliative-team": "palliatief team",
    "ambulance-consult": "ambulance aan huis, zonder vervoer",
    "home-diagnostics": "onderzoek aan huis",
    "geriatric-clinic": "polikliniek voor ouderen",
    "pharmacist": "apotheker",
    "physiotherapy": "fysiotherapie",
    "occupational-therapy": "ergotherapie",
    "dietician": "diëtist",
    "urgent-equipment": "hulpmiddel met spoed",
    "dementia-case-manager": "casemanager dementie",
    "addiction-care": "verslavingszorg",
    "veilig-thuis": "Veilig Thuis",
}

PLACED: Final = frozenset(kind.value for kind in PLACED_KINDS)
"""The kinds for which a place is looked for."""

STATE: Final[Mapping[str, str]] = {
    "received": "binnengekomen",
    "needs-info": "vragen open",
    "triaged": "advies klaar",
    "waiting": "wacht op plek",
    "offered": "plek gevraagd",
    "accepted": "plek toegezegd",
    "placed": "geplaatst",
    "closed": "afgesloten",
    "cancelled": "ingetrokken",
}

OFFER: Final = offer_words.OFFER
ENDED: Final = offer_words.ENDED

LANE: Final[Mapping[str, str]] = {"acute": "acuut", "non-acute": "niet acuut"}

SUBREGION: Final[Mapping[str, str]] = {
    "hoogeveen": "Hoogeveen",
    "emmen": "Emmen",
    "meppel": "Meppel",
    "assen": "Assen",
}

RING: Final[Mapping[str, str]] = {
    "area": "eigen gebied",
    "subregion": "eigen subregio",
    "province": "provincie",
    "neighbouring": "buurregio",
    "guarantee": "garantiebed",
    "beyond": "verder weg",
}

SCORE: Final[Mapping[str, str]] = {
    "time": "snel plek",
    "distance": "dichtbij",
    "ring": "eigen gebied",
    "carer": "bekende zorg",
    "preferred": "gevraagde plek",
    "wishes": "wensen",
    "fairness": "eerlijk verdeeld",
    "freshness": "verse melding",
}

ROLE: Final[Mapping[str, str]] = {
    "coordinator": "coördinator",
    "provider": "zorgaanbieder",
    "gp": "huisarts",
    "transfer-nurse": "transferverpleegkundige",
    "clinician": "arts of behandelaar",
    "analyst": "analist",
    "privacy-officer": "privacy officer",
    "clock": "vanzelf",
}

EVENT: Final[Mapping[str, str]] = {
    "refer": "verwijzing binnen",
    "answer": "vragen beantwoord, opnieuw beoordeeld",
    "offer": "plek gevraagd",
    "accept": "plek toegezegd",
    "decline": "plek afgewezen",
    "withdraw": "aanvraag ingetrokken",
    "expire": "geen antwoord op tijd",
    "lapse": "aanvraag vervallen",
    "start": "persoon is aangekomen",
    "counter": "ander moment voorgesteld",
    "agree": "ander moment afgesproken",
    "queue": "op de wachtlijst van de zorgaanbieder",
    "leave": "persoon is terug naar het ziekenhuis",
    "return": "persoon is weer terug",
    "end": "verblijf of zorg afgelopen",
    "wait": "op de wachtlijst gezet",
    "stop-waiting": "van de wachtlijst gehaald",
    "find-place": "er is plek voor wie wacht",
    "remind": "herinnerd aan de vraag",
    "escalate": "gewaarschuwd dat de tijd bijna om is",
    "confirm-proposal": "voorstel voor een plek bevestigd",
    "cancel": "verwijzing ingetrokken",
    "abort": "om intrekken gevraagd",
    "decide-abort": "over intrekken besloten",
    "confirm-fact": "gegeven bevestigd, opnieuw beoordeeld",
    "depart": "afwijking van het advies",
    "confirm-departure": "afwijking bevestigd door een tweede",
    "reject-departure": "afwijking afgewezen door een tweede",
    "withdraw-departure": "afwijking ingetrokken",
    "lapse-departure": "afwijking vervallen",
}

SEX: Final[Mapping[str, str]] = {"female": "vrouw", "male": "man", "other": "anders"}

DESTINATION: Final[Mapping[str, str]] = {
    "112": "112", "seh": "SEH", "hap": "HAP", "crisis": "crisisdienst", "gp": "huisarts",
    "home": "thuis", "other": "anders",
}  # fmt: skip

REQUIREMENT: Final[Mapping[str, str]] = {one.value: nl for one, (nl, _) in REQUIREMENTS.items()}
PAYER: Final[Mapping[str, str]] = {one.value: name for one, name in PAYERS.items()}

SAID: Final[Mapping[str, str]] = {
    "offered": "De plek is gevraagd en blijft zolang vastgehouden.",
    "withdrawn": "De aanvraag is ingetrokken. De plek is weer vrij.",
    "cancelled": "De verwijzing is ingetrokken.",
    "accepted": "U heeft de plek toegezegd. U ziet nu om wie het gaat.",
    "declined": "U heeft de aanvraag afgewezen. De plek is weer vrij.",
    "started": "U heeft gemeld dat de persoon is aangekomen.",
    "signed-out": "U bent uitgelogd.",
}
"""What a page says after a step; the address carries only the code."""


def urgency(code: str | None) -> str:
    """A class with its meaning: never a colour or a code alone."""
    return "niet bekend" if code is None else f"{code} - {URGENCY[code]}"


def word(table: Mapping[str, str], code: str | None) -> str:
    """The word for a code; the code itself where there is none yet."""
    return "niet bekend" if code is None else table.get(code, code)


def kind(code: str) -> str:
    """A kind of care as the beginning of a line."""
    name = word(KIND, code)
    return name[:1].upper() + name[1:]


def place_name(pc4: str | None) -> str | None:
    """The town of a four-digit postcode, when it is one of Drenthe."""
    found = places().get(pc4) if pc4 else None
    return found.place if found else None


def fact(link: str) -> str:
    """The question behind a fact."""
    return _questions().get(link, link)


@cache
def _questions() -> Mapping[str, str]:
    return {one.link: one.nl for one in FACT.values()}


def value(given: Any) -> str:
    """A value of a fact."""
    if given is None:
        return "niet bekend"
    if isinstance(given, bool):
        return "ja" if given else "nee"
    if isinstance(given, float):
        return number(given)
    if isinstance(given, list) and all(isinstance(end, int) for end in given):
        return " tot ".join(str(end) for end in given)  # a total of which parts are missing
    if isinstance(given, list | tuple | set | frozenset):
        return ", ".join(value(one) for one in given) or "geen"
    return str(given)


def number(given: float) -> str:
    """A number with a comma, and without decimals that say nothing."""
    return f"{given:.1f}".removesuffix(".0").replace(".", ",")


def moment(at: datetime, now: datetime) -> str:
    """A moment on the clock here: the time alone when it is today."""
    here = at.astimezone(AMSTERDAM)
    if here.date() == now.astimezone(AMSTERDAM).date():
        return f"{here:%H:%M}"
    return f"{here.day} {_MONTHS[here.month - 1]} {here:%H:%M}"


_MONTHS = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")


def span(length: timedelta) -> str:
    """A length of time as people say it: 5 min, 2 uur 10 min, 3 dagen."""
    minutes = max(0, math.floor(length.total_seconds() / 60))
    if minutes < _HOUR:
        return f"{minutes} min"
    if minutes < 2 * _DAY:
        hours, rest = divmod(minutes, _HOUR)
        return f"{hours} uur {rest} min" if rest else f"{hours} uur"
    return f"{minutes // _DAY} dagen"


_HOUR = 60
_DAY = 24 * _HOUR


def age(need: Need | Outline) -> str:
    """How old the person is: exact for who may know, else the ten years around it."""
    if isinstance(need, Need):
        return "niet bekend" if need.age is None else f"{need.age} jaar"
    if need.age_from is None:
        return "niet bekend"
    oldest = need.age_to == OLDEST
    return f"{need.age_from} jaar " + ("of ouder" if oldest else f"tot en met {need.age_to} jaar")
