"""The solver's formulas as one Python function, to compare many pictures with the evaluator."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import z3

from triage.proof.bits import Bit, formula

Values = Callable[[Mapping[str, bool]], tuple[bool, ...]]
"""From the value of every name to the value of every formula."""


def fold(bits: Sequence[Bit]) -> Values:
    """One function that computes all of these; what they share it computes once."""
    lines: list[str] = ["def values(given):", "    get = given.get"]
    done: dict[int, str] = {}

    def name_of(whole: z3.BoolRef) -> str:
        key = whole.get_id()
        if key not in done:
            said = _said(whole, [name_of(part) for part in whole.children()])
            done[key] = f"v{len(done)}"
            lines.append(f"    {done[key]} = {said}")
        return done[key]

    kept = [formula(bit) for bit in bits]  # ids are unique while the formulas exist
    results = [name_of(whole) for whole in kept]
    lines.append(f"    return ({', '.join(results)},)")
    scope: dict[str, Values] = {}
    exec("\n".join(lines), scope)
    return scope["values"]


def _said(whole: z3.BoolRef, parts: list[str]) -> str:
    operator = whole.decl().kind()
    if operator == z3.Z3_OP_UNINTERPRETED:
        return f"get({whole.decl().name()!r}, False)"
    if operator == z3.Z3_OP_PB_AT_LEAST:
        return f"{' + '.join(parts)} >= {whole.decl().params()[0]}"
    if operator in {z3.Z3_OP_TRUE, z3.Z3_OP_FALSE}:
        return str(operator == z3.Z3_OP_TRUE)
    if operator == z3.Z3_OP_NOT:
        return f"not {parts[0]}"
    joined = {z3.Z3_OP_AND: " and ", z3.Z3_OP_OR: " or ", z3.Z3_OP_EQ: " is "}
    return joined[operator].join(parts)
