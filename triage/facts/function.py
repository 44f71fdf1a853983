"""Function, frailty and mobility: totals of instruments, a range while parts are missing."""

from __future__ import annotations

from typing import Annotated

from triage.codes import Mobility
from triage.facts.falls import Falls
from triage.facts.meta import fact, total
from triage.span import Span


class Function(Falls, frozen=True, kw_only=True, omit_defaults=True):
    """Function, frailty and mobility: totals of instruments, a range while parts are missing."""

    barthel: (
        Annotated[
            Span,
            total(
                "Barthel-index (0-20, hoger is zelfstandiger)",
                "Barthel index (0-20, higher is more independent)",
                ge=0,
                le=20,
            ),
        ]
        | None
    ) = None
    katz: (
        Annotated[
            Span,
            total(
                "Katz-6 (0-6, punten voor zelfstandig)",
                "Katz-6 (0-6, points for independence)",
                ge=0,
                le=6,
            ),
        ]
        | None
    ) = None
    isar_hp: Annotated[Span, total("ISAR-HP (0-5)", "ISAR-HP (0-5)", ge=0, le=5)] | None = None
    snaq: Annotated[Span, total("SNAQ (0-7)", "SNAQ (0-7)", ge=0, le=7)] | None = None
    cfs: (
        Annotated[
            int,
            fact(
                "Clinical Frailty Scale, alleen het getal (1-9), 2 weken vóór nu",
                "Clinical Frailty Scale, the integer (1-9), two weeks before now",
                unit="{score}",
                ge=1,
                le=9,
            ),
        ]
        | None
    ) = None
    gfi: (
        Annotated[
            int,
            fact(
                "Groningen Frailty Indicator (0-15)",
                "Groningen Frailty Indicator (0-15)",
                unit="{score}",
                ge=0,
                le=15,
            ),
        ]
        | None
    ) = None
    prisma7: (
        Annotated[int, fact("PRISMA-7 (0-7)", "PRISMA-7 (0-7)", unit="{score}", ge=0, le=7)] | None
    ) = None
    frailty_registered: (
        Annotated[
            bool,
            fact(
                "Staat kwetsbaarheid in het huisartsdossier (ICPC A49.01 of A05)?",
                "Frailty registered by the GP (ICPC A49.01 or A05)?",
            ),
        ]
        | None
    ) = None
    mobility: (
        Annotated[
            Mobility, fact("Hoe verplaatst de persoon zich?", "How does the person move about?")
        ]
        | None
    ) = None
    wound: (
        Annotated[
            bool, fact("Is er een wond die verpleging vraagt?", "A wound that needs nursing?")
        ]
        | None
    ) = None
