"""A description of a service makes that service, and a service can be described again."""

import msgspec
import pytest
from capacity_examples import NOW, bed, team

from capacity.hours import AdmissionHours, Window, weekly
from capacity.profile import Hours, Profile, profile_of
from capacity.profile_check import check, municipalities
from capacity.profile_made import made_service
from capacity.supply import Conversion, Service, Site, Unit
from coordination.demo.region import region
from triage.need import Kind, Payer, Requirement, Wish

IDS = {
    "id": "00000000-0000-4000-8000-000000000001",
    "site": "20000000-0000-4000-8000-000000000001",
}


def site_of(service: Service) -> Site:
    return Site(
        id=service.site,
        organisation=service.organisation,
        name="Proefhof",
        pc4=service.pc4,
        latitude=service.latitude,
        longitude=service.longitude,
        subregion=service.subregion,
    )


def again(service: Service) -> Service:
    """The service that its own description makes."""
    sent = msgspec.json.decode(msgspec.json.encode(profile_of(service)), type=Profile)
    assert check(sent) == []
    return made_service(sent, service.id, site_of(service))


def test_every_service_of_the_demo_is_made_again_by_its_description() -> None:
    for service in region(1, NOW).services:
        assert again(service) == service


@pytest.mark.parametrize(
    "service",
    [
        bed(**IDS),
        team(**IDS, levels=frozenset({2, 6}), active=False),
        team(**IDS, kinds=frozenset({Kind.NURSING_NIGHT}), response_minutes=25),
        bed(
            **IDS,
            payers=frozenset(Payer),
            insurers=frozenset({"9991", "9992"}),
            offers=frozenset(Requirement),
            wishes=frozenset(Wish),
            sexes=frozenset({"female"}),
            age_from=60,
            age_to=70,
            closed_only=True,
            languages=frozenset({"nds", "pl"}),
            guarantee=True,
            converts=(Conversion(kind=Kind.GRZ, hours=6),),
            notice_hours=1.5,
        ),
    ],
)
def test_everything_that_a_service_says_of_itself_comes_back(service: Service) -> None:
    assert again(service) == service


def test_hours_of_the_week_come_back_day_by_day() -> None:
    late = AdmissionHours(windows=(Window(day=6, opens=1320, closes=1440),))
    for admission in (weekly(range(1, 6), 8, 17), late):
        service = bed(**IDS, admission=admission)
        assert again(service).admission == admission
    (shown,) = profile_of(bed(**IDS, admission=late)).admission
    assert shown == Hours(days=[6], opens="22:00", closes="24:00")


def test_the_twelve_municipalities_hold_every_postcode_of_drenthe_once() -> None:
    known = municipalities()
    assert len(known) == 12
    assert sum(len(pc4s) for _, pc4s in known.values()) == 283


def test_each_unit_has_its_own_kinds() -> None:
    beds = profile_of(bed(**IDS))
    assert check(beds) == []
    assert [one.path for one in check(msgspec.structs.replace(beds, unit=Unit.HOURS))] == [
        "kinds[0]",
        "area",
    ]
