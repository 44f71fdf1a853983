"""A Task that is sent to move one that is here: what it asks, and that it changes nothing else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

import msgspec

from fhir.codes import ALTERNATIVE_DATE, OFFER_STATE, REFERRAL_STATE, SNOMED
from fhir.outcome import FhirRefused, Issue, refused
from fhir.task.choice import Asked
from fhir.task.coded import codes_of, ours, reason_of
from fhir.task.codes import DESTINATION, DESTINATIONS, TASK_OUTPUT
from fhir.task.steps import MOVES, Of
from fhir.views import Concept, Period, Reference, Text, View, view

_MOVES = frozenset({"status", "statusReason", "businessStatus", "output", "executionPeriod"})
"""The elements by which a Task is moved."""

_NOT_COMPARED = _MOVES | {"meta", "text", "lastModified", "language", "implicitRules"}
"""With those that are about the Task as a document."""


_OUTPUTS = frozenset(
    {(SNOMED, ALTERNATIVE_DATE), (TASK_OUTPUT, "destination"), (TASK_OUTPUT, "place")}
)


_OF = {REFERRAL_STATE: Of.COORDINATION, OFFER_STATE: Of.OFFER}
"""The kind of a Task, by the system of its businessStatus; an abort Task has none."""


class _Output(View, frozen=True):
    type: Concept | None = None
    value_date_time: Text = None
    value_codeable_concept: Concept | None = None


class Task(View, frozen=True):
    """What is read of a Task that is sent."""

    status: Text = None
    intent: Text = None
    code: Concept | None = None
    status_reason: Concept | None = None
    business_status: Concept | None = None
    reason_code: Concept | None = None
    execution_period: Period | None = None
    output: tuple[_Output, ...] = ()
    focus: Reference | None = None
    owner: Reference | None = None
    part_of: tuple[Reference, ...] = ()


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """What a Task that is sent says.

    Attributes:
        asked: of its state.
        moment: the other date, as it was written, or None.
        destination: code of where the person went, or None.
        ended: when the care ended, as it was written, or None.
        period: whether its executionPeriod is another than is shown.
    """

    asked: Asked
    moment: str | None = None
    destination: str | None = None
    ended: str | None = None
    period: bool = False


def read(body: bytes, shown: bytes) -> Sent | None:
    """What a Task asks in place of the one shown; None where it says what is shown already.

    An element that is left out stays as it is.

    Args:
        body: what was sent, after ``fhir.validation.accept``.
        shown: the Task as its sender may see it.

    Raises:
        FhirRefused: it changes something else, or has a code that is none of ours.
    """
    plain, now = msgspec.json.decode(body), msgspec.json.decode(shown)
    issues = [*_changed(plain, now), *_not_kept(plain, now)]
    sent, before = view(body, Task, "Task"), view(shown, Task, "Task")
    reason = reason_of(sent.status_reason, issues, _reasons(before, sent.status))
    business = ours(sent.business_status, {REFERRAL_STATE, OFFER_STATE}, "businessStatus", issues)
    destination = _destination(sent, issues)
    if issues:
        raise FhirRefused("unprocessable", issues)
    moment = _moment(sent)
    same_moment = moment is None or _same(moment, _moment(before))
    same_destination = destination is None or destination == _destination(before, [])
    states = [one.code for one in codes_of(before.business_status)]
    asked = Asked(
        status=sent.status or "",
        business=None if business in states else business,
        reason=reason,
        moment=moment is not None,
        destination=not same_destination,
    )
    if asked.status == before.status and asked.after in {None, *states}:
        if not same_moment or reason not in {None, reason_of(before.status_reason, [])}:
            raise refused(
                "unprocessable", "business-rule", "task-step",
                "Task.status: a reason or a date changes with the status only; it is"
                f" {before.status} already.", "Task.status",
            )  # fmt: skip
        return None
    ended = sent.execution_period.end if sent.execution_period else None
    period = plain.get("executionPeriod")
    return Sent(
        asked=asked,
        moment=moment,
        destination=destination,
        ended=ended,
        period=period is not None and not _same(period, now.get("executionPeriod")),
    )


def moment_of(said: str, element: str) -> datetime:
    """A date and time that is sent, with its time zone.

    Raises:
        FhirRefused: it is a date alone.
    """
    read = _moment_or_none(said)
    if read is None:
        text = f"{element}: give a date with a time and its time zone."
        raise refused("unprocessable", "value", "task-moment", text, element)
    return read


def _changed(sent: Mapping[str, Any], shown: Mapping[str, Any]) -> Iterator[Issue]:
    """What is not as shown."""
    for name, value in sent.items():
        if name not in _NOT_COMPARED and not _same(value, shown.get(name)):
            yield Issue(
                code="business-rule",
                details="not-changed-here",
                diagnostics=f"Task.{name}: is not as it is here. By a Task only"
                f" {', '.join(sorted(_MOVES))} change; send the rest as it is or leave it out.",
                expression=(f"Task.{name}",),
            )


def _not_kept(sent: Mapping[str, Any], shown: Mapping[str, Any]) -> Iterator[Issue]:
    """Outputs that are new and mean nothing here."""
    for at, output in enumerate(sent.get("output", ())):
        known = {
            (code.get("system"), code.get("code")) for code in output["type"].get("coding", ())
        }
        if not known & _OUTPUTS and output not in shown.get("output", ()):
            yield Issue(
                code="not-supported",
                details="not-kept",
                diagnostics=f"Task.output[{at}]: is not kept here; leave it out.",
                expression=(f"Task.output[{at}]",),
            )


def _same(one: Any, other: Any) -> bool:
    """Whether two values are the same; a moment may be written in more than one way."""
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if one == other:
        return True
    moments = [_moment_or_none(text) if isinstance(text, str) else None for text in (one, other)]
    return moments[0] is not None and moments[0] == moments[1]


def _moment_or_none(text: str) -> datetime | None:
    try:
        read = datetime.fromisoformat(text)
    except ValueError:
        return None
    return read if read.tzinfo else None


def _reasons(before: Task, status: str | None) -> list[str]:
    """The reasons for the steps that bring a Task from where it is to a status."""
    states = codes_of(before.business_status)
    of = next((_OF[one.system] for one in states if one.system in _OF), Of.ABORT)
    now = {one.code for one in states} if of in _OF.values() else {before.status}
    return [
        reason
        for move in MOVES
        if move.of is of and move.status == status and now.intersection(move.before)
        for reason in move.reasons
    ]


def _moment(task: Task) -> str | None:
    for one in task.output:
        if any(code.key == (SNOMED, ALTERNATIVE_DATE) for code in codes_of(one.type)):
            return one.value_date_time
    return None


def _destination(task: Task, issues: list[Issue]) -> str | None:
    for at, one in enumerate(task.output):
        if not any(code.key == (TASK_OUTPUT, "destination") for code in codes_of(one.type)):
            continue
        for code in codes_of(one.value_codeable_concept):
            if code.system == DESTINATION and code.code in DESTINATIONS:
                return code.code
        issues.append(
            Issue(
                code="code-invalid",
                details="task-destination",
                diagnostics=f"Task.output[{at}]: give a valueCodeableConcept with a code of"
                f" {DESTINATION}: {', '.join(DESTINATIONS)}.",
                expression=(f"Task.output[{at}]",),
            )
        )
    return None
