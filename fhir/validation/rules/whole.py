"""Invariants of whole resources: Bundles, Questionnaires, Parameters, and what is contained.

https://hl7.org/fhir/R4/bundle.html, https://hl7.org/fhir/R4/questionnaire.html
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fhir.validation.rules.words import Rule, present

_CONDITIONS = 2
"""More conditions than this need an enableBehavior; R4 wrote 2 where it meant 1."""

_ASKS = frozenset({"batch", "transaction", "history"})
_ANSWERS = frozenset({"batch-response", "transaction-response", "history"})


def resource_type(resource: Any) -> str | None:
    """The resourceType of a struct or a view; None where there is no resource."""
    if resource is None:
        return None
    told = getattr(resource, "resourceType", None)
    return told or getattr(getattr(resource, "__struct_config__", None), "tag", None)


def _bundle(bundle: Any) -> str | None:
    kind = bundle.type
    if bundle.total is not None and kind not in {"searchset", "history"}:
        return "bdl-1: only a searchset or history has a total"
    asks, answers = kind in _ASKS, kind in _ANSWERS
    for number, entry in enumerate(bundle.entry or ()):
        if entry.search is not None and kind != "searchset":
            return f"bdl-2: only a searchset has entry[{number}].search"
        if (entry.request is not None) != asks:
            word = "needs" if asks else "may not have"
            return f"bdl-3: a {kind} {word} entry[{number}].request"
        if (entry.response is not None) != answers:
            word = "needs" if answers else "may not have"
            return f"bdl-4: a {kind} {word} entry[{number}].response"
    return _bundle_identity(bundle, kind) or _bundle_head(bundle, kind)


def _bundle_identity(bundle: Any, kind: str) -> str | None:
    if kind == "history":
        return None
    seen: set[tuple[str, str | None]] = set()
    for number, entry in enumerate(bundle.entry or ()):
        if entry.fullUrl is None:
            continue
        meta = getattr(entry.resource, "meta", None)
        identity = (entry.fullUrl, getattr(meta, "versionId", None))
        if identity in seen:
            return f"bdl-7: entry[{number}].fullUrl stands in the bundle twice"
        seen.add(identity)
    return None


def _bundle_head(bundle: Any, kind: str) -> str | None:
    if kind not in {"document", "message"}:
        return None
    first = bundle.entry[0].resource if bundle.entry else None
    if kind == "message":
        right = resource_type(first) == "MessageHeader"
        return None if right else "bdl-12: a message starts with its MessageHeader"
    if resource_type(first) != "Composition":
        return "bdl-11: a document starts with its Composition"
    identifier = bundle.identifier
    if identifier is None or identifier.system is None or identifier.value is None:
        return "bdl-9: a document has an identifier with system and value"
    return None if bundle.timestamp is not None else "bdl-10: a document has a timestamp"


def _entry(entry: Any) -> str | None:
    if entry.resource is None and entry.request is None and entry.response is None:
        return "bdl-5: an entry has a resource, a request or a response"
    if entry.fullUrl is not None and "/_history/" in entry.fullUrl:
        return "bdl-8: fullUrl names no version"
    return None


def _items(part: Any) -> Iterator[Any]:
    for item in part.item or ():
        yield item
        yield from _items(item)


def _questionnaire(part: Any) -> str | None:
    seen: set[str] = set()
    for item in _items(part):
        if item.linkId in seen:
            return f"que-2: linkId {item.linkId} stands in the questionnaire twice"
        if item.linkId is not None:
            seen.add(item.linkId)
    return None


def _display(item: Any) -> str | None:
    if item.type != "display":
        return None
    if item.item or item.code or item.required is not None or item.repeats is not None:
        return "que-1/3/6: a display has no items, code, required or repeats"
    return "que-9: a display has no readOnly" if item.readOnly is not None else None


def _initial(item: Any) -> str | None:
    if item.initial is None:
        return None
    if item.type in {"group", "display"}:
        return "que-8: a group or display has no initial value"
    if item.answerOption is not None:
        return "que-11: with answerOption the initial value is marked there"
    if item.repeats is not True and len(item.initial) > 1:
        return "que-13: only a repeating item has several initial values"
    return None


def _item(item: Any) -> str | None:
    if item.type == "group" and item.item is None:
        return "que-1: a group has items"
    if item.answerOption is not None and item.answerValueSet is not None:
        return "que-4: answerOption or answerValueSet, not both"
    if len(item.enableWhen or ()) > _CONDITIONS and item.enableBehavior is None:
        return "que-12: several conditions need enableBehavior"
    return None


def _enable_when(part: Any) -> str | None:
    if part.operator == "exists" and part.answerBoolean is None:
        return "que-7: the operator exists needs answerBoolean"
    return None


def _contained(resource: Any) -> str | None:
    """dom-2, dom-4 and dom-5: what a contained resource may not have itself."""
    for inner in resource.contained or ():
        if getattr(inner, "contained", None) is not None:
            return "dom-2: a contained resource contains no other"
        meta = inner.meta
        if meta is None:
            continue
        if meta.versionId is not None or meta.lastUpdated is not None:
            return "dom-4: a contained resource has no meta.versionId or meta.lastUpdated"
        if meta.security is not None:
            return "dom-5: a contained resource has no security label"
    return None


contained = Rule(_contained, present("contained"))
"""The rule for every resource that may contain others."""

RULES: dict[str, tuple[Rule, ...]] = {
    "Bundle": (Rule(_bundle),),
    "BundleEntry": (Rule(_entry),),
    "Questionnaire": (Rule(_questionnaire),),
    "QuestionnaireItem": (Rule(_item), Rule(_display), Rule(_initial, present("initial"))),
    "QuestionnaireItemEnableWhen": (Rule(_enable_when),),
}
