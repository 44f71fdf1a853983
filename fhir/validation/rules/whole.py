"""Invariants of whole resources: Bundles, Questionnaires, Parameters, and what is contained.

https://hl7.org/fhir/R4/bundle.html, https://hl7.org/fhir/R4/questionnaire.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fhir.validation.rules.words import Rule, every, needs_one_of, present

_CONDITIONS = 2
"""More conditions than this need an enableBehavior; R4 wrote 2 where it meant 1."""

_CHOOSES = frozenset(
    {
        "choice", "open-choice", "decimal", "integer", "date", "dateTime", "time", "string",
        "quantity",
    }
)  # fmt: skip
"""Types of question that may have a list of answers."""

_HAS_LENGTH = frozenset({"boolean", "decimal", "integer", "string", "text", "url", "open-choice"})

_ASKS = frozenset({"batch", "transaction", "history"})
_ANSWERS = frozenset({"batch-response", "transaction-response", "history"})


def resource_type(resource: Any) -> str | None:
    """The resourceType of a struct or a view; None where there is no resource."""
    if resource is None:
        return None
    told = getattr(resource, "resourceType", None)
    return told or getattr(getattr(resource, "__struct_config__", None), "tag", None)


def _bundle(bundle: Any) -> str | None:
    return every(_entries(bundle, bundle.type))


def _entries(bundle: Any, kind: str) -> Iterator[str]:
    if bundle.total is not None and kind not in {"searchset", "history"}:
        yield "bdl-1 total: only a searchset or history has a total"
    asks, answers = kind in _ASKS, kind in _ANSWERS
    seen: set[tuple[str, str | None]] = set()
    for number, entry in enumerate(bundle.entry or ()):
        if entry.search is not None and kind != "searchset":
            yield f"bdl-2 entry[{number}].search: only a searchset says how it was found"
        if (entry.request is not None) != asks:
            word = "needed" if asks else "not allowed"
            yield f"bdl-3 entry[{number}].request: it is {word} in a Bundle of this type"
        if (entry.response is not None) != answers:
            word = "needed" if answers else "not allowed"
            yield f"bdl-4 entry[{number}].response: it is {word} in a Bundle of this type"
        if entry.fullUrl is None or kind == "history":
            continue
        meta = getattr(entry.resource, "meta", None)
        identity = (entry.fullUrl, None if meta is None else getattr(meta, "versionId", None))
        if identity in seen:
            yield f"bdl-7 entry[{number}].fullUrl: it stands in the Bundle twice"
        seen.add(identity)


def _head(bundle: Any) -> str | None:
    return every(_begins(bundle, bundle.type))


def _begins(bundle: Any, kind: str) -> Iterator[str]:
    if kind not in {"document", "message"}:
        return
    first = bundle.entry[0].resource if bundle.entry else None
    if kind == "message":
        if resource_type(first) != "MessageHeader":
            yield "bdl-12 entry[0]: a message starts with its MessageHeader"
        return
    if resource_type(first) != "Composition":
        yield "bdl-11 entry[0]: a document starts with its Composition"
    identifier = bundle.identifier
    if identifier is None or identifier.system is None or identifier.value is None:
        yield "bdl-9 identifier: a document has an identifier with system and value"
    if bundle.timestamp is None:
        yield "bdl-10 timestamp: a document has a timestamp"


def _version(entry: Any) -> str | None:
    if entry.fullUrl is not None and "/_history/" in entry.fullUrl:
        return "bdl-8 fullUrl: it names no version"
    return None


def _items(part: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    for number, item in enumerate(part.item or ()):
        here = f"{path}item[{number}]"
        yield here, item
        yield from _items(item, f"{here}.")


def _questionnaire(part: Any) -> str | None:
    return every(_twice(part))


def _twice(part: Any) -> Iterator[str]:
    seen: set[str] = set()
    for path, item in _items(part):
        if item.linkId in seen:
            yield f"que-2 {path}.linkId: it stands in the questionnaire twice"
        if item.linkId is not None:
            seen.add(item.linkId)


def _item(item: Any) -> str | None:
    return every(_of_item(item, item.type))


def _of_item(item: Any, kind: str) -> Iterator[str]:
    if kind == "group" and item.item is None:
        yield "que-1 item: a group has items"
    if item.answerOption is not None and item.answerValueSet is not None:
        yield "que-4 answerValueSet: answerOption or answerValueSet, not both"
    if kind not in _CHOOSES and (item.answerOption or item.answerValueSet) is not None:
        yield "que-5: only what can be chosen has answerOption or answerValueSet"
    if item.maxLength is not None and kind not in _HAS_LENGTH:
        yield "que-10 maxLength: only a simple type has a longest length"
    if len(item.enableWhen or ()) > _CONDITIONS and item.enableBehavior is None:
        yield "que-12 enableBehavior: several conditions need it"
    if kind == "display":
        yield from _of_display(item)
    if item.initial is not None:
        yield from _of_initial(item, kind)


def _of_display(item: Any) -> Iterator[str]:
    for key, names in (
        ("que-1", ("item",)),
        ("que-3", ("code",)),
        ("que-6", ("required", "repeats")),
        ("que-9", ("readOnly",)),
    ):
        for name in names:
            if getattr(item, name) is not None:
                yield f"{key} {name}: a display has none"


def _of_initial(item: Any, kind: str) -> Iterator[str]:
    if kind in {"group", "display"}:
        yield "que-8 initial: a group or display has no initial value"
    if item.answerOption is not None:
        yield "que-11 initial: with answerOption the initial value is marked there"
    if item.repeats is not True and len(item.initial) > 1:
        yield "que-13 initial: only a repeating item has several initial values"


def _enable_when(part: Any) -> str | None:
    if part.operator == "exists" and part.answerBoolean is None:
        return "que-7: the operator exists needs answerBoolean"
    return None


def _contained(resource: Any) -> str | None:
    return every(_inside(resource))


def _inside(resource: Any) -> Iterator[str]:
    """dom-2, dom-4 and dom-5: what a contained resource may not have itself."""
    for number, inner in enumerate(resource.contained or ()):
        here = f"contained[{number}]"
        if getattr(inner, "contained", None) is not None:
            yield f"dom-2 {here}.contained: a contained resource contains no other"
        meta = inner.meta
        if meta is None:
            continue
        for name in ("versionId", "lastUpdated"):
            if getattr(meta, name) is not None:
                yield f"dom-4 {here}.meta.{name}: a contained resource has none"
        if meta.security is not None:
            yield f"dom-5 {here}.meta.security: a contained resource has no security label"


contained = Rule(_contained, present("contained"))
"""The rule for every resource that may contain others."""

RULES: dict[str, tuple[Rule, ...]] = {
    "Bundle": (Rule(_bundle), Rule(_head)),
    "BundleEntry": (
        needs_one_of(
            "bdl-5: an entry has a resource, a request or a response",
            "resource",
            "request",
            "response",
        ),
        Rule(_version, present("fullUrl")),
    ),
    "Questionnaire": (Rule(_questionnaire),),
    "QuestionnaireItem": (Rule(_item),),
    "QuestionnaireItemEnableWhen": (Rule(_enable_when),),
}
