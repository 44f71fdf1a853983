"""Each way out when nothing is free: when it is there, for whom, and what it says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from capacity.geography import places
from capacity.matching import match
from capacity.snapshot import Supply
from capacity.supply import Counters, Release, Service, Unit
from coordination.places import ways_out
from triage.need import Kind, Need, Requirement
from triage.urgency import Urgency

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)  # a Wednesday, 13:00 in Drenthe
HOOGEVEEN = places()["7901"]
NEED = Need(kind=Kind.ELV_LOW, urgency=Urgency.U4, within_hours=48, pc4="7901", age=80)


def bed(name: str, *kinds: Kind, **more: Any) -> Service:
    basis = Service(
        id=name,
        organisation="voorbeeld",
        site="voorbeeld",
        name=f"Huize {name}",
        kinds=frozenset(kinds or {Kind.ELV_LOW}),
        unit=Unit.BED,
        pc4="7901",
        subregion="hoogeveen",
        latitude=HOOGEVEEN.latitude,
        longitude=HOOGEVEEN.longitude,
    )
    return msgspec.structs.replace(basis, **more)


def figures(service: Service, free: int, **more: Any) -> Counters:
    return Counters(
        service=service.id,
        unit=Unit.BED,
        staffed=5,
        occupied=5 - free,
        as_of=NOW - timedelta(hours=1),
        valid_until=NOW + timedelta(hours=23),
        source="test",
        **more,
    )


def supply(*services: Service, free: int = 1, **more: Any) -> Supply:
    return Supply(services, {one.id: figures(one, free, **more) for one in services})


def test_other_care_is_a_way_out_where_it_is_free() -> None:
    need = msgspec.structs.replace(NEED, kind=Kind.RESPITE)
    (way,) = ways_out.other_kind(need, supply(bed("a", Kind.RESPITE)), 0, NOW)
    assert (way.way, way.kind) == ("other-kind", Kind.RESPITE)
    assert [one.name for one in way.services] == ["Huize a"]
    assert "logeren" in way.text
    assert ways_out.other_kind(need, supply(bed("a", Kind.RESPITE), free=0), 0, NOW) == []


def test_an_observation_bed_must_have_what_the_person_needs() -> None:
    there = supply(bed("o", Kind.OBSERVATION))
    (way,) = ways_out.observation(NEED, there, 0, NOW)
    assert (way.kind, [one.service for one in way.services]) == (Kind.OBSERVATION, ["o"])
    assert "tweede professional" in way.text
    alone = msgspec.structs.replace(NEED, requirements=frozenset({Requirement.ISOLATION}))
    assert ways_out.observation(alone, there, 0, NOW) == []
    home = msgspec.structs.replace(NEED, kind=Kind.NURSING_PLANNED, hours_per_week=4.0)
    assert ways_out.observation(home, there, 0, NOW) == []


def test_a_guarantee_bed_is_a_way_out_for_who_is_urgent_and_fits_nowhere_else() -> None:
    kept = bed("g", guarantee=True)
    urgent = msgspec.structs.replace(NEED, urgency=Urgency.U2)
    full = Supply([kept, bed("a")], {"g": figures(kept, 1), "a": figures(bed("a"), 0)})
    (way,) = ways_out.guarantee(urgent, match(urgent, full, NOW))
    assert [one.service for one in way.services] == ["g"]
    assert ways_out.guarantee(NEED, match(NEED, full, NOW)) == []
    given = match(urgent, full, NOW, guarantee_given={"hoogeveen": NOW - timedelta(hours=3)})
    assert ways_out.guarantee(urgent, given) == []
    room = supply(kept, bed("a"))
    assert ways_out.guarantee(urgent, match(urgent, room, NOW)) == []


def test_a_neighbouring_region_is_told_with_the_moment_from_which_it_may_be_asked() -> None:
    there = supply(bed("n", pc4="7770", subregion="hardenberg", latitude=52.57, longitude=6.62))
    (later,) = ways_out.neighbours(NEED, match(NEED, there, NOW), there, NOW)
    assert later.at == NOW + timedelta(hours=24)
    assert later.text.endswith("vanaf morgen 13:00.")
    long = match(NEED, there, NOW, waited_hours=30)
    (now,) = ways_out.neighbours(NEED, long, there, NOW)
    assert (now.at, [one.service for one in now.services]) == (None, ["n"])
    assert now.text.endswith("die mag u nu vragen.")
    near = supply(bed("a"))
    assert ways_out.neighbours(NEED, match(NEED, near, NOW), near, NOW) == []


def test_what_is_expected_is_told_with_its_moment_and_no_promise() -> None:
    soon = (Release(at=NOW + timedelta(hours=4), amount=1),)
    (way,) = ways_out.releases(NEED, supply(bed("a"), free=0, releases=soon), 0, NOW)
    assert way.text == "Er wordt plaats verwacht: de eerste 17:00. Dat is geen belofte."
    assert [(one.service, one.at, one.distance_km) for one in way.services] == [
        ("a", soon[0].at, 0.0)
    ]
    assert ways_out.releases(NEED, supply(bed("a"), free=0), 0, NOW) == []


def test_the_list_says_which_place_someone_has_or_would_get() -> None:
    would, has = (ways_out.waiting_list(NEED, 3, waits=waits) for waits in (False, True))
    assert would.text == (
        "Op de wachtlijst voor ELV laag complex komt deze persoon als 3e te staan."
    )
    assert has.text == "Deze persoon wacht al, als 3e op de lijst voor ELV laag complex."
    assert would.position == has.position == 3
