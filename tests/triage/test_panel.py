"""What each discipline says agrees with what is concluded, and each is asked for a reason."""

from __future__ import annotations

from explained_examples import NOW, PROTOCOL, drawn, explained, picture

from triage.conclude import conclude
from triage.consult import Why
from triage.explanation import Explained, explain
from triage.need import ACUTE_DESTINATIONS, Kind
from triage.panel import Opinion, Says
from triage.picture import Picture
from triage.questions import acuity

STAY = {"stay_needed": True, "safe_at_home": False}


def opinion(advice: Explained, discipline: str) -> Opinion:
    return next(each for each in advice.panel if each.discipline == discipline)


def test_every_discipline_is_on_the_panel_once_in_the_order_of_the_protocol() -> None:
    names = [(each.discipline, each.name) for each in explained().panel]
    assert names == [(code, each.nl) for code, each in PROTOCOL.disciplines.items()]


def test_what_a_discipline_says_is_what_its_own_rules_conclude() -> None:
    said: set[Says] = set()
    for each in drawn(21, 500):
        advice, concluded = explain(PROTOCOL, each, NOW), conclude(PROTOCOL, each)
        values = PROTOCOL.evaluate(concluded.picture, concluded.score)
        for one in advice.panel:
            said.add(one.says)
            own = [rule for rule in concluded.fired if rule.discipline == one.discipline]
            kinds = [rule for rule in own if rule.row.kind is not None]
            floors = [rule.row.floor for rule in own if rule.row.floor is not None]
            assert one.kind == (kinds[0].row.kind if kinds else None)
            assert one.urgency == (min(floors) if floors else None)
            if kinds:
                assert (one.rule, one.text) == (kinds[0].row.id, kinds[0].row.nl)
            if one.says is Says.NOTHING:
                assert not own
            if one.says in {Says.KIND, Says.URGENCY}:
                first = kinds[0].number if kinds else len(values)
                before = [
                    rule
                    for rule, value in zip(PROTOCOL.rules[:first], values, strict=False)
                    if value is None and rule.discipline == one.discipline
                ]
                exempted = {name for rule in concluded.fired for name in rule.row.exempts}
                stopped = any(rule.stops for rule in concluded.fired)
                assert stopped or all(
                    rule.exempts or rule.row.id in exempted or rule.row.kind in {None, one.kind}
                    for rule in before
                )
    assert said >= {Says.KIND, Says.UNSURE, Says.NOTHING}


def test_a_rule_that_chooses_nothing_still_speaks_for_its_discipline() -> None:
    urgent = opinion(explained(gut_feeling=True), "emergency")
    assert (urgent.says, urgent.kind, urgent.urgency) == (Says.URGENCY, None, "U3")
    acute = opinion(explained(intended_destination="crisis"), "emergency")
    assert (acute.says, acute.kind, acute.urgency) == (Says.LANE, None, None)
    assert acute.rule == "presented-acute"
    assert acute.agrees is None


def test_the_discipline_whose_rule_decides_agrees_with_the_advice() -> None:
    for each in drawn(22, 300):
        advice, concluded = explain(PROTOCOL, each, NOW), conclude(PROTOCOL, each)
        for one in advice.panel:
            safe = {advice.kind, *concluded.alternatives}
            assert one.agrees == (None if one.kind is None else one.kind in safe)
        if concluded.chosen is not None and not concluded.undecided:
            assert opinion(advice, concluded.chosen.discipline).agrees is not False


def test_a_discipline_cannot_say_yet_while_its_own_earlier_rule_is_unknown() -> None:
    advice = explained(**STAY, interacting_conditions=None)
    assert opinion(advice, "elderly-medicine").says is Says.UNSURE


def test_nobody_is_asked_anything_where_it_is_112() -> None:
    seen = 0
    for each in drawn(23, 800):
        advice = explain(PROTOCOL, each, NOW)
        if advice.kind is Kind.AMBULANCE:
            seen += 1
            assert advice.consult == ()
    assert seen > 20
    assert explained(red_flag_stroke=True, referrer_role="lay").consult == ()


def test_who_differs_is_asked_unless_the_advice_is_more_acute() -> None:
    differing = 0
    for each in drawn(24, 500):
        advice = explain(PROTOCOL, each, NOW)
        asked = {one.discipline for one in advice.consult if one.why is Why.DIFFERS}
        for one in advice.panel:
            if one.kind is None or advice.kind is Kind.AMBULANCE:
                continue
            calmer = acuity(advice.kind) < acuity(one.kind)
            assert (one.discipline in asked) == (one.agrees is False and not calmer)
        differing += bool(asked)
    assert differing > 25


def test_every_open_question_is_with_the_discipline_that_is_asked_for_it() -> None:
    advice = explain(PROTOCOL, Picture(), NOW)
    asked = {one.discipline: one.facts for one in advice.consult if one.why is Why.OPEN}
    assert sum(len(facts) for facts in asked.values()) == len(advice.questions) > 10
    for question in advice.questions:
        assert question.fact in asked[question.ask]


def test_who_may_not_refer_to_the_care_has_it_confirmed() -> None:
    by_nurse = explained(**STAY, interacting_conditions=False, referrer_role="nurse")
    (confirm,) = [one for one in by_nurse.consult if one.why is Why.CONFIRM]
    assert by_nurse.care.referrers
    assert "huisarts" in confirm.name
    assert "verpleegkundige" in confirm.text
    by_gp = explained(**STAY, interacting_conditions=False, referrer_role="gp")
    assert by_gp.kind is by_nurse.kind
    assert Why.CONFIRM not in {one.why for one in by_gp.consult}
    by_nobody = explained(**STAY, interacting_conditions=False, referrer_role=None)
    (unknown,) = [one for one in by_nobody.consult if one.why is Why.CONFIRM]
    assert unknown.facts == ("referrer-role",)


def test_acute_care_waits_for_nobody_to_confirm_it() -> None:
    for each in drawn(25, 500):
        advice = explain(PROTOCOL, each, NOW)
        if advice.kind in ACUTE_DESTINATIONS:
            assert Why.CONFIRM not in {one.why for one in advice.consult}


def test_a_situation_of_the_protocol_asks_its_discipline_where_it_holds() -> None:
    advice = explained(wlz_indication="present", mental_health="planned")
    situations = {one.rule: one for one in advice.consult if one.why is Why.SITUATION}
    concluded = conclude(PROTOCOL, picture(wlz_indication="present", mental_health="planned"))
    held = dict(
        zip(
            [each.id for each in PROTOCOL.consults],
            PROTOCOL.consult(concluded.picture, concluded.score),
            strict=True,
        )
    )
    assert set(situations) == {name for name, holds in held.items() if holds}
    assert situations
    assert all(one.source and one.name for one in situations.values())
