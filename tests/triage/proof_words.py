"""The independent list of red flags in the solver's terms, and what is taken for granted."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from red_flags import ANTICOAGULANTS, EXEMPTIONS, FLAGS

from triage.condition import All, AnyOf, Compare, Flag, OneOf, Tree
from triage.proof.bits import Bit, both, either, every, no, some
from triage.proof.kleene import Kleene, all_of, any_of
from triage.proof.reading import Reading
from triage.proof.symbols import Symbols

PHYSICIANS = ("gp", "specialist", "elderly-physician")
ASSESSORS = (*PHYSICIANS, "triagist")
CLASSES = ("U0", "U1", "U2", "U3", "U4", "U5")

Formula = Callable[[Reading], Kleene]


def _tree(tree: Tree) -> Formula:
    return lambda reading: reading.value(tree)


def _flag(name: str, *more: Tree) -> Formula:
    return _tree(AnyOf((Flag(f"red_flag_{name}"), *more)))


def _breathing(reading: Reading) -> Kleene:
    """Present where it is sure; a target that nobody named makes 91 low, not 84."""
    view = reading.view
    target = view.flag("hypercapnic_target").true
    low = either(
        both(target, view.compare("oxygen_saturation", "<", 84).true),
        both(no(target), view.compare("oxygen_saturation", "<", 92).true),
    )
    rate = Compare("respiration_rate", ">", 24), Compare("respiration_rate", "<", 9)
    told = _flag("breathing", *rate)(reading)
    denied = either(
        view.compare("oxygen_saturation", ">=", 92).true,
        both(target, view.compare("oxygen_saturation", ">=", 84).true),
    )
    return Kleene(either(told.true, low), both(told.false, denied))


def _fall(reading: Reading) -> Kleene:
    view = reading.view
    head_not_denied = no(view.flag("fall_head").false)
    thinned = view.one_of("anticoagulant", sorted(ANTICOAGULANTS))
    hurt = [view.flag(fact) for fact in ("fall_hip", "fall_long_lie", "fall_faint")]
    hit = either(view.flag("fall_head").true, both(view.flag("fell").true, head_not_denied))
    denied = either(view.flag("fall_head").false, no(either(hit, no(view.flag("fell").false))))
    head = all_of((thinned, Kleene(hit, denied)))
    return any_of((*hurt, head))


PRESENT: dict[str, Formula] = {
    "airway": _flag("airway"),
    "breathing": _breathing,
    "circulation": _flag(
        "circulation",
        Compare("systolic", "<", 91),
        Compare("pulse", ">", 130),
        Compare("pulse", "<", 41),
    ),
    "consciousness": _flag("consciousness", OneOf("consciousness", ("V", "P", "U"))),
    "confusion": _flag("confusion", OneOf("consciousness", ("C",))),
    "stroke": _flag("stroke"),
    "chest pain": _flag("chest_pain"),
    "sepsis": _flag("sepsis", Compare("news2", ">=", 7)),
    "fever with little defence": _flag("fever_low_defence"),
    "meningism": _flag("meningism"),
    "abdomen": _flag("abdomen"),
    "poisoning": _flag("poisoning"),
    "fall": _flag("fall"),
    "suicide act": _flag("suicide_act"),
    "suicidal": _flag("suicidal"),
    "fall by its parts": _fall,
    "infection that worsens fast": _tree(All((Flag("pneumonia"), Flag("worsening")))),
    "delirium by its score": _tree(AnyOf((Compare("four_at", ">=", 4), Compare("dos", ">=", 9)))),
}
"""Of each flag of the list, where it is present."""

OUT_OF_SCOPE = AnyOf((Compare("age", "<", 18), Flag("pregnant"), Flag("gave_birth_recently")))

_WISH = (Flag("no_hospital"), Flag("no_hospital_confirmed"))


def present(symbols: Symbols) -> dict[str, Bit]:
    """Of each flag, whether it is present on the facts as they are known."""
    reading = Reading(symbols)
    return {flag.name: PRESENT[flag.name](reading).true for flag in FLAGS}


def wish(symbols: Symbols) -> Bit:
    """Whether the one exemption counts."""
    assert len(EXEMPTIONS) == 1
    flag, reading = symbols.flag, Reading(symbols)
    confused = either(
        no(flag("red_flag_confusion").false),
        PRESENT["confusion"](reading).true,
    )
    able = both(no(flag("decision_capacity").false), no(confused))
    return both(
        every(flag(part.word).true for part in _WISH),
        no(flag("acp_recorded").false),
        either(flag("representative").true, able),
    )


def out_of_scope(symbols: Symbols) -> Bit:
    """Whether someone is surely not triaged here."""
    return Reading(symbols).value(OUT_OF_SCOPE).true


def taken_for_granted(symbols: Symbols) -> Iterator[tuple[str, Any, Bit]]:
    """Every fact that theorem 2 lets a protocol assume while it is unknown: value, and where."""
    view = symbols
    assessed = both(
        view.one_of("urgency_role", ASSESSORS).true, view.one_of("urgency", CLASSES).true
    )
    barren = either(
        view.one_of("sex", ("male",)).true,
        view.compare("age", ">=", 60).true,
        view.compare("age", "<", 10).true,
    )
    yield "pregnant", False, barren
    yield "gave_birth_recently", False, barren
    # The ordinary scale until a clinician has set another: never the calmer reading.
    yield "hypercapnic_target", False, view.compare("oxygen_saturation", "<", 92).true
    # Who assesses a person and enters a class has weighed how it goes, and what they feel.
    for fact in ("worsening", "gut_feeling", "second_contact"):
        yield fact, False, assessed
    # A diagnosis is a physician's to make: until then there is none.
    yield "pneumonia", False, view.one_of("urgency_role", ASSESSORS).true
    # An instrument that nobody took finds nothing; the flag itself is asked (red-flag.confusion).
    yield "four_at", 0, True
    yield "dos", 0, True
    # Whoever denies the red flag of a fall has denied its parts; all but the head of someone on
    # an anticoagulant, of which unknown counts as hit.
    denied = either(view.flag("red_flag_fall").false, view.flag("fell").false)
    thinned = both(
        view.flag("fell").true, view.one_of("anticoagulant", sorted(ANTICOAGULANTS)).true
    )
    yield "fall_head", True, thinned
    for fact in ("fall_hip", "fall_long_lie", "fall_faint", "fall_head"):
        yield fact, False, denied
    yield "fell", False, either(view.flag("fall_risk").false, view.flag("fallen_last_year").false)
    # What other facts say already.
    questions = any_of(
        view.flag(fact) for fact in ("fallen_last_year", "afraid_of_falling", "trouble_moving")
    )
    yield "fall_risk", True, either(questions.true, view.flag("fell").true)
    yield "fall_risk", False, questions.false
    frail = (
        view.compare("gfi", ">=", 4).true,
        view.compare("prisma7", ">=", 3).true,
        view.compare("cfs", ">=", 5).true,
        view.flag("frailty_registered").true,
    )
    yield "frail", True, some(frail)
    yield "adl_takeover", True, Reading(view).value(Compare("barthel", "<=", 9)).true
    hours = view.compare("home_care_hours", ">", 0)
    yield "home_care_now", True, hours.true
    yield "home_care_now", False, hours.false
    # A recorded wish is recorded; and who confirms it now can, unless newly confused.
    yield "acp_recorded", True, view.flag("no_hospital").true
    yield "decision_capacity", True, view.flag("no_hospital_confirmed").true
    # So does a suspicion that whoever assesses does not utter.
    yield "abuse_suspected", False, view.one_of("urgency_role", ASSESSORS).true
    yield "alarm", False, True
    yield "understood", True, True
