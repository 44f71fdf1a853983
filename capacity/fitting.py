"""Whether a need fits in a service, asked without putting into words why not."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

import msgspec

from capacity.geography import Place
from capacity.region import DEFAULT, Region
from capacity.rings import Ring, home_of, presses, widest_ring
from capacity.seen import RESPONDING, Seen
from capacity.supply import ADULT, NO_OLDEST, Counters, Service, Unit
from triage.need import HOUR_KINDS, Need, Payer, Requirement, Shift

AT_ONCE_HOURS: Final = 0.5
"""Within how many hours a team must be there that is asked at once: the norm for unplannable
care at night is half an hour elsewhere in the country (domain sources, 1.3)."""

NOBODY: Final[Mapping[str, datetime]] = MappingProxyType({})
"""No sub-region gave a guarantee bed lately."""

NONE: Final = frozenset[str]()
DUTCH: Final = "nl"


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What of a question is the same for every service: worked out once.

    Attributes:
        need: what is asked.
        now: the moment of asking, in UTC, because sums in local time skip the change of the
            clock.
        within_hours: the wanted start; for a team that comes unplanned never sooner than
            anyone can be there.
        within: the same as a duration.
        latest: the last moment at which someone must have arrived.
        home: where care should be near to, or None.
        widest: the widest ring to look in.
        presses: whether someone can't wait, so that a guarantee bed may be given.
        language: what must be spoken besides Dutch, as the first part of its code, or None.
        visits: whether visits are asked: of a team, for a bed makes none.
        given: the sub-regions that gave a guarantee bed so lately that they give no other.
    """

    need: Need
    now: datetime
    within_hours: float
    within: timedelta
    latest: datetime
    home: Place | None
    widest: Ring
    presses: bool
    language: str | None
    visits: bool
    given: frozenset[str]

    @classmethod
    def of(
        cls,
        need: Need,
        now: datetime,
        waited_hours: float = 0.0,
        region: Region = DEFAULT,
        guarantee_given: Mapping[str, datetime] = NOBODY,
    ) -> Asked:
        """Work it out for a need at a moment with a time zone."""
        moment = now.astimezone(UTC)
        hours = need.within_hours
        if need.kind in RESPONDING:
            hours = max(hours, AT_ONCE_HOURS)
        within = timedelta(hours=hours)
        return cls(
            need=need,
            now=moment,
            within_hours=hours,
            within=within,
            latest=moment + within,
            home=home_of(need),
            widest=widest_ring(need, waited_hours, region.rings),
            presses=presses(need, region.rings),
            language=spoken(need.language),
            visits=need.kind in HOUR_KINDS and bool(need.visits),
            given=_lately(guarantee_given, moment - region.guarantee) if guarantee_given else NONE,
        )

    def to_the_last(self) -> Asked:
        """The same question with guarantee beds, for who is urgent; else as it was."""
        return msgspec.structs.replace(self, widest=Ring.GUARANTEE) if self.presses else self


def _lately(given: Mapping[str, datetime], since: datetime) -> frozenset[str]:
    return frozenset(subregion for subregion, at in given.items() if at > since)


def spoken(language: str | None) -> str | None:
    """The language that must be spoken besides Dutch: ``ar`` of ``ar-MA``; None for Dutch."""
    if language is None:
        return None
    first = language.partition("-")[0].lower()
    return None if first == DUTCH else first


def start_if_fits(asked: Asked, seen: Seen, counters: Counters, free: float) -> datetime | None:
    """The earliest start where ``constraints.broken`` gives no reason, else None.

    The same questions without words, the dear ones last: a third of the time.

    Args:
        asked: the question.
        seen: the service, as seen from where care should be near to.
        counters: its figures.
        free: ``counters.free``.
    """
    need, service = asked.need, seen.service
    fits = (
        free > 0
        and free >= need.amount
        and asked.now <= counters.valid_until
        and (counters.stop_reason is None or not counters.stopped(asked.now))
        and seen.gives
        and seen.reach <= asked.widest.order
        and service.active
        and need.requirements <= service.offers
        and (not service.payers or need.payer is None or need.payer in service.payers)
        and (not service.insurers or is_insured(need, service))
        and (not service.closed_only or Requirement.CLOSED_WARD in need.requirements)
        and (not service.sexes or need.sex in service.sexes)
        and of_age(need.age, service)
        and (asked.language is None or asked.language in service.languages)
        and (not need.level or has_level(need.level, service))
        and seen.notice_hours <= asked.within_hours
        and (need.kind not in RESPONDING or service.response_minutes is not None)
        and (not asked.visits or has_slots(need, counters))
        and not (service.guarantee and service.subregion in asked.given)
    )
    if not fits:
        return None
    start = earliest_start(service, asked.now, seen.notice_hours)
    return start if start <= asked.latest else None


def earliest_start(service: Service, now: datetime, notice_hours: float | None = None) -> datetime:
    """The first moment at which someone can arrive, after the notice and in admission hours.

    Args:
        service: what is there.
        now: the moment of asking, with a time zone.
        notice_hours: how long it takes for this kind of care; as the service says by default.
    """
    notice = service.notice_hours if notice_hours is None else notice_hours
    if not notice and not service.admission.windows:
        return now
    return service.admission.next_open(now.astimezone(UTC) + timedelta(hours=notice))


def of_age(age: int | None, service: Service) -> bool:
    """Whether a service takes someone of this age; an unknown one only where all are taken."""
    if age is None:
        return service.age_from <= ADULT and service.age_to >= NO_OLDEST
    return service.age_from <= age <= service.age_to


def is_insured(need: Need, service: Service) -> bool:
    """Whether a service has a contract with the insurer, where an insurer pays.

    An insurer who isn't known fits any: settle it later. The Wlz and the Wmo are not paid by
    the person's own insurer.
    """
    return (
        not service.insurers
        or need.insurer is None
        or need.payer in {Payer.WLZ, Payer.WMO}
        or need.insurer in service.insurers
    )


def has_level(level: int, service: Service) -> bool:
    """Whether a team has a carer of this level or higher; a place to stay is not asked."""
    return service.unit is Unit.BED or any(one >= level for one in service.levels)


def has_slots(need: Need, counters: Counters) -> bool:
    """Whether each part of the day has the visits free; what was not reported is not free."""
    return all(
        shift in counters.slots and counters.slots[shift].free >= need.visits.of(shift)
        for shift in Shift
        if need.visits.of(shift)
    )
