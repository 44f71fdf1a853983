"""Ranking is transparent, steady, and never breaks a hard constraint."""

from datetime import timedelta

import msgspec
import pytest
from capacity_examples import ASSEN, NOW, bed, figures, need, nursing, snapshot, team

from capacity.constraints import why_not
from capacity.hours import weekly
from capacity.matching import Matches, match, shortlist, why_not_here
from capacity.region import DEFAULT
from capacity.rings import Ring
from capacity.snapshot import Supply
from capacity.supply import Conversion, Service
from triage.need import Kind, Need, Wish
from triage.urgency import Urgency


def ids(supply: Supply, wanted: Need) -> list[str]:
    return [found.service.id for found in match(wanted, supply, NOW).matches]


def test_a_match_says_where_how_far_how_much_and_since_when() -> None:
    found = match(need(), snapshot(bed(pc4=ASSEN)), NOW).matches[0]
    assert found.distance_km is not None
    assert 33 < found.distance_km < 45
    assert (found.free, found.as_of) == (2, NOW - timedelta(hours=1))
    assert found.ring is Ring.PROVINCE


def test_the_score_is_the_sum_of_its_parts_and_the_best_place_gets_100() -> None:
    service = bed(wishes=frozenset({Wish.GARDEN, Wish.PETS}))
    empty = figures(service, occupied=0, as_of=NOW)
    wanted = need(
        carer=service.organisation,
        preferred=service.id,
        wishes=frozenset({Wish.GARDEN}),
    )
    found = match(wanted, Supply([service], {service.id: empty}), NOW)
    assert found.matches[0].parts == {
        "time": 25,
        "distance": 20,
        "ring": 10,
        "carer": 15,
        "preferred": 10,
        "wishes": 5,
        "fairness": 10,
        "freshness": 5,
    }
    assert found.matches[0].score == 100


@pytest.mark.parametrize(
    ("better", "worse"),
    [
        ({}, {"pc4": ASSEN}),
        ({}, {"notice_hours": 6.0}),
        ({}, {"admission": weekly([4], 8, 17)}),
        ({"organisation": "carer"}, {}),
        ({"organisation": "carer", "pc4": "7921"}, {}),
        ({"organisation": "asked for"}, {}),
        ({"organisation": "carer"}, {"organisation": "asked for"}),
        ({"wishes": frozenset({Wish.GARDEN, Wish.PETS})}, {"wishes": frozenset({Wish.PETS})}),
        ({"wishes": frozenset({Wish.GARDEN})}, {"wishes": frozenset({Wish.PETS, Wish.QUIET_WARD})}),
    ],
)
def test_nearer_sooner_known_and_wanted_come_first(
    better: dict[str, object], worse: dict[str, object]
) -> None:
    supply = snapshot(bed(id="z", **better), bed(id="a", **worse))
    wanted = need(
        carer="carer",
        preferred="asked for",
        wishes=frozenset({Wish.GARDEN, Wish.SINGLE_ROOM}),
    )
    assert ids(supply, wanted) == ["z", "a"]


def test_the_existing_carer_outweighs_an_empty_rival_with_the_newest_figure() -> None:
    ours, rival = bed(id="z", organisation="carer"), bed(id="a")
    supply = Supply(
        [ours, rival],
        {
            "z": figures(ours, occupied=11, as_of=NOW - timedelta(hours=23, minutes=59)),
            "a": figures(rival, occupied=0, as_of=NOW),
        },
    )
    assert ids(supply, need(carer="carer")) == ["z", "a"]


def test_the_emptier_provider_and_the_newer_figure_come_first() -> None:
    busy, quiet = bed(id="a"), bed(id="z")
    supply = Supply([busy, quiet], {"a": figures(busy), "z": figures(quiet, occupied=6)})
    assert ids(supply, need()) == ["z", "a"]
    older = figures(busy, as_of=NOW - timedelta(hours=20))
    supply = Supply([busy, quiet], {"a": older, "z": figures(quiet)})
    assert ids(supply, need()) == ["z", "a"]


def test_equal_scores_go_by_id_whatever_the_order_of_the_services() -> None:
    services = [bed(id=name) for name in "dbac"]
    assert ids(snapshot(*services), need()) == ["a", "b", "c", "d"]
    assert ids(snapshot(*reversed(services)), need()) == ["a", "b", "c", "d"]


