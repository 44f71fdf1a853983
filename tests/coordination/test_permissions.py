"""Who may do what, and whose referral it is to see."""

from __future__ import annotations

from uuid import UUID

import msgspec
import pytest

from coordination.errors import Refused, Wrong
from coordination.permissions import PHYSICIANS, REFERRERS, Action, Actor, Role, require, sees

MINE, THEIRS = UUID(int=1), UUID(int=2)


class Referral(msgspec.Struct, frozen=True):
    organisation_id: UUID
    subregion: str | None


def actor(role: Role, *subregions: str) -> Actor:
    return Actor("x", role, MINE, frozenset(subregions))


@pytest.mark.parametrize("role", sorted(REFERRERS))
def test_a_referrer_sees_its_own_wherever_the_person_lives(role: Role) -> None:
    assert sees(actor(role), Referral(MINE, "emmen"))
    assert sees(actor(role), Referral(MINE, None))
    assert not sees(actor(role), Referral(THEIRS, "emmen"))
    assert not sees(actor(role, "emmen"), Referral(THEIRS, "emmen"))


def test_a_coordinator_sees_its_sub_regions_and_who_lives_nowhere_known() -> None:
    desk = actor(Role.COORDINATOR, "emmen", "assen")
    assert sees(desk, Referral(THEIRS, "emmen"))
    assert sees(desk, Referral(THEIRS, None))
    assert not sees(desk, Referral(THEIRS, "meppel"))
    assert not sees(desk, Referral(MINE, "meppel"))


@pytest.mark.parametrize("role", [Role.PROVIDER, Role.ANALYST, Role.PRIVACY_OFFICER])
def test_the_others_see_no_referral_by_themselves(role: Role) -> None:
    assert not sees(actor(role, "emmen"), Referral(MINE, "emmen"))


def test_what_the_table_does_not_say_is_refused_with_role_and_deed() -> None:
    with pytest.raises(Refused, match="analyst may not refer") as refused:
        require(actor(Role.ANALYST), Action.REFER)
    assert refused.value.wrong is Wrong.FORBIDDEN
    require(actor(Role.GP), Action.REFER)


@pytest.mark.parametrize("action", Action)
def test_only_a_provider_answers_and_reports_and_only_the_desk_places(action: Action) -> None:
    allowed = set()
    for role in Role:
        try:
            require(actor(role), action)
        except Refused:
            continue
        allowed.add(role)
    expected = {
        Action.REPLY_TO_OFFER: {Role.PROVIDER},
        Action.REPORT_CAPACITY: {Role.PROVIDER},
        Action.OFFER: {Role.COORDINATOR},
        Action.WITHDRAW: {Role.COORDINATOR},
        Action.READ_MATCHES: {Role.COORDINATOR},
        Action.DEPART: REFERRERS | {Role.COORDINATOR},
        Action.CONFIRM_DEPARTURE: PHYSICIANS | {Role.COORDINATOR},
        Action.REJECT_DEPARTURE: PHYSICIANS | {Role.COORDINATOR},
        Action.READ_AUDIT: {Role.PRIVACY_OFFICER},
        Action.READ_PUBLISHED: set(Role) - {Role.CLOCK},
    }
    assert allowed == expected.get(action, allowed)
    assert Role.PRIVACY_OFFICER not in allowed or action in {
        Action.READ_METRICS, Action.READ_AUDIT, Action.READ_PUBLISHED,
    }  # fmt: skip
