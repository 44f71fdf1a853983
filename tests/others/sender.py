"""What a GP's system sends and waits for, whichever client it was built on."""

from __future__ import annotations

from typing import Any

from desk import Desk, first, fresh
from served import Served

KIND = "elv-low"
DUTCH_NUMBER = "http://fhir.nl/fhir/NamingSystem/bsn"


class Sender:
    """A GP's side of one referral.

    Args:
        desk: makes the other parties do their part.
        served: where the service listens.
    """

    def __init__(self, desk: Desk, served: Served) -> None:
        self.desk = desk
        self.url = f"{served.url}/fhir"
        self.token = desk.token("gp")

    def referral(self) -> dict[str, Any]:
        """A complete referral, about somebody new."""
        return fresh(KIND)

    async def placed_with(self, request: str) -> dict[str, Any]:
        """The coordinator offers it and the provider accepts; the offer."""
        offer = await self.desk.offered(request)
        answer = await self.desk.reply(offer, "accept")
        assert answer.status_code == 200, answer.text
        return offer


def number(bundle: dict[str, Any], kind: str) -> str:
    """The sender's own number of a resource, as a search asks for it: system|value."""
    one = first(bundle, kind)["identifier"][0]
    return f"{one['system']}|{one['value']}"


def ids(answer: dict[str, Any]) -> dict[str, str]:
    """The id that each resource of a transaction got, by its type; of several, the last."""
    places = [entry["response"]["location"].split("/") for entry in answer["entry"]]
    return {place[-4] if "_history" in place else place[-2]: _id(place) for place in places}


def _id(place: list[str]) -> str:
    return place[-3] if "_history" in place else place[-1]


def stage(task: Any) -> str:
    """How far a referral is: the code of its Task's businessStatus."""
    code: str = task["businessStatus"]["coding"][0]["code"]
    return code