def test_near_relatives_are_explained_and_other_kinds_are_left_out_silently() -> None:
    relative = bed(id="relative", kinds=frozenset({Kind.ELV_HIGH}))
    stranger = bed(id="stranger", kinds=frozenset({Kind.GRZ}))
    answer = match(need(), snapshot(relative, stranger), NOW)
    assert answer.matches == []
    assert [(left.service.id, left.reasons[0].code) for left in answer.excluded] == [
        ("relative", "other-kind")
    ]
    assert why_not(need(), stranger, figures(stranger), NOW)[0].code == "other-kind"


def test_one_pool_of_unlabelled_beds_answers_for_each_of_its_kinds() -> None:
    pool = bed(kinds=frozenset({Kind.ELV_LOW, Kind.ELV_HIGH, Kind.RESPITE}))
    for kind in pool.kinds:
        assert ids(snapshot(pool), need(kind=kind)) == [pool.id]


def test_excluded_services_come_nearest_first() -> None:
    near, far = bed(id="z", active=False), bed(id="a", active=False, pc4=ASSEN)
    assert [e.service.id for e in match(need(), snapshot(far, near), NOW).excluded] == ["z", "a"]


def test_a_person_without_a_known_home_is_matched_without_distance() -> None:
    found = match(need(pc4=None), snapshot(bed()), NOW).matches[0]
    assert found.distance_km is None
    assert found.parts["distance"] == 0
    assert found.ring is Ring.PROVINCE


def test_a_place_near_someone_else_counts_from_there() -> None:
    supply = snapshot(bed(id="home"), bed(id="daughter", pc4=ASSEN))
    assert ids(supply, need(near_pc4=ASSEN)) == ["daughter", "home"]


def test_a_service_without_any_figure_is_explained_not_forgotten() -> None:
    answer = match(need(), Supply([bed()], {}), NOW)
    assert [e.reasons[0].code for e in answer.excluded] == ["not-reported"]


def test_a_place_wanted_at_once_gets_all_points_for_time_and_no_division_by_zero() -> None:
    found = match(need(within_hours=0), snapshot(bed()), NOW).matches[0]
    assert found.parts["time"] == DEFAULT.weights.time


def test_newer_figures_make_a_new_snapshot_and_leave_the_old_one() -> None:
    before = snapshot(bed())
    after = before.with_counters(figures(bed(), occupied=12))
    assert ids(before, need()) == [bed().id]
    assert ids(after, need()) == []


URGENT = {"urgency": Urgency.U2, "within_hours": 1.0}


def guarantee(**changes: object) -> Service:
    return bed(**({"id": "guarantee", "guarantee": True, "pc4": ASSEN} | changes))


def kept(answer: Matches) -> list[str]:
    return [r.code for left in answer.excluded if left.service.guarantee for r in left.reasons]


def test_a_guarantee_bed_is_no_match_while_anything_else_fits_however_far() -> None:
    supply = snapshot(guarantee(), bed(id="far", pc4="7811"))
    answer = match(need(**URGENT), supply, NOW)
    assert [one.service.id for one in answer.matches] == ["far"]
    assert kept(answer) == ["guarantee-kept"]


def test_a_guarantee_bed_is_the_last_ring_for_who_is_urgent_and_fits_nowhere_else() -> None:
    supply = snapshot(guarantee(), bed(active=False))
    (found,) = match(need(**URGENT), supply, NOW).matches
    assert (found.service.id, found.ring) == ("guarantee", Ring.GUARANTEE)
    assert match(need(**URGENT), supply, NOW).widest is Ring.GUARANTEE
    assert found.parts["ring"] == 0


def test_a_guarantee_bed_is_kept_from_who_can_wait() -> None:
    calm = need(urgency=Urgency.U4, within_hours=72)
    assert kept(match(calm, snapshot(guarantee()), NOW, waited_hours=71)) == ["guarantee-kept"]


def test_a_sub_region_gives_one_guarantee_bed_a_day_and_another_may_give_its_own() -> None:
    supply = snapshot(guarantee(), guarantee(id="emmen", pc4="7811"))
    lately = {"assen": NOW - timedelta(hours=23, minutes=59)}
    answer = match(need(**URGENT), supply, NOW, guarantee_given=lately)
    assert [one.service.id for one in answer.matches] == ["emmen"]
    assert kept(answer) == ["guarantee-given"]
    before = {"assen": NOW - timedelta(hours=24)}
    assert len(match(need(**URGENT), supply, NOW, guarantee_given=before).matches) == 2


