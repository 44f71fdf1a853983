"""The figures of docs/safety.md, as Markdown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from accuracy import OLD, Accuracy, Cohort, accuracy, readings, screens
from clopper_pearson import Share, bounds, share, upper_bound_of_none
from screens import Reading, Said, Screened
from verdicts import Judged, Verdict
from vignettes import Wanted

from triage.advice import Lane
from triage.protocol import Protocol


def of_protocol(protocol: Protocol) -> str:
    """Which rules were measured."""
    signed = "signed off" if protocol.name.signed_off else "not signed off by clinicians"
    return (
        f"Measured with protocol {protocol.name.version}, fingerprint"
        f" `{protocol.name.fingerprint[:12]}`, {signed}."
    )


def of_cohort(cohort: Cohort) -> str:
    """Everything about one data set."""
    people = cohort.people()
    mapping = cohort.mapping
    about = (
        f"{mapping.title}: {len(cohort.screened):,} rows, {len(cohort.adults):,} of adults;"
        f" respiration, saturation, pulse and blood pressure are known of {len(people):,}."
        f" Source: {mapping.source}."
    )
    parts = [about, _faults(cohort)]
    for outcome, what in mapping.outcomes.items():
        for least, whom in ((0, "adults"), (OLD, f"people of {OLD} and over")):
            group = cohort.people(least=least)
            if group:
                found = accuracy(group, outcome, screens(mapping))
                parts += [
                    f"**{what.title.capitalize()}, {whom}** (n = {len(group):,})",
                    _table(found),
                ]
    parts += ["**What is said, by how much is taken to be known**", _said(people, cohort)]
    asks = Counter(fact for one in people for fact in one.asked)
    if asks:
        listed = ", ".join(f"{fact} ({n:,})" for fact, n in asks.most_common(6))
        parts.append(f"What is asked when a conversation has answered all it can: {listed}.")
    incomplete = cohort.people(complete=False)
    if incomplete:
        parts += [f"**Rows that lack one of the four vital signs** (n = {len(incomplete):,})"]
        parts += [_said(incomplete, cohort)]
    return "\n\n".join(part for part in parts if part)


def _faults(cohort: Cohort) -> str:
    faults = cohort.patients.faults
    if not faults:
        return "No cell held an impossible value."
    lines = [f"- {column}: {why} ({n:,})" for (column, why), n in sorted(faults.items())]
    return "Cells that could not be used, and count as unknown:\n\n" + "\n".join(lines)


def _table(rows: Sequence[Accuracy]) -> str:
    head = "| screen | acute | sensitivity | specificity | under-triage | over-triage |"
    lines = [head, "|---|---|---|---|---|---|"]
    lines += [
        f"| {row.screen} | {_percent(row.flagged.value)} | {_bounded(row.sensitivity)} |"
        f" {_bounded(row.specificity)} | {_bounded(_rest(row.sensitivity))} |"
        f" {_bounded(_rest(row.specificity))} |"
        for row in rows
    ]
    return "\n".join(lines)


def _said(people: Sequence[Screened], cohort: Cohort) -> str:
    groups: dict[str, Sequence[Screened]] = {"everyone": people}
    for outcome, what in cohort.mapping.outcomes.items():
        groups[what.title] = [one for one in people if one.patient.outcomes[outcome]]
    head = "| taken to be known | of | " + " | ".join(Said) + " |"
    lines = [head, "|---|---|" + "---|" * len(Said)]
    for reading in Reading:
        for name, group in groups.items():
            said = readings(group)[reading]
            cells = " | ".join(f"{said[each]:,} ({_percent(_part(said, each))})" for each in Said)
            lines.append(f"| {reading} | {name} ({len(group):,}) | {cells} |")
    return "\n".join(lines)


def _part(said: Counter[Said], each: Said) -> float | None:
    return said[each] / said.total() if said.total() else None


def of_vignettes(found: Mapping[str, Sequence[Judged]], protocol: Protocol) -> str:
    """The verdicts by theme, with bounds, what is not right, and what no vignette tries."""
    every = [one for theme in found.values() for one in theme]
    acute = [one for one in every if one.vignette.expect.lane is Lane.ACUTE]
    verdicts = list(Verdict)
    head = "| theme | n | " + " | ".join(verdicts) + " | right, 95% | unsafe, at most |"
    lines = [head, "|---|---|" + "---|" * (len(verdicts) + 2)]
    sharp = [
        one
        for one in every
        if len(one.vignette.expect.kind) == 1 and one.vignette.expect.status is Wanted.FINAL
    ]
    rows = [
        *found.items(),
        ("**all**", every),
        ("**of which labelled acute**", acute),
        ("**of which one kind, final**", sharp),
    ]
    for theme, group in rows:
        counts = Counter(one.verdict for one in group)
        cells = " | ".join(str(counts[each]) for each in verdicts)
        right = share(counts[Verdict.RIGHT], len(group))
        lines.append(
            f"| {theme} | {len(group)} | {cells} | {_between(right)} |"
            f" {_percent(_at_most(counts[Verdict.UNSAFE], len(group)))} |"
        )
    return "\n\n".join(["\n".join(lines), _disagreements(every), _untried(every, protocol)])


def _untried(every: Sequence[Judged], protocol: Protocol) -> str:
    """The rules that fire in no vignette: nothing was measured of them."""
    rules = [rule.row.id for rule in protocol.rules]
    fired = {reason.rule for one in every for reason in one.advice.reasons}
    never = [each for each in rules if each not in fired]
    said = f"{len(rules) - len(never)} of {len(rules)} rules fire in at least one vignette"
    listed = ", ".join(f"`{each}`" for each in never)
    return f"{said}; in none: {listed}." if never else f"{said}."


def _disagreements(every: Sequence[Judged]) -> str:
    differ = [one for one in every if one.verdict is not Verdict.RIGHT]
    if not differ:
        return "Every vignette came out as labelled."
    lines = [
        "| vignette | verdict | came out | rule | how it differs |",
        "|---|---|---|---|---|",
        *(
            f"| `{one.vignette.id}` | {one.verdict} | {one.advice.kind}, {one.advice.urgency},"
            f" {one.advice.lane}, {one.advice.status} | {rule(one)} | {'; '.join(one.why)} |"
            for one in sorted(differ, key=lambda one: list(Verdict)[::-1].index(one.verdict))
        ),
    ]
    return "\n".join(lines)


def rule(one: Judged) -> str:
    """The rule that chose the kind."""
    return f"`{one.advice.reasons[0].rule}`" if one.advice.reasons else "none"


def _at_most(count: int, of: int) -> float:
    """The one-sided 95% upper bound of what may be wrong."""
    return bounds(count, of, outside=0.1)[1] if count else upper_bound_of_none(of)


def _rest(part: Share) -> Share:
    return Share(part.of - part.count, part.of, 1 - part.high, 1 - part.low)


def _bounded(part: Share) -> str:
    return f"{_percent(part.value)} ({_between(part)})"


def _between(part: Share) -> str:
    return f"{part.low * 100:.1f}-{part.high * 100:.1f}"


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value * 100:.1f}%"
