"""Every hard constraint leaves a service out, with its reason, and only then."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from capacity_examples import ASSEN, HOOGEVEEN, NOW, bed, figures, need, nursing, team

from capacity.constraints import why_not
from capacity.fitting import earliest_start
from capacity.hours import AMSTERDAM, weekly
from capacity.supply import Conversion, Counters, Service
from triage.need import Kind, Need, Payer, Requirement

OXYGEN = frozenset({Requirement.OXYGEN})


def codes(need: Need, service: Service, counters: Counters | None = None) -> list[str]:
    counters = counters or figures(service)
    return [reason.code for reason in why_not(need, service, counters, NOW)]


@pytest.mark.parametrize(
    ("wanted", "service"),
    [
        (need(), bed()),
        (need(payer=None), bed(payers=frozenset({Payer.ZVW}))),
        (need(payer=Payer.WLZ), bed(payers=frozenset())),
        (need(requirements=OXYGEN), bed(offers=OXYGEN | {Requirement.DRAIN})),
        (need(sex="female"), bed(sexes=frozenset({"female"}))),
        (need(sex=None), bed()),
        (need(age=None), bed()),
        (need(age=65), bed(age_from=65)),
        (need(age=65), bed(age_to=65)),
        (need(within_hours=24), bed(notice_hours=24)),
        (need(within_hours=0), bed()),
        (need(pc4=None), bed()),
        (nursing(hours_per_week=27.5), team()),
    ],
)
def test_what_fits_has_no_reasons(wanted: Need, service: Service) -> None:
    assert codes(wanted, service) == []


@pytest.mark.parametrize(
    ("wanted", "service", "code"),
    [
        (need(kind=Kind.GRZ), bed(), "other-kind"),
        (need(), bed(active=False), "inactive"),
        (need(within_hours=72), bed(pc4="7770", subregion="hardenberg"), "too-far"),
        (need(), bed(pc4="1012", subregion="elders"), "too-far"),
        (nursing(pc4=ASSEN), team(), "outside-area"),
        (nursing(pc4=None), team(), "area-unknown"),
        (need(payer=Payer.WLZ), bed(payers=frozenset({Payer.ZVW})), "payer"),
        (need(requirements=OXYGEN), bed(), "missing-requirement"),
        (need(sex="male"), bed(sexes=frozenset({"female"})), "sex"),
        (need(sex=None), bed(sexes=frozenset({"female"})), "sex-unknown"),
        (need(age=64), bed(age_from=65), "age"),
        (need(age=66), bed(age_to=65), "age"),
        (need(age=17), bed(), "age"),
        (need(age=None), bed(age_from=65), "age-unknown"),
        (need(within_hours=23.9), bed(notice_hours=24), "notice"),
        (need(within_hours=0), bed(admission=weekly([4], 8, 17)), "admission-hours"),
    ],
)
def test_each_constraint_leaves_out_with_its_own_reason(
    wanted: Need, service: Service, code: str
) -> None:
    assert codes(wanted, service) == [code]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"stop_reason": "griep"}, "stopped"),
        ({"stop_reason": "griep", "stop_until": NOW + timedelta(minutes=1)}, "stopped"),
        ({"valid_until": NOW - timedelta(seconds=1)}, "stale"),
        ({"occupied": 12}, "full"),
        ({"held": 1, "reserved": 1}, "full"),
        ({"occupied": 14}, "full"),
    ],
)
def test_figures_leave_out_with_their_own_reason(changes: dict[str, Any], code: str) -> None:
    assert codes(need(), bed(), figures(bed(), **changes)) == [code]


def test_a_stale_figure_is_unknown_and_so_never_called_full() -> None:
    old = figures(bed(), occupied=12, valid_until=NOW - timedelta(days=1))
    assert codes(need(), bed(), old) == ["stale"]


def test_a_service_that_never_reported_is_unknown() -> None:
    assert [reason.code for reason in why_not(need(), bed(), None, NOW)] == ["not-reported"]


def test_hours_must_be_enough_and_a_tenth_too_little_is_not() -> None:
    assert codes(nursing(hours_per_week=27.6), team()) == ["too-few-hours"]
    none_left = figures(team(), committed=400)
    assert codes(nursing(hours_per_week=0), team(), none_left) == ["full"]


def test_a_service_that_opens_in_time_fits_and_one_that_opens_later_does_not() -> None:
    tomorrow = bed(admission=weekly([4], 8, 17))  # Thursday 08:00, 19 hours from now
    assert codes(need(within_hours=19), tomorrow) == []
    assert codes(need(within_hours=18.9), tomorrow) == ["admission-hours"]


def test_notice_counts_before_the_admission_hours() -> None:
    office = bed(admission=weekly(range(1, 6), 8, 17), notice_hours=6)  # 19:00: too late today
    assert codes(need(within_hours=12), office) == ["admission-hours"]
    assert earliest_start(office, NOW) == NOW + timedelta(hours=19)


def test_hours_are_counted_as_they_pass_also_when_now_is_given_in_local_time() -> None:
    before = datetime(2026, 3, 28, 20, 0, tzinfo=AMSTERDAM)  # the night is an hour short
    sunday = bed(admission=weekly([7], 8, 17))
    for now in (before, before.astimezone(UTC)):
        fresh = figures(sunday, as_of=now, valid_until=now + timedelta(days=1))
        assert why_not(need(within_hours=11), sunday, fresh, now) == []
        late = why_not(need(within_hours=10.9), sunday, fresh, now)
        assert [reason.code for reason in late] == ["admission-hours"]


ACUTE = {"kind": Kind.NURSING_UNPLANNED, "hours_per_week": 3.5}


def acute_team(**changes: Any) -> Service:
    return team(kinds=frozenset({Kind.NURSING_UNPLANNED}), **changes)


@pytest.mark.parametrize(
    ("within", "minutes", "found"),
    [
        (0.5, 30, []),
        (0.5, 31, ["too-slow"]),
        (0.0, 30, []),  # at once is within half an hour: nobody is there sooner
        (0.0, 31, ["too-slow"]),
        (2.0, 120, []),
        (2.0, 121, ["too-slow"]),
        (12.0, None, ["response-unknown"]),
    ],
)
def test_an_unplanned_team_must_be_there_in_time_and_say_how_soon(
    within: float, minutes: int | None, found: list[str]
) -> None:
    wanted = nursing(within_hours=within, **ACUTE)
    assert codes(wanted, acute_team(response_minutes=minutes)) == found
    at_night = nursing(within_hours=within, kind=Kind.NURSING_NIGHT, hours_per_week=3.5)
    night_team = team(kinds=frozenset({Kind.NURSING_NIGHT}), response_minutes=minutes)
    assert codes(at_night, night_team) == found


def test_planned_care_does_not_ask_how_soon() -> None:
    assert codes(nursing(within_hours=0), team(response_minutes=None)) == []
    assert codes(nursing(within_hours=0), team(response_minutes=90)) == []


def test_a_bed_that_is_made_ready_in_time_fits_and_one_that_is_not_does_not() -> None:
    ready = Conversion(kind=Kind.ELV_LOW, hours=6)
    other = bed(kinds=frozenset({Kind.GRZ}), converts=(ready,))
    assert codes(need(within_hours=6), other) == []
    assert codes(need(within_hours=5.9), other) == ["made-ready"]
    late = msgspec.structs.replace(other, notice_hours=8.0)
    assert codes(need(within_hours=7), late) == ["notice"]
    assert codes(need(kind=Kind.HOSPICE), other) == ["other-kind"]


def test_the_reasons_of_time_are_plain_dutch_with_english_beside_it() -> None:
    slow = acute_team(response_minutes=90)
    (reason,) = why_not(nursing(within_hours=0.5, **ACUTE), slow, figures(slow), NOW)
    assert reason.text == "Dit team is er pas na 90 minuten."
    assert reason.text_en == "This team is there only after 90 minutes."
    other = bed(kinds=frozenset({Kind.GRZ}), converts=(Conversion(kind=Kind.ELV_LOW, hours=6.5),))
    (reason,) = why_not(need(within_hours=1), other, figures(other), NOW)
    assert reason.text == "Een bed hiervoor klaarmaken duurt 6,5 uur."
    assert reason.text_en == "Making a bed ready for this takes 6.5 hours."


def test_waiting_widens_the_ring() -> None:
    calm, outside = need(within_hours=72), bed(pc4="7770", subregion="hardenberg")
    assert why_not(calm, outside, figures(outside), NOW, waited_hours=40) == []


def test_all_reasons_are_given_not_only_the_first() -> None:
    service = bed(sexes=frozenset({"male"}), age_to=65, active=False)
    found = codes(need(requirements=OXYGEN), service, figures(service, occupied=12))
    assert found == ["inactive", "missing-requirement", "sex", "age", "full"]


def test_reasons_are_plain_dutch_with_english_beside_it() -> None:
    wanted = need(
        pc4=HOOGEVEEN,
        requirements=frozenset({Requirement.OXYGEN, Requirement.ISOLATION}),
        age=None,
        within_hours=0,
    )
    service = bed(age_from=60, age_to=75, admission=weekly([4], 8, 17))
    stopped = figures(service, stop_reason="griep", stop_until=NOW + timedelta(days=1))
    reasons = why_not(wanted, service, stopped, NOW)
    assert [reason.text for reason in reasons] == [
        "Heeft dit niet: isolatiekamer, zuurstof.",
        "Alleen vanaf 60 jaar tot en met 75. De leeftijd is niet bekend.",
        "Neemt pas weer mensen op vanaf 05-03-2026 08:00.",
        "Neemt nu niemand op: griep. Waarschijnlijk tot 05-03-2026 13:00.",
    ]
    assert [reason.text_en for reason in reasons] == [
        "Does not have: isolation room, oxygen.",
        "Only from 60 years up to 75. The age is not known.",
        "Admits people again only from 05-03-2026 08:00.",
        "Admits nobody now: griep. Expected until 05-03-2026 13:00.",
    ]
