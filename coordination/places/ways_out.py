"""The ways out when nothing is free, each with what it is and why, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from capacity.expecting import expected
from capacity.matching import Match, Matches, shortlist
from capacity.rings import Ring
from capacity.snapshot import Supply
from capacity.words import day_and_clock, kind_name
from triage.need import BED_KINDS, Kind, Need

MOST = 5
"""Services that are named for one way out."""


class Option(msgspec.Struct, frozen=True, kw_only=True):
    """A service of a way out.

    Attributes:
        distance_km: by road, estimated; None when the home is not known.
        at: when it expects to have enough room; None where it has that now.
    """

    service: str
    name: str
    organisation: str
    subregion: str
    distance_km: float | None = None
    at: datetime | None = None


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A way out.

    Attributes:
        way: "other-kind", "observation", "guarantee", "neighbours", "bridging", "expected" or
            "waiting-list".
        kind: of care.
        text: what it is and why, in Dutch.
        text_en: the same in English.
        services: best or soonest first.
        at: from when on; None: now.
        position: that this person has, or would get, on the waiting list.
    """

    way: str
    kind: Kind
    text: str
    text_en: str
    services: Sequence[Option] = ()
    at: datetime | None = None
    position: int | None = None


def other_kind(need: Need, supply: Supply, waited: float, now: datetime) -> list[Way]:
    """Other care that the advice calls safe, where it is free.

    Args:
        need: of the other kind.
        supply: what there is.
        waited: hours since the referral.
        now: the moment.
    """
    fits = shortlist(need, supply, now, MOST, waited_hours=waited)
    name, name_en = kind_name(need.kind)
    way = Way(
        way="other-kind",
        kind=need.kind,
        text=f"Het advies noemt {name} ook veilig, en daar is nu plaats. Wijk van het advies af"
        " naar deze zorg. Vraag daarna de plek.",
        text_en=f"The advice calls {name_en} safe as well, and there is room now. Depart from the"
        " advice to this care, then ask for the place.",
        services=_options(fits),
    )
    return [way] if fits else []


def observation(need: Need, supply: Supply, waited: float, now: datetime) -> list[Way]:
    """A bed to see what care is needed, for who is acute and would have another bed.

    What the person needs of that bed (isolation, a closed ward) is asked of this one too.
    """
    if need.kind not in BED_KINDS or need.kind is Kind.OBSERVATION:
        return []
    meanwhile = msgspec.structs.replace(need, kind=Kind.OBSERVATION)
    fits = shortlist(meanwhile, supply, now, MOST, waited_hours=waited)
    way = Way(
        way="observation",
        kind=Kind.OBSERVATION,
        text="Er is een observatiebed vrij: tijdelijk, om na een acute gebeurtenis te zien welke"
        " zorg nodig is. Het advies noemt dit niet. Overleg met een specialist"
        " ouderengeneeskunde; een tweede professional moet het ermee eens zijn.",
        text_en="An observation bed is free: for a while, to see after an acute event what care"
        " is needed. The advice does not name it. Consult an elderly care physician; a second"
        " professional must agree.",
        services=_options(fits),
    )
    return [way] if fits else []


def guarantee(need: Need, found: Matches) -> list[Way]:
    """The bed that each sub-region keeps for who can't wait and fits nowhere else."""
    fits = [one for one in found.matches if one.ring is Ring.GUARANTEE]
    way = Way(
        way="guarantee",
        kind=need.kind,
        text="Er is een garantiebed. Elke subregio houdt er een vrij voor wie niet kan wachten en"
        " nergens anders past.",
        text_en="There is a guarantee bed. Each sub-region keeps one for who can't wait and fits"
        " nowhere else.",
        services=_options(fits[:MOST]),
    )
    return [way] if fits else []


def neighbours(need: Need, found: Matches, supply: Supply, now: datetime) -> list[Way]:
    """Regions outside the province: now, or from the moment on which they are asked as well."""
    if found.widens_at is None:
        fits = [one for one in found.matches if one.ring is Ring.NEIGHBOURING]
        text = "Er is plaats in een buurregio, en die mag u nu vragen."
        text_en = "There is room in a neighbouring region, and you may ask it now."
    else:
        wide = shortlist(need, supply, now, 10 * MOST, waited_hours=need.within_hours)
        fits = [one for one in wide if one.ring is Ring.NEIGHBOURING]
        clock, clock_en = day_and_clock(found.widens_at, now)
        text = f"Er is plaats in een buurregio. Die mag u vragen vanaf {clock}."
        text_en = f"There is room in a neighbouring region. You may ask it from {clock_en} on."
    way = Way(
        way="neighbours",
        kind=need.kind,
        text=text,
        text_en=text_en,
        services=_options(fits[:MOST]),
        at=found.widens_at,
    )
    return [way] if fits else []


def releases(need: Need, supply: Supply, waited: float, now: datetime) -> list[Way]:
    """Services that have no place now and expect one."""
    found = expected(need, supply, now, waited_hours=waited, most=MOST)
    if not found:
        return []
    clock, clock_en = day_and_clock(found[0].at, now)
    seen = {one.service.id: one.distance_km for one in supply.view(need).open}
    services = []
    for one in found:
        service = supply.service(one.service)
        assert service is not None  # noqa: S101 - found in this very supply
        services.append(
            Option(
                service=service.id,
                name=service.name,
                organisation=service.organisation,
                subregion=service.subregion,
                distance_km=seen[service.id],
                at=one.at,
            )
        )
    return [
        Way(
            way="expected",
            kind=need.kind,
            text=f"Er wordt plaats verwacht: de eerste {clock}. Dat is geen belofte.",
            text_en=f"Room is expected: the first {clock_en}. That is no promise.",
            services=services,
            at=found[0].at,
        )
    ]


def bridging(need: Need, bridge: Need, supply: Supply, waited: float, now: datetime) -> list[Way]:
    """Care at home until there is a bed, where a team can give it."""
    fits = shortlist(bridge, supply, now, MOST, waited_hours=waited)
    name, name_en = kind_name(need.kind)
    way = Way(
        way="bridging",
        kind=bridge.kind,
        text=f"Een team kan thuis zorg geven tot er plaats is ({name}). Wie wacht, blijft op de"
        " lijst staan.",
        text_en=f"A team can give care at home until there is a place ({name_en}). Who waits"
        " stays on the list.",
        services=_options(fits),
    )
    return [way] if fits else []


def waiting_list(need: Need, position: int, *, waits: bool) -> Way:
    """The list of this kind of care, with the place that someone has on it or would get."""
    name, name_en = kind_name(need.kind)
    if waits:
        text = f"Deze persoon wacht al, als {position}e op de lijst voor {name}."
        text_en = f"This person waits already, as no. {position} for {name_en}."
    else:
        text = f"Op de wachtlijst voor {name} komt deze persoon als {position}e te staan."
        text_en = f"On the waiting list for {name_en} this person would be no. {position}."
    return Way(way="waiting-list", kind=need.kind, text=text, text_en=text_en, position=position)


def _options(fits: Sequence[Match]) -> list[Option]:
    return [
        Option(
            service=one.service.id,
            name=one.service.name,
            organisation=one.service.organisation,
            subregion=one.service.subregion,
            distance_km=one.distance_km,
        )
        for one in fits
    ]
