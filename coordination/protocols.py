"""What an operator asks of protocols: reports and differences as text, and every advice again."""

from __future__ import annotations

import textwrap
import uuid
from collections import Counter
from collections.abc import Iterable, Iterator

import msgspec

from coordination.db import advices, audit
from coordination.db.engine import Database, Transaction
from coordination.permissions import Actor, Role
from triage.replay import Verdict, replay
from triage.review.diff import Diff
from triage.review.outcomes import WORSE, Case, Result
from triage.review.report import Report, Source
from triage.review.table_changes import Change, Weight
from triage.review.witness import told
from triage.versions import named

REPLAY = "replay-advice"
"""What the audit log calls it: every stored picture is read, and none is shown."""

_MEANS = {
    Verdict.DIFFERENT: "the same tables give another advice now: the code was changed",
    Verdict.TABLES_CHANGED: "the tables were changed: the version has another fingerprint now",
    Verdict.NO_VERSION: "the version is not in the tree",
    Verdict.UNREADABLE: "what was stored can't be read any more",
}
_HEADINGS = {
    Weight.DECIDES: "Rules that decide otherwise",
    Weight.CARE: "What is known of kinds of care",
    Weight.WORDS: "Words, sources and dates only",
}


WIDTH = 100
"""Columns of a line; what is longer goes on below, further in."""


