"""The items of instruments as questions of the form: their link ids, codes and answers.

Item ``bowels`` of the Barthel index is ``barthel.bowels``; its answer of 2 points is code
``bowels-2`` of the code system ``…/CodeSystem/barthel``. Both are made of what ``triage.scores``
says, so that form, reading and score can't differ.
"""

from __future__ import annotations

from collections.abc import Mapping

from fhir.codes import NAMESPACE
from fhir.picture.facts import Found
from fhir.views import Answer, Coding
from triage.picture import link_id
from triage.scores.instrument import Item, Option
from triage.scores.instruments import INSTRUMENTS


def item_link(field: str, item: Item) -> str:
    """The link id of an item."""
    return f"{link_id(field)}.{item.code}"


def item_system(field: str) -> str:
    """The code system of the answers to an instrument's items."""
    return f"{NAMESPACE}/CodeSystem/{link_id(field)}"


def option_code(item: Item, option: Option) -> str:
    """The code of an answer, by its points."""
    return f"{item.code}-{option.points}"


ITEM_OF_LINK: Mapping[str, tuple[str, Item]] = {
    item_link(field, item): (field, item)
    for field, instrument in INSTRUMENTS.items()
    for item in instrument.items
}
"""The instrument, by its fact, and the item of each link id."""


def given_items(
    items: Mapping[str, tuple[Answer, ...]], source: str, found: Found
) -> dict[str, dict[str, int]]:
    """The points that were given, by instrument and item.

    An answer that isn't one, or two that differ, is a missing item, with a remark.

    Args:
        items: answers by link id, each of ``ITEM_OF_LINK``.
        source: where the form stands.
        found: for the remarks.
    """
    given: dict[str, dict[str, int]] = {}
    for link, answers in items.items():
        field, item = ITEM_OF_LINK[link]
        points = {_points(field, item, answer.value_coding) for answer in answers}
        one = points.pop()
        if points or one is None:
            codes = ", ".join(option_code(item, option) for option in item.options)
            text = f"Antwoord op “{link}” telt niet mee: verwacht één code uit {codes}."
            found.note(field, text, source)
        else:
            given.setdefault(field, {})[item.code] = one
    return given


def _points(field: str, item: Item, said: Coding | None) -> int | None:
    if said is None or said.system not in {None, item_system(field)}:
        return None
    return next(
        (option.points for option in item.options if option_code(item, option) == said.code), None
    )
