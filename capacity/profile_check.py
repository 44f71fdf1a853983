"""What is wrong with the description of a service, element by element."""

from __future__ import annotations

import math
import re
from collections.abc import Container, Iterable, Iterator, Sequence
from functools import cache
from typing import Final

from capacity import words
from capacity.geography import Place, place_of, places, subregions
from capacity.problem import Problem
from capacity.profile import Hours, Profile, Where
from capacity.seen import RESPONDING
from capacity.supply import NO_OLDEST, Unit
from triage.need import BED_KINDS, HOUR_KINDS, Kind, Payer, Requirement, Wish

LONGEST_NAME: Final = 120  # characters
MOST_HOURS: Final = 50
LONGEST_NOTICE: Final = 336.0  # hours: two weeks
LONGEST_CONVERSION: Final = 72.0  # hours
LONGEST_RESPONSE: Final = 1440  # minutes: a day
LEVELS: Final = range(2, 7)
DAYS: Final = range(1, 8)

_CLOCK: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00")
_INSURER: Final = re.compile(r"[0-9]{4}")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
_REGION: Final = re.compile(r"[a-z][a-z-]{1,39}")
_PC4: Final = re.compile(r"[1-9][0-9]{3}")
_NORTH, _EAST = (50.5, 54.0), (3.0, 8.0)
"""Degrees between which the Netherlands and what borders on it lie."""


def check(profile: Profile) -> list[Problem]:
    """Every fault in a description; an empty list when it can be taken."""
    return [
        *_name(profile.name, "name"),
        *_kinds(profile),
        *_site(profile.site),
        *_area(profile),
        *_lists(profile),
        *_numbers(profile),
        *(fault for at, one in enumerate(profile.admission) for fault in _hours(one, at)),
        *_for_beds(profile),
        *_for_teams(profile),
    ]


def _name(name: str | None, path: str) -> Iterator[Problem]:
    if name is None or not 1 <= len(name.strip()) <= LONGEST_NAME or not name.isprintable():
        yield Problem(path, f"send 1 to {LONGEST_NAME} characters, none of them invisible")


def _kinds(profile: Profile) -> Iterator[Problem]:
    known = BED_KINDS if profile.unit is Unit.BED else HOUR_KINDS
    if not profile.kinds:
        yield Problem("kinds", "name at least one kind of care")
    for at, code in enumerate(profile.kinds):
        if code not in known:
            counted = f"counted in {profile.unit}" if code in set(Kind) else "that is known here"
            yield Problem(f"kinds[{at}]", f"is no kind of care {counted}; {_one_of(known)}")


def _site(site: Where) -> Iterator[Problem]:
    rest = (site.name, site.pc4, site.latitude, site.longitude, site.subregion)
    if site.id is not None:
        if any(value is not None for value in rest):
            yield Problem("site", "send the id of a site of yours alone, or leave it out")
        return
    yield from _name(site.name, "site.name")
    if site.pc4 is None or not _PC4.fullmatch(site.pc4):
        yield Problem("site.pc4", "send the four digits of the postcode")
        return
    place = place_of(site.pc4)
    yield from _coordinates(site, place)
    if place is not None:
        if site.subregion not in {None, place.subregion}:
            yield Problem("site.subregion", f"{site.pc4} lies in {place.subregion}: leave it out")
    elif site.subregion is None or not _REGION.fullmatch(site.subregion):
        yield Problem("site.subregion", "is needed outside Drenthe: a code such as hardenberg")
    elif site.subregion in subregions():
        yield Problem("site.subregion", f"{site.pc4} lies outside Drenthe, so not in this one")


def _coordinates(site: Where, place: Place | None) -> Iterator[Problem]:
    if place is not None and site.latitude is None and site.longitude is None:
        return
    for name, value, (least, most) in (
        ("latitude", site.latitude, _NORTH),
        ("longitude", site.longitude, _EAST),
    ):
        if value is None and place is None:
            yield Problem(
                f"site.{name}",
                f"{site.pc4} is no postcode of Drenthe: correct it, or send where it lies",
            )
        elif value is None:
            yield Problem(f"site.{name}", "goes with the other coordinate: send both or neither")
        elif not least <= value <= most:
            yield Problem(f"site.{name}", f"send {least:g} to {most:g} degrees")


def _area(profile: Profile) -> Iterator[Problem]:
    for at, pc4 in enumerate(profile.area):
        if place_of(pc4) is None:
            yield Problem(f"area[{at}]", "is no postcode of Drenthe: send four digits of one")
    for at, name in enumerate(profile.municipalities):
        if name.casefold() not in municipalities():
            known = sorted(places_in[0] for places_in in municipalities().values())
            yield Problem(
                f"municipalities[{at}]",
                f"is no municipality of Drenthe; they are {', '.join(known)}",
            )
    somewhere = bool(profile.area or profile.municipalities)
    if profile.unit is Unit.HOURS and not somewhere:
        yield Problem("area", "a team goes somewhere: send its postcodes or municipalities")
    if profile.unit is Unit.BED and somewhere:
        yield Problem("area", "beds stay where they are: leave area and municipalities out")


