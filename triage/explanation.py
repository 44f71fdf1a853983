"""An advice with its explanation: who says what, whom to ask, and what would change it.

What is stored is the lean advice; this is computed when someone reads it, from the same picture
and the same protocol.
"""

from __future__ import annotations

from datetime import datetime
from operator import attrgetter

import msgspec

from triage.advice import Advice, Question
from triage.beside.finder import Finder
from triage.codes import Role
from triage.conclude import conclude
from triage.consult import Ask, consult
from triage.decide import compose
from triage.need import Kind, Payer
from triage.otherwise import Change
from triage.panel import Opinion, panel
from triage.patient import Told, told
from triage.picture import Picture
from triage.protocol import Protocol
from triage.vocabulary import LINKS


class Care(msgspec.Struct, frozen=True, kw_only=True):
    """The care that is advised: who answers for it, who pays, how soon, how long.

    Attributes:
        kind: its code.
        name: what it is called, in Dutch.
        responsible: who heads treatment, in Dutch.
        payer: the law that pays; None: settled after placing.
        norm: the time norm in words; "" where none was found.
        within_hours: wanted start, hours from the referral.
        referrers: roles that may refer to it; empty: everyone.
        max_days: longest stay, days; None: no maximum.
        extend: whether and how the stay may be extended, in Dutch.
        source: where these facts come from.
    """

    kind: Kind
    name: str
    responsible: str
    payer: Payer | None
    norm: str
    within_hours: float
    referrers: tuple[Role, ...]
    max_days: int | None
    extend: str
    source: str


class Unknown(msgspec.Struct, frozen=True, kw_only=True):
    """The facts that a rule reads and nobody has given, by link id.

    Attributes:
        matters: could change the outcome now, each a question of the advice.
        does_not_matter: could not, as things are.
    """

    matters: tuple[str, ...]
    does_not_matter: tuple[str, ...]


class Explained(Advice, frozen=True, kw_only=True, omit_defaults=False):
    """An advice and its explanation.

    Attributes:
        panel: what each discipline concludes by its own table.
        consult: whom to ask what; empty at 112.
        care: facts of the care advised.
        changes: the smallest changes of facts that would change the outcome.
        unknown: what is not known, and whether it matters.
        patient: what is said to the person.
    """

    panel: tuple[Opinion, ...]
    consult: tuple[Ask, ...]
    care: Care
    changes: tuple[Change, ...]
    unknown: Unknown
    patient: Told


class _Ready:
    """What explaining with one protocol needs, made once."""

    def __init__(self, protocol: Protocol) -> None:
        self.rules = protocol.rules
        self.finder = Finder(protocol)
        reads = {fact for rule in protocol.rules for fact, _ in rule.reads}
        read = {fact: link for fact, link in LINKS.items() if fact in reads}
        self.links = tuple(read.values())
        self.values = attrgetter(*read)
        self.care = {
            kind: Care(
                kind=kind,
                name=facts.name or str(kind),
                responsible=facts.responsible,
                payer=facts.payer,
                norm=facts.norm,
                within_hours=facts.within_hours,
                referrers=facts.referrers,
                max_days=facts.max_days,
                extend=facts.extend,
                source=facts.source,
            )
            for kind, facts in protocol.kinds.items()
        }


_READY: dict[str, _Ready] = {}
"""By fingerprint: it is the same for the same tables, so it is only a matter of time."""


def explain(protocol: Protocol, picture: Picture, now: datetime) -> Explained:
    """The advice of a protocol on a picture, at a moment, with its explanation.

    Args:
        protocol: from ``triage.protocol.load``.
        picture: what is known; vital signs that are too old for the acute screen are None.
        now: aware; ``review_due`` is counted from it.
    """
    ready = _ready(protocol)
    concluded = conclude(protocol, picture)
    advice = compose(protocol, concluded, now)
    opinions = panel(protocol, concluded)
    return Explained(
        **{field: getattr(advice, field) for field in Advice.__struct_fields__},
        panel=opinions,
        consult=consult(protocol, concluded, advice, opinions),
        care=ready.care[advice.kind],
        changes=ready.finder.find(concluded, picture, advice.questions),
        unknown=_unknown(ready, concluded.picture, advice.questions),
        patient=told(protocol, concluded, advice),
    )


def _ready(protocol: Protocol) -> _Ready:
    ready = _READY.get(protocol.name.fingerprint)
    if ready is None or ready.rules is not protocol.rules:
        ready = _READY[protocol.name.fingerprint] = _Ready(protocol)
    return ready


def _unknown(ready: _Ready, picture: Picture, questions: tuple[Question, ...]) -> Unknown:
    matters = tuple([question.fact for question in questions])
    asked = frozenset(matters)
    return Unknown(
        matters=matters,
        does_not_matter=tuple(
            [
                link
                for link, value in zip(ready.links, ready.values(picture), strict=True)
                if value is None and link not in asked
            ]
        ),
    )
