"""Every fault of a protocol's tables in one go, where loading stops at the first.

Each file, row, term and condition is read by itself, so that one fault hides no other. What tables
must agree on among each other is looked at once they are sound by themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from triage.condition import All, Tree
from triage.head_checks import check_head
from triage.protocol import load
from triage.protocol_error import ProtocolError
from triage.rules import condition, rules_of
from triage.table_files import HEAD, KINDS, convert, parse
from triage.tables import Assumption, Consult, Contradiction, Head, KindFacts, Row, TableHead

T = TypeVar("T")

_ANYTHING: Tree = All(())
"""Stands in for a term with a fault, so that the rules that use it are not blamed for it."""


def faults(folder: Path) -> tuple[ProtocolError, ...]:
    """The faults of the protocol in a folder, by file; none: it loads."""
    finder = _Finder()
    texts = {path.name: finder.tried(parse, path) for path in sorted(folder.glob("*.toml"))}
    if HEAD not in texts:
        finder.found.append(
            ProtocolError(HEAD, "-", "-", "the file is not there", "each protocol has one")
        )
    head = finder.head(texts.get(HEAD))
    terms = finder.conditions(head) if head else {}
    for file, text in texts.items():
        if text is not None and file == KINDS:
            for code, facts in text.items():
                finder.tried(convert, facts, KindFacts, KINDS, code)
        elif text is not None and file != HEAD:
            finder.table(file, text, head, terms)
    finder.tried(load, folder)
    once = {str(fault): fault for fault in finder.found}
    return tuple(sorted(once.values(), key=lambda fault: fault.file))


class _Finder:
    """Gathers what goes wrong, and goes on."""

    def __init__(self) -> None:
        self.found: list[ProtocolError] = []

    def tried(self, work: Callable[..., T], *arguments: Any) -> T | None:
        """What comes of it; None: it had a fault, which is noted."""
        try:
            return work(*arguments)
        except ProtocolError as fault:
            self.found.append(fault)
        except OSError as error:
            file = Path(error.filename or "-").name
            why = error.strerror or str(error)
            self.found.append(ProtocolError(file, "-", "-", why, "make it a file one can read"))
        return None

    def head(self, text: dict[str, Any] | None) -> Head | None:
        """``protocol.toml``, when its columns are sound."""
        head = None if text is None else self.tried(convert, text, Head, HEAD, "-")
        if head is not None:
            self.tried(check_head, head)
        return head

    def conditions(self, head: Head) -> Mapping[str, Tree]:
        """The terms; every condition of the head is read with them."""
        terms: dict[str, Tree] = {}
        for term, text in head.terms.items():
            terms[term] = self.tried(condition, text, terms, HEAD, f"terms.{term}") or _ANYTHING
        rows: tuple[Assumption | Contradiction | Consult, ...] = (
            *head.assumption,
            *head.contradiction,
            *head.consult,
        )
        for each in rows:
            self.tried(condition, each.when, terms, HEAD, each.id)
        return terms

    def table(
        self, file: str, text: dict[str, Any], head: Head | None, terms: Mapping[str, Tree]
    ) -> None:
        """Each rule of a table by itself."""
        name, top, rows = file.removesuffix(".toml"), text.get("table", {}), text.get("rule", [])
        self.tried(convert, top, TableHead, file, "[table]")
        for row in rows if isinstance(rows, list) else ():
            alone = row
            if isinstance(row, dict):  # what it silences stands elsewhere: for later, together
                alone = {column: value for column, value in row.items() if column != "exempts"}
            if head is None:
                self.tried(convert, alone, Row, file, "?")
            else:
                self.tried(rules_of, {name: {"table": top, "rule": [alone]}}, terms, head)
