"""What each discipline concludes by its own table.

The weighing order chooses one kind of care; the panel shows what the others would have said, so
that a professional sees where they differ.
"""

from __future__ import annotations

from enum import StrEnum

import msgspec

from triage.conclude import Conclusion
from triage.need import Kind
from triage.protocol import Protocol
from triage.rules import Rule
from triage.urgency import Urgency


class Says(StrEnum):
    """How far a discipline comes with what is known."""

    KIND = "kind"
    """It would choose a kind of care."""
    URGENCY = "urgency"
    """It only says how soon."""
    LANE = "lane"
    """It only says that it is acute."""
    UNSURE = "unsure"
    """A rule of its own that is still unknown could come first."""
    NOTHING = "nothing"
    """None of its rules holds, whatever is still unknown."""


class Opinion(msgspec.Struct, frozen=True, kw_only=True):
    """What one discipline concludes by its own table.

    Attributes:
        discipline: its code.
        name: the same in Dutch.
        says: how far it comes.
        kind: the care that it would choose with what is known, or None.
        urgency: the highest that its rules raise to, or None.
        rule: the rule that chooses, else that raises, else that holds; "" where it says nothing.
        text: the wording of that rule, Dutch.
        agrees: whether the advice has the same kind, or names it as safe; None where no kind.
    """

    discipline: str
    name: str
    says: Says
    kind: Kind | None = None
    urgency: Urgency | None = None
    rule: str = ""
    text: str = ""
    agrees: bool | None = None


def panel(protocol: Protocol, concluded: Conclusion) -> tuple[Opinion, ...]:
    """The opinion of each discipline of a protocol, in the protocol's order.

    Args:
        protocol: whose disciplines.
        concluded: what it concludes.
    """
    chooses: dict[str, Rule] = {}
    raises: dict[str, Rule] = {}
    holds: dict[str, Rule] = {}
    for rule in concluded.fired:
        holds.setdefault(rule.discipline, rule)
        if rule.row.kind is not None:
            chooses.setdefault(rule.discipline, rule)
        floor, so_far = rule.row.floor, raises.get(rule.discipline)
        if floor is not None and (so_far is None or floor < (so_far.row.floor or floor)):
            raises[rule.discipline] = rule
    unsure = set()
    for rule in concluded.unknown:
        code = rule.discipline
        if code not in unsure and _could_come_first(rule, chooses.get(code)):
            unsure.add(code)
    agreed = (concluded.kind, *concluded.alternatives)
    return tuple(
        [
            _opinion(
                code,
                each.nl,
                (chooses.get(code), raises.get(code), holds.get(code)),
                agreed,
                unsure=code in unsure,
            )
            for code, each in protocol.disciplines.items()
        ]
    )


def _could_come_first(rule: Rule, chooses: Rule | None) -> bool:
    """Whether a rule that may hold would choose another kind than the rule that chooses now."""
    kind = rule.row.kind
    if kind is None or chooses is None:
        return kind is not None
    return rule.number < chooses.number and kind is not chooses.row.kind


def _opinion(
    code: str,
    name: str,
    fired: tuple[Rule | None, Rule | None, Rule | None],
    agreed: tuple[Kind, ...],
    *,
    unsure: bool,
) -> Opinion:
    """Of its rules that hold the first that chooses, the most urgent, and the first at all."""
    chooses, raises, holds = fired
    kind = None if chooses is None else chooses.row.kind
    speaks = chooses or raises or holds
    if unsure:
        says = Says.UNSURE
    elif chooses is not None:
        says = Says.KIND
    elif raises is not None:
        says = Says.URGENCY
    else:
        says = Says.NOTHING if holds is None else Says.LANE
    return Opinion(
        discipline=code,
        name=name,
        says=says,
        kind=kind,
        urgency=None if raises is None else raises.row.floor,
        rule="" if speaks is None else speaks.row.id,
        text="" if speaks is None else speaks.row.nl,
        agrees=None if kind is None else kind in agreed,
    )