def test_the_conditions_of_a_guarantee_bed_hold_as_of_any_other() -> None:
    supply = snapshot(guarantee(sexes=frozenset({"male"})))
    assert kept(match(need(**URGENT), supply, NOW)) == ["sex"]


def test_a_guarantee_bed_of_another_region_is_not_ours_to_give() -> None:
    answer = match(need(**URGENT), snapshot(guarantee(subregion="hardenberg")), NOW)
    assert (answer.matches, answer.excluded) == ([], [])


def test_asked_alone_a_guarantee_bed_is_kept_and_asked_among_the_others_it_is_not() -> None:
    bed_, wanted = guarantee(), need(**URGENT)
    assert [r.code for r in why_not(wanted, bed_, figures(bed_), NOW)] == ["guarantee-kept"]
    assert why_not_here(wanted, bed_, snapshot(bed_), NOW) == []
    among = why_not_here(wanted, bed_, snapshot(bed_, bed()), NOW)
    assert [r.code for r in among] == ["guarantee-kept"]


def test_a_shortlist_never_has_a_guarantee_bed() -> None:
    assert shortlist(need(**URGENT), snapshot(guarantee()), NOW, 5) == []


def test_a_bed_that_can_be_made_ready_matches_later_and_says_so() -> None:
    other = bed(kinds=frozenset({Kind.GRZ}), converts=(Conversion(kind=Kind.ELV_LOW, hours=6),))
    (found,) = match(need(), snapshot(other), NOW).matches
    assert found.converted
    assert found.start == NOW + timedelta(hours=6)
    assert found.parts["time"] == 18.8  # three quarters of the points
    (own,) = match(need(kind=Kind.GRZ), snapshot(other), NOW).matches
    assert not own.converted
    assert own.start == NOW


def test_the_answer_says_which_ring_is_looked_in_and_when_it_widens() -> None:
    calm = need(urgency=Urgency.U4, within_hours=72)
    answer = match(calm, snapshot(bed()), NOW, waited_hours=6)
    assert (answer.widest, answer.widens_at) == (Ring.PROVINCE, NOW + timedelta(hours=30))
    later = match(calm, snapshot(bed()), NOW, waited_hours=36)
    assert (later.widest, later.widens_at) == (Ring.NEIGHBOURING, None)


def test_what_lies_beyond_every_ring_is_counted_and_not_listed() -> None:
    far = [bed(id=f"far-{n}", pc4="1012", subregion="elders") for n in range(9)]
    other = bed(id="other", pc4="1012", subregion="elders", kinds=frozenset({Kind.GRZ}))
    answer = match(need(), snapshot(bed(), *far, other), NOW)
    assert ([one.service.id for one in answer.matches], answer.excluded) == ([bed().id], [])
    assert answer.beyond == 9


def test_a_team_that_comes_to_the_postcode_is_asked_wherever_its_office_is() -> None:
    office = team(pc4="1012", subregion="elders")
    answer = match(nursing(), snapshot(office), NOW)
    assert [one.service.id for one in answer.matches] == [office.id]
    assert answer.beyond == 0
    assert match(nursing(pc4=ASSEN), snapshot(office), NOW).beyond == 1


def test_the_weights_and_rings_of_the_region_are_used() -> None:
    weights = msgspec.structs.replace(DEFAULT.weights, distance=0.0, freshness=25.0)
    rings = msgspec.structs.replace(DEFAULT.rings, neighbours={"assen": frozenset({"hardenberg"})})
    region = msgspec.structs.replace(DEFAULT, weights=weights, rings=rings)
    far = bed(pc4="7772", subregion="hardenberg")
    counters = {far.id: figures(far, as_of=NOW)}
    wanted = need(pc4=ASSEN, urgency=Urgency.U2)
    assert match(wanted, Supply([far], counters), NOW).matches == []
    (found,) = match(wanted, Supply([far], counters, region), NOW).matches
    assert found.ring is Ring.NEIGHBOURING
    assert (found.parts["distance"], found.parts["freshness"]) == (0, 25)
