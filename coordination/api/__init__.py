"""JSON for programs; its OpenAPI document is /openapi.json."""

from __future__ import annotations

from coordination.api import capacity, departures, health, offers, referrals, triage, worklist

ROUTES = (
    health.live,
    health.ready,
    health.metrics,
    triage.triage,
    worklist.worklist,
    referrals.read,
    referrals.answer,
    departures.confirm_fact,
    departures.depart,
    departures.confirm,
    departures.reject,
    departures.withdraw,
    referrals.cancel,
    referrals.matches,
    referrals.offer,
    offers.read_all,
    offers.accept,
    offers.decline,
    offers.withdraw,
    offers.start,
    capacity.read_all,
    capacity.read_one,
    capacity.report,
)
