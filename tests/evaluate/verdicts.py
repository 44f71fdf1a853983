"""What an advice is worth against the label of a vignette: right, careful, other care or unsafe."""

from __future__ import annotations

from datetime import timedelta
from enum import StrEnum

import msgspec
from vignette_bundle import AUTHORED, BUNDLES
from vignettes import Vignette, Wanted, themes

from coordination.referrals.what_if import advise
from triage.advice import Lane, Status
from triage.explanation import Explained
from triage.need import Kind
from triage.protocol import Protocol


class Verdict(StrEnum):
    """How an advice stands to the label.

    ``CAREFUL`` is more acute than needed, or asks first; ``OTHER`` is other care that is not less
    acute; ``UNSAFE`` is less acute than the label, lets someone go who must be asked first, or
    names care that is forbidden here.
    """

    RIGHT = "right"
    CAREFUL = "careful"
    OTHER = "other care"
    UNSAFE = "unsafe"


_ACUITY = {
    Kind.AMBULANCE: 0,
    Kind.SEH: 1,
    Kind.HAP: 2,
    Kind.GGZ_CRISIS: 2,
    Kind.HUMAN_TRIAGE: 2,
    Kind.GP_TODAY: 3,
    Kind.AMBULANCE_CONSULT: 3,
    Kind.WLZ_CRISIS_VV: 3,
    Kind.WLZ_CRISIS_GZ: 3,
    Kind.WMO_URGENT: 3,
    Kind.VEILIG_THUIS: 3,
}
"""How acute a kind is: 0 is 112. What isn't named is planned care, 4. Our own order, for
counting only: a person at once (``human-triage``) stands beside the GP post."""
_PLANNED = 4


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """One vignette, its advice and the verdict.

    Attributes:
        vignette: with its label.
        advice: what came out.
        verdict: what that is worth.
        why: in which ways it differs from the label; empty when right.
    """

    vignette: Vignette
    advice: Explained
    verdict: Verdict
    why: tuple[str, ...]


def acuity(kind: Kind) -> int:
    """How acute a kind is; the lower, the more acute."""
    return _ACUITY.get(kind, _PLANNED)


def judge(one: Vignette, advice: Explained) -> Judged:
    """An advice against a label."""
    unsafe, careful, other = _unsafe(one, advice), _careful(one, advice), _other(one, advice)
    verdict = (
        Verdict.UNSAFE
        if unsafe
        else Verdict.CAREFUL
        if careful
        else Verdict.OTHER
        if other
        else Verdict.RIGHT
    )
    return Judged(vignette=one, advice=advice, verdict=verdict, why=(*unsafe, *careful, *other))


def _unsafe(one: Vignette, advice: Explained) -> list[str]:
    label, found = one.expect, []
    if label.lane is Lane.ACUTE and advice.lane is not Lane.ACUTE:
        found.append("not in the acute lane")
    if advice.urgency > label.at_least:
        found.append(f"{advice.urgency}, needs {label.at_least} or sooner")
    forbidden = {advice.kind, *advice.alternatives} & set(label.never)
    if forbidden:
        found.append(f"forbidden here: {', '.join(sorted(forbidden))}")
    least = max(acuity(kind) for kind in label.kind)
    if advice.status is Status.FINAL and acuity(advice.kind) > least:
        found.append(f"{advice.kind} is less acute than {' or '.join(label.kind)}")
    # A person at once asks whatever has to be asked; anything else, final, lets someone go.
    asked = label.status is Wanted.PROVISIONAL and advice.status is Status.FINAL
    if asked and advice.kind is not Kind.HUMAN_TRIAGE and acuity(advice.kind) > acuity(Kind.SEH):
        found.append("final, while something essential is unknown")
    if label.safety_net and advice.kind in label.kind and not advice.safety_net:
        found.append("a diversion without a safety net")
    return found


def _careful(one: Vignette, advice: Explained) -> list[str]:
    label, found = one.expect, []
    if label.lane is Lane.NON_ACUTE and advice.lane is Lane.ACUTE:
        found.append("in the acute lane")
    if label.at_most is not None and advice.urgency < label.at_most:
        found.append(f"{advice.urgency}, {label.at_most} is soon enough")
    if label.status is Wanted.FINAL and advice.status is Status.PROVISIONAL:
        found.append("asks: " + ", ".join(question.fact for question in advice.questions))
    if advice.kind not in label.kind and acuity(advice.kind) < min(map(acuity, label.kind)):
        found.append(f"{advice.kind} is more acute than {' or '.join(label.kind)}")
    return found


def _other(one: Vignette, advice: Explained) -> list[str]:
    label, found = one.expect, []
    if label.consult and not advice.consult:
        found.append("names no discipline to ask")
    if advice.kind not in label.kind:
        found.append(f"{advice.kind} instead of {' or '.join(label.kind)}")
    elif advice.kind is Kind.HUMAN_TRIAGE and advice.status is Status.FINAL:
        return found
    unasked = set(label.asks) - {question.fact for question in advice.questions}
    if unasked:
        found.append(f"does not ask {', '.join(sorted(unasked))}")
    if label.status is Wanted.PROVISIONAL and advice.status is Status.FINAL:
        found.append("final, nothing asked")
    return found


def judged(protocol: Protocol) -> dict[str, tuple[Judged, ...]]:
    """Every vignette by theme, run as FHIR through the front door a minute after it was sent."""
    now = AUTHORED + timedelta(minutes=1)
    return {
        theme.title: tuple(
            judge(one, advise((BUNDLES / f"{one.id}.json").read_bytes(), protocol, now))
            for one in theme.vignette
        )
        for theme in themes().values()
    }
