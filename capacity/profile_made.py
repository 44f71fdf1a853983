"""The service that a checked description makes."""

from __future__ import annotations

from capacity.geography import place_of
from capacity.hours import AdmissionHours, Window
from capacity.profile import Profile, Where
from capacity.profile_check import municipalities
from capacity.supply import Conversion, Service, Site
from triage.need import Kind, Payer, Requirement, Wish


def made_site(where: Where, identity: str, organisation: str) -> Site:
    """The site of a description that ``profile_check.check`` found no fault in.

    Args:
        where: with a name and a postcode.
        identity: for the site.
        organisation: id.
    """
    assert where.name is not None  # noqa: S101 - checked
    assert where.pc4 is not None  # noqa: S101 - checked
    place = place_of(where.pc4)
    latitude, longitude, subregion = where.latitude, where.longitude, where.subregion
    if place is not None:
        subregion = place.subregion
        if latitude is None or longitude is None:
            latitude, longitude = place.latitude, place.longitude
    assert latitude is not None  # noqa: S101 - checked
    assert longitude is not None  # noqa: S101 - checked
    assert subregion is not None  # noqa: S101 - checked
    return Site(
        id=identity,
        organisation=organisation,
        name=where.name.strip(),
        pc4=where.pc4,
        latitude=latitude,
        longitude=longitude,
        subregion=subregion,
    )


def made_service(profile: Profile, identity: str, site: Site) -> Service:
    """The service of a description that ``profile_check.check`` found no fault in.

    Args:
        profile: the description.
        identity: for the service.
        site: where it is.
    """
    known = municipalities()
    area = frozenset(profile.area).union(
        *(known[name.casefold()][1] for name in profile.municipalities)
    )
    return Service(
        id=identity,
        organisation=site.organisation,
        site=site.id,
        name=profile.name.strip(),
        kinds=frozenset(Kind(code) for code in profile.kinds),
        unit=profile.unit,
        pc4=site.pc4,
        subregion=site.subregion,
        latitude=site.latitude,
        longitude=site.longitude,
        area=area,
        payers=frozenset(Payer(code) for code in profile.payers),
        offers=frozenset(Requirement(code) for code in profile.requirements),
        sexes=frozenset(profile.sexes),
        age_from=profile.age_from,
        age_to=profile.age_to,
        admission=AdmissionHours(
            windows=tuple(
                Window(day=day, opens=_minutes(one.opens), closes=_minutes(one.closes))
                for one in profile.admission
                for day in sorted(set(one.days))
            )
        ),
        notice_hours=profile.notice_hours,
        active=profile.active,
        insurers=frozenset(profile.insurers),
        closed_only=profile.closed_only,
        languages=frozenset(profile.languages),
        levels=frozenset(profile.levels),
        wishes=frozenset(Wish(code) for code in profile.wishes),
        guarantee=profile.guarantee,
        converts=tuple(
            Conversion(kind=Kind(one.kind), hours=one.hours) for one in profile.converts
        ),
        response_minutes=profile.response_minutes,
    )


def _minutes(clock: str) -> int:
    hours, _, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)
