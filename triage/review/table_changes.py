"""What the tables of one protocol say otherwise than those of another, part by part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import msgspec

from triage.table_files import HEAD, KINDS, convert, parse
from triage.tables import Head

Part = tuple[str, str]
"""What it is (rule, term, kind of care) and its name."""

Columns = Mapping[str, str]
"""What a part says, as text."""


class Weight(StrEnum):
    """What a change does."""

    DECIDES = "decides"
    """It can change an outcome."""
    CARE = "care"
    """It changes what is known of a kind of care: who, how soon, how long, who pays."""
    WORDS = "words"
    """It changes words, sources or dates only."""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One column of one part that is not what it was.

    Attributes:
        weight: what the change does.
        part: rule, term, assumption, ...
        name: its id.
        column: of its table; "" where the whole part came or went.
        old: what it said; "" where it was not there.
        new: what it says; "" where it is gone.
    """

    weight: Weight
    part: str
    name: str
    column: str
    old: str
    new: str


_WORDS = frozenset(
    {"nl", "en", "patient", "source", "date", "title", "name", "norm", "watch", "line"}
)
_SAID_ONLY = frozenset({"wording", "contradiction", "safety net", "discipline", "signing"})
"""Parts that decide nothing: what is said, and whom a question is for."""
_WHOLE = {
    "rule": ("table", "priority", "when", "kind", "floor", "allowed", "exempts", "nl"),
    "assumption": ("fact", "value", "when", "nl"),
    "term": ("means",),
    "consult": ("ask", "when", "nl"),
    "contradiction": ("when", "nl"),
}
"""What is told of a part that came or went; of others everything."""


def changes(old: Path, new: Path) -> tuple[Change, ...]:
    """What changed between the tables of two folders, the heaviest first.

    Raises:
        ProtocolError: a file has a fault.
        OSError: a file cannot be read.
    """
    before, after = dict(_parts(old)), dict(_parts(new))
    found = list(_between(before, after))
    weights = list(Weight)
    # Sorting keeps reading order where weight and part are the same.
    return tuple(sorted(found, key=lambda change: weights.index(change.weight)))


def _between(before: Mapping[Part, Columns], after: Mapping[Part, Columns]) -> Iterator[Change]:
    for part in [*before, *(part for part in after if part not in before)]:
        kind, name = part
        old, new = before.get(part), after.get(part)
        if old is None or new is None:
            yield Change(
                weight=_weight(kind, ""), part=kind, name=name, column="",
                old=_whole(kind, old), new=_whole(kind, new),
            )  # fmt: skip
            continue
        for column in sorted({*old, *new}):
            was, becomes = old.get(column, ""), new.get(column, "")
            if was != becomes:
                yield Change(
                    weight=_weight(kind, column), part=kind, name=name, column=column,
                    old=was, new=becomes,
                )  # fmt: skip


def _weight(part: str, column: str) -> Weight:
    if part in _SAID_ONLY or column in _WORDS:
        return Weight.WORDS
    return Weight.CARE if part == "kind of care" else Weight.DECIDES


def _whole(part: str, columns: Columns | None) -> str:
    if columns is None:
        return ""
    told = _WHOLE.get(part, tuple(columns))
    return "; ".join(f"{name}: {columns[name]}" for name in told if columns.get(name))


def _parts(folder: Path) -> Iterator[tuple[Part, Columns]]:
    """Everything that a protocol says, in reading order."""
    text = parse(folder / HEAD)
    head = convert(text, Head, HEAD, "-")
    yield ("protocol", "unknown"), {"urgency": head.unknown.urgency}
    for term, means in head.terms.items():
        yield ("term", term), {"means": means}
    for kind, rows in (
        ("assumption", head.assumption),
        ("step", head.step),
        ("consult", head.consult),
        ("contradiction", head.contradiction),
    ):
        for row in rows:
            yield (kind, row.id), _columns(msgspec.to_builtins(row))
    for table in head.tables:
        content = parse(folder / f"{table}.toml")
        yield ("table", table), _columns(content.get("table", {}))
        for rule in content.get("rule", []):
            yield ("rule", str(rule["id"])), {"table": table, **_columns(rule)}
    for code, facts in parse(folder / KINDS).items():
        yield ("kind of care", code), _columns(facts)
    for code, discipline in head.disciplines.items():
        yield ("discipline", code), _columns(msgspec.to_builtins(discipline))
    for name, wording in head.wording.items():
        yield ("wording", name), _columns(msgspec.to_builtins(wording))
    yield ("safety net", "-"), _columns({"line": head.safety_net})
    yield ("signing", "-"), _columns(text["sign_off"])


def _columns(row: Mapping[str, Any]) -> dict[str, str]:
    """The columns as text; what stands within another is named ``outer.inner``."""
    found: dict[str, str] = {}
    for column, value in row.items():
        if isinstance(value, dict):
            found |= {f"{column}.{name}": inner for name, inner in _columns(value).items()}
        elif column != "id":
            found[column] = _text(value)
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return ", ".join(f"{name} {_text(inner)}" for name, inner in value.items())
    if isinstance(value, Iterable):
        return ", ".join(map(_text, value))
    return f"{value:g}" if isinstance(value, float) else str(value)
