"""The topics of the outbox, and what each says to a person by e-mail: Dutch, at B1 level.

A text says what happened and what to do, and never of whom: an e-mail is a postcard.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import msgspec

from capacity.hours import AMSTERDAM

TEST: Final = "contact.test"


class Letter(msgspec.Struct, frozen=True):
    """What a topic says by e-mail.

    Attributes:
        subject: what happened, in some words.
        text: what happened, and what to do, in some sentences.
    """

    subject: str
    text: str


_ANSWER = "Geef zo snel mogelijk antwoord: de plek blijft maar kort voor u staan."
_NOTHING = "U hoeft niets te doen."

TOPICS: Final[Mapping[str, Letter]] = {
    TEST: Letter(
        "dit is een test", "Dit is een test. Berichten van Naober komen op dit adres aan."
    ),
    "offer.requested": Letter(
        "een vraag om een plek",
        f"Het coördinatiepunt vraagt u om een plek of om zorg thuis. {_ANSWER}",
    ),
    "offer.reminder": Letter(
        "wij wachten op uw antwoord",
        "U heeft nog niet geantwoord op een vraag om een plek. De helft van de tijd is om."
        " Geef nu antwoord.",
    ),
    "offer.countered": Letter(
        "een ander moment voorgesteld",
        "Een zorgaanbieder kan de zorg geven, maar vanaf een ander moment."
        " Kijk of dat kan, en geef antwoord.",
    ),
    "offer.agreed": Letter(
        "uw voorstel is goed",
        "Het coördinatiepunt vindt het moment goed dat u voorstelde."
        " De plek is gegeven. In Naober ziet u om wie het gaat.",
    ),
    "offer.withdrawn": Letter(
        "een vraag is ingetrokken",
        "Een vraag aan u is ingetrokken. De plek die u vrijhield, is weer vrij.",
    ),
    "offer.waiting": Letter(
        "iemand staat op uw wachtlijst", "Een vraag staat nu op de wachtlijst van een dienst."
    ),
    "offer.accepted": Letter("een plek is gegeven", "Een vraag om een plek is aangenomen."),
    "offer.declined": Letter(
        "een plek is niet gegeven", "Een vraag om een plek is afgewezen. De reden staat in Naober."
    ),
    "offer.expired": Letter(
        "een vraag is verlopen",
        "Op een vraag om een plek kwam geen antwoord op tijd. De plek is weer vrij.",
    ),
    "offer.completed": Letter("de zorg is begonnen", f"De zorg is begonnen. {_NOTHING}"),
    "offer.away": Letter(
        "een bed wordt vastgehouden",
        "Iemand is terug naar het ziekenhuis. Het bed blijft een dag vrij voor die persoon.",
    ),
    "offer.returned": Letter(
        "iemand is terug uit het ziekenhuis",
        f"Iemand is terug uit het ziekenhuis. De zorg gaat verder. {_NOTHING}",
    ),
    "offer.ended": Letter("de zorg is geëindigd", f"De zorg is geëindigd. {_NOTHING}"),
    "capacity.reminder": Letter(
        "uw cijfers zijn bijna te oud",
        "Wat u meldde over uw vrije plekken of uren, is straks te oud. Meld het opnieuw."
        " Anders vragen wij u niet meer om een plek.",
    ),
    "capacity.reported": Letter(
        "nieuwe cijfers gemeld", f"Er zijn cijfers over vrije plekken gemeld. {_NOTHING}"
    ),
    "capacity.conflict": Letter(
        "er is meer toegezegd dan er is",
        "Een dienst meldt minder plekken of uren dan er al zijn toegezegd. Overleg met die dienst.",
    ),
    "referral.received": Letter("een nieuwe aanmelding", "Er is een nieuwe aanmelding."),
    "referral.escalated": Letter(
        "de tijd is bijna om",
        "Voor een aanmelding moet er snel een plek zijn, en die is er nog niet. Kijk er nu naar.",
    ),
    "referral.abort-asked": Letter(
        "een verwijzer wil een aanmelding intrekken",
        "Een verwijzer vraagt om een aanmelding in te trekken, maar de zorg is al begonnen."
        " Overleg met de dienst, en geef antwoord.",
    ),
    "waiting.place-found": Letter(
        "er is plek voor wie wacht",
        "Er is een plek vrij die past bij iemand op de wachtlijst. Kijk of u die plek wilt vragen.",
    ),
    "departure.proposed": Letter(
        "iemand wil afwijken van een advies",
        "Een collega wil afwijken van een advies. Een tweede professional moet het ermee eens"
        " zijn.",
    ),
    "departure.effective": Letter(
        "er is afgeweken van een advies", "Er is afgeweken van een advies. Dat geldt vanaf nu."
    ),
    "departure.rejected": Letter(
        "een afwijking is afgewezen", "Een voorstel om af te wijken van een advies is afgewezen."
    ),
    "departure.withdrawn": Letter(
        "een afwijking is ingetrokken",
        "Een voorstel om af te wijken van een advies is ingetrokken.",
    ),
    "departure.lapsed": Letter(
        "een afwijking is vervallen",
        "Een voorstel om af te wijken van een advies geldt niet meer: er is iets veranderd.",
    ),
}
"""Every topic that one can ask for by name."""

TO_PROVIDERS: Final = frozenset(
    {
        "offer.requested",
        "offer.reminder",
        "offer.withdrawn",
        "offer.agreed",
        "capacity.reminder",
        TEST,
    }
)
"""What a contact of a care organisation that names no topics is told: that for which one would
wake someone, and not what the organisation did itself."""

TO_THE_DESK: Final = frozenset(
    {
        "offer.declined",
        "offer.expired",
        "offer.countered",
        "capacity.conflict",
        "referral.escalated",
        "referral.abort-asked",
        "waiting.place-found",
        TEST,
    }
)
"""The same for a contact of the desk: what asks for a decision of the duty coordinator."""


def written(topic: str, identity: str, happened: datetime) -> Letter:
    """The whole e-mail of a topic.

    Args:
        topic: one of ``TOPICS``.
        identity: of the delivery, to speak of it by phone.
        happened: when, with time zone; told in Dutch time.
    """
    letter = TOPICS[topic]
    at = happened.astimezone(AMSTERDAM).strftime("%d-%m-%Y om %H.%M uur")
    return Letter(
        f"Naober: {letter.subject}",
        f"{letter.text}\n\n"
        f"Dit gebeurde op {at}.\n\n"
        "Open Naober zoals u dat altijd doet, en kijk daar. Uit veiligheid staat in deze e-mail\n"
        "geen link, en niets over een persoon. Deze e-mail komt van een computer: u kunt er niet\n"
        f"op antwoorden.\n\nKenmerk: {identity}\n",
    )
