"""The rules of a protocol compiled to one function that reads them for many pictures at once.

It does, by priority, what triage.conclude does for one picture; each line is there only for the
rules that need it. What is generated holds numbers only, nothing of a table's text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from triage.beside.slices import Bits
from triage.rules import Rule

Places = list[tuple[int, int]]
"""Numbers of rules, each with the pictures that it is about."""

Reading = Callable[[Sequence[Bits], list[int], int], tuple[Places, int, Places, dict[int, int]]]
"""From the values of the conditions, the floors so far by rank of urgency, and the pictures.

Gives which rule chooses where, with ``GAP`` where none does; where the lane is acute; which rule
holds where; and which may hold where. The floors get what the rules raise.
"""

GAP = -1
"""In the place of a rule's number: none chooses."""


def compile_reading(rules: Sequence[Rule]) -> Reading:
    """The function that reads these rules, which are in the order of their priority."""
    exempted = frozenset[int]().union(*(rule.exempts for rule in rules))
    lines = ["def reading(values, floors, live):"]
    lines += ["    chosen, fired, unknown = [], [], {}", "    unchosen, acute = live, 0"]
    lines += [f"    silent{number} = 0" for number in sorted(exempted)]
    if rules:
        pairs = ", ".join(f"(t{rule.number}, f{rule.number})" for rule in rules)
        lines.append(f"    {pairs}, = values")
    for rule in rules:
        lines += _rule(rule, exempted)
    lines += [f"    if unchosen: chosen.append(({GAP}, unchosen))"]
    lines += ["    return chosen, acute, fired, unknown"]
    scope: dict[str, Any] = {"__builtins__": {}}
    exec(compile("\n".join(lines), "<reading>", "exec"), scope)  # noqa: S102 - see the docstring
    reading: Reading = scope["reading"]
    return reading


def _rule(rule: Rule, exempted: frozenset[int]) -> Iterator[str]:
    """The lines that read one rule."""
    number, row = rule.number, rule.row
    silent = f" & ~silent{number}" if number in exempted else ""
    yield f"    here = live & ~f{number}{silent}"
    yield "    if here:"
    yield f"        sure = here & t{number}"
    if not rule.exempts:  # an exemption counts when it is certain, and asks nothing
        yield f"        if here != sure: unknown[{number}] = here ^ sure"
    yield "        if sure:"
    yield f"            fired.append(({number}, sure))"
    for other in sorted(rule.exempts):
        yield f"            silent{other} |= sure"
    if rule.acute:
        yield "            acute |= sure"
    if row.floor is not None:
        yield f"            floors[{row.floor.rank}] |= sure"
    if row.kind is not None:
        yield "            if sure & unchosen:"
        yield f"                chosen.append(({number}, sure & unchosen))"
        yield "                unchosen &= ~sure"
    if rule.stops:
        yield "            live &= ~sure"
