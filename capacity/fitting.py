"""Whether a need fits in a service, asked without putting into words why not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from capacity.geography import Place
from capacity.rings import Ring, home_of, widest_ring
from capacity.supply import ADULT, NO_OLDEST, Counters, Service
from triage.need import Need


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What of a question is the same for every service: worked out once.

    Attributes:
        need: what is asked.
        now: the moment of asking, in UTC, because sums in local time skip the change of the
            clock.
        latest: the last moment at which someone must have arrived.
        home: where care should be near to, or None.
        widest: the widest ring to look in.
    """

    need: Need
    now: datetime
    latest: datetime
    home: Place | None
    widest: Ring

    @classmethod
    def of(cls, need: Need, now: datetime, waited_hours: float) -> Asked:
        """Work it out for a need at a moment with a time zone."""
        moment = now.astimezone(UTC)
        return cls(
            need=need,
            now=moment,
            latest=moment + timedelta(hours=need.within_hours),
            home=home_of(need),
            widest=widest_ring(need, waited_hours),
        )


def start_if_fits(
    asked: Asked, service: Service, counters: Counters, free: float, ring: Ring
) -> datetime | None:
    """The earliest start where ``constraints.broken`` gives no reason, else None.

    The same questions without words, the dear ones last: a third of the time.

    Args:
        asked: the question.
        service: what is there.
        counters: its figures.
        free: ``counters.free``.
        ring: of the service.
    """
    need = asked.need
    fits = (
        free > 0
        and free >= need.amount
        and asked.now <= counters.valid_until
        and not counters.stopped(asked.now)
        and (need.pc4 in service.area if service.area else ring.order <= asked.widest.order)
        and service.active
        and need.kind in service.kinds
        and (not service.payers or need.payer is None or need.payer in service.payers)
        and need.requirements <= service.offers
        and (not service.sexes or need.sex in service.sexes)
        and of_age(need.age, service)
        and service.notice_hours <= need.within_hours
    )
    if not fits:
        return None
    start = earliest_start(service, asked.now)
    return start if start <= asked.latest else None


def earliest_start(service: Service, now: datetime) -> datetime:
    """The first moment at which someone can arrive, after the notice and in admission hours."""
    if not service.notice_hours and not service.admission.windows:
        return now
    return service.admission.next_open(now.astimezone(UTC) + timedelta(hours=service.notice_hours))


def of_age(age: int | None, service: Service) -> bool:
    """Whether a service takes someone of this age; an unknown one only where all are taken."""
    if age is None:
        return service.age_from <= ADULT and service.age_to >= NO_OLDEST
    return service.age_from <= age <= service.age_to