def _wrapped(lines: Iterable[str]) -> str:
    """Lines as a terminal can show them."""
    return "\n".join(
        textwrap.fill(
            line.lstrip(),
            WIDTH,
            initial_indent=(margin := line[: len(line) - len(line.lstrip())]),
            subsequent_indent=margin + "    ",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in lines
    )


# -- check -----------------------------------------------------------------------------------------


def report_text(report: Report, *, overlaps: bool = False) -> str:
    """A report for a reader at a terminal; rules are quoted in Dutch, as they are written.

    Args:
        report: from ``triage.review.check``.
        overlaps: list each overlap, with its case.
    """
    if report.faults:
        return _wrapped(_faults(report))
    lines = [f"{report.version}  fingerprint {report.fingerprint[:12]}", *_signing(report)]
    tables = ", ".join(
        f"{table.name} {table.rules}" + (f" ({table.discipline})" if table.discipline else "")
        for table in report.tables
    )
    lines.append(f"rules: {sum(table.rules for table in report.tables)}: {tables}")
    lines.append(f"gaps: {'a case in which no rule names a kind:' if report.gaps else 'none'}")
    lines += [f"  {told(gap.facts)}" for gap in report.gaps]
    lines.append(f"unreachable: {len(report.unreachable) or 'none'}")
    lines += [
        f"  {each.rule} ({each.table}) changes nothing in any case: {each.text}"
        for each in report.unreachable
    ]
    lines.append(f"shadowed: {len(report.shadowed) or 'none'}")
    lines += [
        f"  {each.rule} never chooses, {', '.join(each.by)} choose before it: {each.text}"
        for each in report.shadowed
    ]
    hint = "" if overlaps or not report.overlaps else " (--overlaps lists them)"
    lines.append(
        f"overlaps: {len(report.overlaps)} pairs of different kinds; priority decides{hint}"
    )
    if overlaps:
        lines += [f"  {e.first} before {e.second}: {told(e.facts)}" for e in report.overlaps]
    lines += [*_sources(report.sources), *_taken(report)]
    lines.append(f"facts that nothing reads: {', '.join(report.unread) or 'none'}")
    lines.append("sound" if report.sound else "NOT SOUND: mend the gaps and unreachable rules")
    return _wrapped(lines)


def _faults(report: Report) -> Iterator[str]:
    number = len(report.faults)
    yield f"{report.folder} can't be loaded: {number} fault{'s' if number > 1 else ''}"
    for each in report.faults:
        yield f"  {each.file}, rule {each.rule}, column {each.column}"
        yield f"    fault: {each.fault}"
        yield f"    cure:  {each.cure}"


def _signing(report: Report) -> Iterator[str]:
    if not report.signed:
        yield "WARNING: no clinician has signed this protocol"
    for each in report.signatures:
        parts = [str(each.get(name) or f"no {name}") for name in ("by", "role", "date")]
        yield f"signed by {', '.join(parts)}"


def _sources(sources: tuple[Source, ...]) -> Iterator[str]:
    missing = sum(not each.source.strip() for each in sources)
    yield f"sources: {missing} missing, {len(sources) - missing} to be confirmed"
    together: dict[str, dict[str, list[str]]] = {}
    for each in sources:
        together.setdefault(each.source, {}).setdefault(each.file, []).append(each.part)
    for source, files in together.items():
        yield f"  {source or '(none)'}"
        for file, parts in files.items():
            yield f"    {file}: {', '.join(parts)}"


def _taken(report: Report) -> Iterator[str]:
    yield f"assumptions: {len(report.assumptions) or 'none'}"
    for each in report.assumptions:
        value = ("no", "yes")[each.value] if isinstance(each.value, bool) else each.value
        yield f"  {each.assumption}: {each.fact} counts as {value} while unknown, if {each.when}"
        yield f"    {each.text or '(says nothing)'} [{each.source}]"
    yield f"exemptions: {len(report.exemptions) or 'none'}"
    for exemption in report.exemptions:
        yield f"  {exemption.rule} silences {', '.join(exemption.silences)}"
        yield f"    at least {exemption.floor}, answered by {', '.join(exemption.allowed)}"
        yield f"    {exemption.text} [{exemption.source}]"


# -- diff ------------------------------------------------------------------------------------------


def diff_text(diff: Diff) -> str:
    """What changes between two protocols, for a reader at a terminal."""
    return _wrapped(_diff(diff))


def _diff(diff: Diff) -> Iterator[str]:
    old, new = diff.old, diff.new
    yield f"{old.version} ({old.fingerprint[:12]}) -> {new.version} ({new.fingerprint[:12]})"
    yield ""
    if not diff.outcomes:
        yield "Proved: no case has another outcome."
    for cases in diff.outcomes:
        mark = "!! " if cases.turn in WORSE else ""
        more = ", among others" if cases.more else ""
        yield f"{mark}{cases.turn}, by kinds of care ({len(cases.cases)}{more}):"
        for case in cases.cases:
            yield from _case(case)
    for weight, heading in _HEADINGS.items():
        found = [change for change in diff.changes if change.weight is weight]
        if found:
            yield f"\n{heading} ({len(found)}):"
        for change in found:
            yield from _change(change)


def _case(case: Case) -> Iterator[str]:
    yield f"  {_result(case.old)}  becomes  {_result(case.new)}"
    yield f"    {told(case.facts)}"


def _result(result: Result) -> str:
    rule = f" by {result.rule}" if result.rule else ""
    also = f" or {', '.join(result.alternatives)}" if result.alternatives else ""
    return f"{result.kind} {result.urgency}{also} ({result.lane}, {result.status}{rule})"


def _change(change: Change) -> Iterator[str]:
    what = f"  {change.part} {change.name}"
    if not change.column:
        yield f"{what} {'is new' if change.new else 'is gone'}: {change.new or change.old}"
        return
    yield f"{what}, {change.column}:"
    yield f"    - {change.old or '(nothing)'}"
    yield f"    + {change.new or '(nothing)'}"


# -- replay ----------------------------------------------------------------------------------------


class Mismatch(msgspec.Struct, frozen=True):
    """An advice that did not come out the same: its id, its version, and what is wrong."""

    advice: uuid.UUID
    version: str
    verdict: Verdict


class Replayed(msgspec.Struct, frozen=True, kw_only=True):
    """What became of the advices: by version how many came out the same, and the others."""

    same: dict[str, int]
    mismatches: tuple[Mismatch, ...]


async def replay_all(database: Database, operator: str) -> Replayed:
    """Makes every advice that is stored again, and compares; the audit log tells who did.

    Args:
        database: read batch by batch, so that it may be large.
        operator: who runs the command, as the machine knows them.

    Raises:
        ProtocolError: the tables of a version have a fault.
        Refused: the database can't be reached.
    """
    await database.transact(lambda tx: _note(tx, operator))
    same: Counter[str] = Counter()
    mismatches: list[Mismatch] = []
    last: uuid.UUID | None = None
    while batch := await database.transact(lambda tx, last=last: advices.after(tx, last)):  # type: ignore[misc]
        for stored in batch:
            verdict = replay(stored.kept, named)
            if verdict is Verdict.SAME:
                same[stored.kept.version] += 1
            else:
                mismatches.append(Mismatch(stored.id, stored.kept.version, verdict))
        last = batch[-1].id
    return Replayed(same=dict(sorted(same.items())), mismatches=tuple(mismatches))


async def _note(tx: Transaction, operator: str) -> None:
    # A command at the server itself: nobody signed in, so it has no role and no organisation.
    actor = Actor(f"operator:{operator}", Role.CLOCK, uuid.UUID(int=0), request="command")
    number = await advices.count(tx)
    await audit.record(tx, actor, REPLAY, "advice", detail={"stored": number})


def replayed_text(replayed: Replayed) -> str:
    """Counts by version, and the id of each advice that did not come out the same."""
    lines = [f"{version}: {count} the same" for version, count in replayed.same.items()]
    for verdict, means in _MEANS.items():
        found = [each for each in replayed.mismatches if each.verdict is verdict]
        if found:
            lines.append(f"{len(found)} {verdict}: {means}")
            lines += [f"  {each.advice}  {each.version}" for each in found]
    return _wrapped(lines) or "no advice is stored"