@cache
def municipalities() -> dict[str, tuple[str, frozenset[str]]]:
    """The municipalities of Drenthe by name in small letters: name, and postcodes."""
    names = {place.municipality for place in places().values()}
    return {
        name.casefold(): (
            name,
            frozenset(one.pc4 for one in places().values() if one.municipality == name),
        )
        for name in names
    }


def _lists(profile: Profile) -> Iterator[Problem]:
    coded: tuple[tuple[str, Sequence[str], Iterable[str]], ...] = (
        ("payers", profile.payers, Payer),
        ("requirements", profile.requirements, Requirement),
        ("wishes", profile.wishes, Wish),
        ("sexes", profile.sexes, words.SEXES),
    )
    for name, codes, known in coded:
        yield from _each(name, codes, set(known), f"is not known here; {_one_of(known)}")
    for at, number in enumerate(profile.insurers):
        if not _INSURER.fullmatch(number):
            yield Problem(f"insurers[{at}]", "send the four digits of a UZOVI number")
    for at, code in enumerate(profile.languages):
        if not _LANGUAGE.fullmatch(code) or code == "nl":
            yield Problem(
                f"languages[{at}]",
                "send a code of two or three small letters, such as pl; Dutch goes without saying",
            )


def _each(
    name: str, codes: Sequence[str], known: Container[str], message: str
) -> Iterator[Problem]:
    for at, code in enumerate(codes):
        if code not in known:
            yield Problem(f"{name}[{at}]", message)


def _one_of(codes: Iterable[str]) -> str:
    return f"send one of {', '.join(sorted(codes))}"


def _numbers(profile: Profile) -> Iterator[Problem]:
    for name, age in (("age_from", profile.age_from), ("age_to", profile.age_to)):
        if not 0 <= age <= NO_OLDEST:
            yield Problem(name, f"send whole years, 0 to {NO_OLDEST}")
    if profile.age_from > profile.age_to:
        yield Problem("age_to", "is below age_from: nobody would fit")
    if not 0 <= profile.notice_hours <= LONGEST_NOTICE:
        yield Problem("notice_hours", f"send 0 to {LONGEST_NOTICE:g} hours")
    if len(profile.admission) > MOST_HOURS:
        yield Problem("admission", f"send at most {MOST_HOURS} stretches")


def _hours(one: Hours, at: int) -> Iterator[Problem]:
    if not one.days:
        yield Problem(f"admission[{at}].days", "name at least one day, 1 (Monday) to 7 (Sunday)")
    for number, day in enumerate(one.days):
        if day not in DAYS:
            yield Problem(f"admission[{at}].days[{number}]", "send 1 (Monday) to 7 (Sunday)")
    faulty = [name for name in ("opens", "closes") if not _CLOCK.fullmatch(getattr(one, name))]
    for name in faulty:
        yield Problem(f"admission[{at}].{name}", "send hours and minutes, such as 08:00")
    if not faulty and one.opens >= one.closes:
        yield Problem(
            f"admission[{at}].closes",
            "is not later than opens: write a stretch over midnight as two, to and from 24:00",
        )


def _for_beds(profile: Profile) -> Iterator[Problem]:
    beds = profile.unit is Unit.BED
    for at, one in enumerate(profile.converts):
        if one.kind not in BED_KINDS or one.kind in profile.kinds:
            yield Problem(
                f"converts[{at}].kind",
                f"is no kind of bed that is not in kinds already; {_one_of(BED_KINDS)}",
            )
        if one.kind in {before.kind for before in profile.converts[:at]}:
            yield Problem(f"converts[{at}].kind", "is named twice")
        if not (math.isfinite(one.hours) and 0 <= one.hours <= LONGEST_CONVERSION):
            yield Problem(f"converts[{at}].hours", f"send 0 to {LONGEST_CONVERSION:g} hours")
    for name in ("converts", "guarantee", "closed_only"):
        if getattr(profile, name) and not beds:
            yield Problem(name, "is for beds: leave it out")
    if profile.closed_only and Requirement.CLOSED_WARD not in profile.requirements:
        yield Problem("closed_only", "goes with closed-ward among the requirements")


def _for_teams(profile: Profile) -> Iterator[Problem]:
    for at, level in enumerate(profile.levels):
        if level not in LEVELS:
            yield Problem(f"levels[{at}]", "send a level from 2 to 6")
    if profile.levels and profile.unit is Unit.BED:
        yield Problem("levels", "are of teams: leave them out")
    minutes = profile.response_minutes
    if minutes is None:
        return
    if not 1 <= minutes <= LONGEST_RESPONSE:
        yield Problem("response_minutes", f"send 1 to {LONGEST_RESPONSE} minutes")
    if RESPONDING.isdisjoint(profile.kinds):
        yield Problem("response_minutes", f"is only for {' and '.join(sorted(RESPONDING))}")
