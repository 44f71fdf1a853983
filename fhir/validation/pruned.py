"""What is right of a body that has faults, so that the rest of it can be judged too."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import msgspec

from fhir.outcome import Issue
from fhir.validation import limits

_ROUNDS: Final = 10
"""What is taken out may leave something else wrong: a part without what it must have."""

_STEP: Final = re.compile(r"([A-Za-z_][A-Za-z0-9_]*)|\[(\d+)\]")
_NOTHING: Final = {"resourceType": "Basic", "code": {"text": "-"}}
_HEADS: Final = frozenset({"bdl-9", "bdl-10", "bdl-11", "bdl-12"})
"""What a document or message must begin with; other Bundles need not."""

_BLANK: Final = {"extension": [{"url": "urn:naober:left-out", "valueBoolean": True}]}
"""Instead of an item of an array, so that the paths of the others stay true."""

_STAND_INS: Final = {"ServiceRequest": {"status": "active", "intent": "order"}}
"""Instead of a code that must be there, by type: nothing can be tried of a referral without."""


class Pruned(msgspec.Struct, frozen=True):
    """What is left.

    Attributes:
        body: the resource without its faults.
        touched: paths of the resources of which something was taken out, such as
            ``Bundle.entry[3].resource``.
    """

    body: bytes
    touched: frozenset[str]


def pruned(
    body: bytes, faults: Callable[[Any], Sequence[Issue]], needed: frozenset[str]
) -> Pruned | None:
    """Takes out what is wrong, and with it what can't be without it.

    Args:
        body: JSON that can be read.
        faults: finds what is wrong, in the order of the paths.
        needed: types of resources without which nothing can be said of the rest.

    Returns:
        What is left; None where that is nothing, or lacks what is needed.
    """
    tree = limits.decode(body)
    touched: set[str] = set()
    for _ in range(_ROUNDS):
        issues = faults(tree)
        if not issues:
            return Pruned(msgspec.json.encode(tree), frozenset(touched))
        for one in reversed(issues):  # the last item of an array first
            if one.details in _HEADS:
                tree["type"] = "collection"
                continue
            root, _, path = one.expression[0].partition(".")
            found = _found(tree, root, path)
            if _stood_in(found, path):
                touched.add(found.resource)
                continue
            if not found.keys or _lost(found) & needed:
                return None
            touched.add(found.resource)
            _take_out(found)
    return None


class _Found(msgspec.Struct):
    """The deepest element on a path that is really there.

    Attributes:
        nodes: the body, and what was passed on the way.
        keys: the names and numbers to each of the following ones.
        resource: the path of the resource that it is in.
    """

    nodes: list[Any]
    keys: list[str | int]
    resource: str


def _found(tree: Any, root: str, path: str) -> _Found:
    found = _Found([tree], [], root)
    shown = root
    for name, number in _STEP.findall(path):
        node = found.nodes[-1]
        key: str | int | None
        if number:
            key = int(number) if isinstance(node, list) and int(number) < len(node) else None
        else:
            key = _name(node, name) if isinstance(node, dict) else None
        if key is None:
            break
        shown += f"[{number}]" if number else f".{name}"
        found.nodes.append(node[key])
        found.keys.append(key)
        if key == "resource":
            found.resource = shown
    return found


def _name(node: dict[str, Any], step: str) -> str | None:
    """The element that FHIRPath calls so: itself, its extension, or one of a choice."""
    for name in (step, f"_{step}"):
        if name in node:
            return name
    choice = re.compile(rf"_?{step}[A-Z]")
    return next((name for name in node if choice.match(name)), None)


def _stood_in(found: _Found, path: str) -> bool:
    """Whether a right code came in the place of one that is wrong or missing."""
    name = path.rpartition(".")[2]
    for node in found.nodes[-2:]:
        kind = node.get("resourceType") if isinstance(node, dict) else None
        codes = _STAND_INS.get(kind, {}) if isinstance(kind, str) else {}
        if name in codes:
            node[name] = codes[name]
            return True
    return False


def _lost(found: _Found) -> set[str]:
    """The types of the resources that go as a whole, with what was found."""
    node = found.nodes[-1]
    inner = node.get("resource", node) if isinstance(node, dict) else None
    told = inner.get("resourceType") if isinstance(inner, dict) else None
    return {told} if isinstance(told, str) else set()


def _take_out(found: _Found) -> None:
    holder, key, node = found.nodes[-2], found.keys[-1], found.nodes[-1]
    if key == "resource":
        holder[key] = dict(_NOTHING)
        _created(holder)
    elif isinstance(key, str):
        del holder[key]
    elif found.keys[-2] == "entry":
        holder[key] = {"resource": dict(_NOTHING), "request": {}}
        _created(holder[key])
    elif isinstance(node, dict) and node != _BLANK:
        holder[key] = copy.deepcopy(_BLANK)
    else:
        del holder[key]


def _created(entry: dict[str, Any]) -> None:
    if "request" in entry:
        entry["request"] = {"method": "POST", "url": _NOTHING["resourceType"]}
