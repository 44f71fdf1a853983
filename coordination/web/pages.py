"""How a page is made: the templates, what each of them knows, and what a refusal looks like."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar.exceptions import HTTPException
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Redirect, Template
from litestar.template import TemplateConfig

from coordination import edge
from coordination.errors import Refused, Wrong
from coordination.parts import AnyRequest
from coordination.permissions import Actor, Role
from coordination.web import words
from coordination.web.files import address

FOLDER: Final = Path(__file__).parent

_DUTCH: Final[Mapping[str, str]] = {
    "forbidden": "U mag deze pagina niet gebruiken met uw rol.",
    "not-found": "Deze pagina is er niet, of u mag hem niet zien.",
    "unauthenticated": "U bent niet meer ingelogd. Log opnieuw in.",
    "unavailable": "Het lukt nu even niet. Probeer het over een minuut opnieuw.",
    "fault": "Er ging bij ons iets mis. Er is niets opgeslagen.",
    "nothing-free": "Daar is net de laatste plek weggegaan. Kies een andere plek.",
    "placed-already": "Deze persoon heeft al een plek, onder een andere verwijzing.",
    "does-not-fit": "Deze plek past nu niet bij deze persoon.",
    "advice-provisional": "Het advies is nog voorlopig. Beantwoord eerst de open vragen.",
    "not-placed-here": "Voor dit advies zoekt Naober geen plek.",
    "offer-expired": "De tijd om te antwoorden is voorbij. De plek is niet meer vastgehouden.",
    "service-unknown": "Deze plek bestaat niet.",
    "reason": "Kies een reden uit de lijst.",
    "conflict": "Dit kan niet meer. Er is intussen iets veranderd. Kijk eerst hoe het er nu voor"
    " staat.",
}
"""What went wrong, by the code of the refusal."""

_TITLE: Final[Mapping[Wrong, str]] = {
    Wrong.FORBIDDEN: "Dit mag niet",
    Wrong.NOT_FOUND: "Niet gevonden",
    Wrong.CONFLICT: "Dit kan nu niet",
    Wrong.UNPROCESSABLE: "Dit kan zo niet",
    Wrong.UNAVAILABLE: "Nu niet bereikbaar",
    Wrong.FAULT: "Er ging iets mis",
}


def environment() -> Environment:
    """Jinja that escapes everything and stumbles over what it does not know."""
    made = Environment(
        loader=FileSystemLoader(FOLDER / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["w"] = words
    made.globals["address"] = address
    return made


def templates() -> TemplateConfig[JinjaTemplateEngine]:
    """The templates of the pages."""
    return TemplateConfig(instance=JinjaTemplateEngine.from_environment(environment()))


def page(
    name: str, request: AnyRequest, *, status: int = 200, now: datetime | None = None, **known: Any
) -> Template:
    """A page for whoever asks; never kept by a browser, for it may name a person.

    Args:
        name: the template.
        request: who asks for what.
        status: HTTP status.
        now: the moment that the page shows; the clock's when not given.
        known: what the template uses besides.
    """
    return Template(
        f"{name}.html",
        status_code=status,
        headers={"Cache-Control": "no-store", "Vary": "Cookie, Authorization"},
        context={
            "actor": request.scope.get("actor"),
            "path": request.scope["path"],
            "said": words.SAID.get(request.query_params.get("said", "")),
            "now": now or datetime.now(UTC),
            **known,
        },
    )


def see(path: str, said: str = "") -> Redirect:
    """Sends the browser on after a step, so that reloading does not repeat it."""
    return Redirect(f"{path}?said={said}" if said else path, status_code=303)


def home(role: Role) -> str | None:
    """The first page of a role; None where there is none yet."""
    if role is Role.PROVIDER:
        return "/offers"
    return None if role in {Role.ANALYST, Role.PRIVACY_OFFICER} else "/worklist"


def refused(request: AnyRequest, error: Refused) -> Template:
    """A refusal in plain words, with the status that it has for programs."""
    dutch = _DUTCH.get(error.code) or _DUTCH.get(error.wrong.value)
    return page(
        "refused",
        request,
        status=edge.status(error),
        title=_TITLE.get(error.wrong, "Dit lukt niet"),
        text=dutch or error.detail,
        language="nl" if dutch else "en",
        faults=[one.message for one in error.faults] if error.code == "does-not-fit" else [],
        back=_back(request),
    )


def unread(request: AnyRequest, error: HTTPException) -> Template:
    """What Litestar refuses itself: a form that lacks a field, an unknown address."""
    wrong = edge.BY_STATUS.get(error.status_code, Wrong.INVALID)
    text = "Niet alles is ingevuld. Ga terug en probeer het opnieuw."
    return refused(request, Refused(wrong, _DUTCH.get(wrong.value, text)))


def _back(request: AnyRequest) -> str:
    """Where one goes on after a refusal: the referral that it was about, or the first page."""
    parts = request.scope["path"].split("/")
    if parts[1:2] == ["referrals"] and len(parts) > 3:  # noqa: PLR2004 - a step on a referral
        return "/".join(parts[:3])
    actor = request.scope.get("actor")
    return (home(actor.role) if isinstance(actor, Actor) else None) or "/signin"
