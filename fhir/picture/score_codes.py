"""The codes by which an Observation holds an instrument: its total, and the items of the zibs.

zib2020: nl-core-BarthelADLIndex, -DOSScore and -SNAQScore (domain.md 3.5, 3.7, 3.10). The Clinical
Frailty Scale as the bare integer (3.9). No code for 4AT, ISAR-HP, GFI and PRISMA-7 was found:
the form asks them.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from fhir.codes import LOINC, SNOMED

BARTHEL_LOINC = (LOINC, "96761-2")
"""The total, of which the code doesn't say whether it counts to 20 or to 100."""

SCORES: dict[tuple[str, str], str] = {
    (SNOMED, "273302005"): "barthel",
    BARTHEL_LOINC: "barthel",
    (SNOMED, "55681000146102"): "dos",
    (SNOMED, "8881000146104"): "snaq",
    (SNOMED, "273531005"): "katz",
    (SNOMED, "763264000"): "cfs",
    (SNOMED, "445414007"): "cfs",
}
"""The fact that an Observation with this code gives the total of."""

_ZIB = "urn:oid:2.16.840.1.113883.2.4.3.11.60.40.4."


class CodedItem(msgspec.Struct, frozen=True, kw_only=True):
    """An item of an instrument that has a code.

    Attributes:
        field: the instrument, by its fact.
        item: the item, by its code in ``triage.scores``.
        points: what each coded answer adds; empty where the points themselves are sent.
    """

    field: str
    item: str
    points: Mapping[tuple[str, str], int]


def _barthel() -> dict[tuple[str, str], CodedItem]:
    # In the order of the value sets, 4.1.1 to 4.1.10; the number in an answer's code is its points.
    items = (
        ("4002004", "bowels", "FECAL"),
        ("4002003", "bladder", "URIN"),
        ("4002005", "grooming", "GROOM"),
        ("4002006", "toilet", "TOIL"),
        ("4002007", "feeding", "FEED"),
        ("4002008", "transfers", "TRANS"),
        ("4002009", "mobility", "MOBIL"),
        ("4002010", "dressing", "DRESS"),
        ("4002011", "stairs", "CLIMB"),
        ("4002012", "bathing", "BATH"),
    )
    return {
        (_ZIB + "0.1", code): CodedItem(
            field="barthel",
            item=item,
            points={(f"{_ZIB}1.{place}", f"{answer}{points}"): points for points in range(4)},
        )
        for place, (code, item, answer) in enumerate(items, start=1)
    }


def _dos() -> dict[tuple[str, str], CodedItem]:
    items = (
        "dozes-off",
        "easily-distracted",
        "maintains-attention",
        "unfinished-question-answer",
        "answers-no-fit",
        "reacts-slowly",
        "thinks-somewhere-else",
        "knows-part-day",
        "remembers-recent",
        "restless",
        "pulls-wires",
        "easily-emotional",
        "hallucinations",
    )
    return {
        (_ZIB + "0.1", str(code)): CodedItem(field="dos", item=item, points={})
        for code, item in enumerate(items, start=18007006)
    }


def _snaq() -> dict[tuple[str, str], CodedItem]:
    items = (
        ("4006003", "weight", "5.1", {"G0": 0, "G1": 2, "G2": 3, "G3": 5}),
        ("4006004", "appetite", "5.2", {"B0": 0, "B1": 1}),
        ("4006005", "drinks", "5.3", {"Z0": 0, "Z1": 1}),
    )
    return {
        (_ZIB + "0.1", code): CodedItem(
            field="snaq",
            item=item,
            points={(_ZIB + system, answer): points for answer, points in answers.items()},
        )
        for code, item, system, answers in items
    }


ITEMS: Mapping[tuple[str, str], CodedItem] = _barthel() | _dos() | _snaq()
"""The item that a component with this code answers."""
