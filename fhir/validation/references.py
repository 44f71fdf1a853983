"""Which resources of its own a body refers to: contained ones, and entries of the same Bundle."""

from __future__ import annotations

from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

Met = list[tuple[frozenset[str], str]]
"""References that name no type, each with the types that may stand there."""

met: ContextVar[Met] = ContextVar("met")
"""Those of the body that is being read now."""


def astray(found: Met, types: Mapping[str, str]) -> bool:
    """Whether one of the references is to a resource of a type that may not stand there.

    Args:
        found: the references.
        types: the type of each entry by its fullUrl.
    """
    return any(types[said] not in targets for targets, said in found if said in types)


def types_of(bundle: Any) -> dict[str, str]:
    """The type of each entry of a Bundle (plain JSON, of any shape) by its fullUrl."""
    found = {}
    entries = bundle.get("entry")
    for entry in entries if isinstance(entries, list) else ():
        resource = entry.get("resource") if isinstance(entry, dict) else None
        url, kind = entry.get("fullUrl") if resource else None, _type(resource)
        if isinstance(url, str) and kind:
            found[url] = kind
    return found


def contained_in(resource: dict[str, Any]) -> dict[str, str]:
    """The type of each contained resource by its id, and of the whole by the empty one."""
    inner = resource.get("contained")
    found = {
        str(one["id"]): _type(one)
        for one in (inner if isinstance(inner, list) else ())
        if isinstance(one, dict) and "id" in one
    }
    return found | {"": _type(resource)}


def _type(resource: Any) -> str:
    told = resource.get("resourceType") if isinstance(resource, dict) else None
    return told if isinstance(told, str) else ""


def mentioned(resource: Any) -> set[str]:
    """All ids that texts of a resource mention, wherever they stand, as ``#id``.

    What stands in resources below it (in a Bundle or Parameters) is theirs and not counted;
    what is contained is.
    """
    mentions: set[str] = set()
    waiting = [resource]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str):
            if value.startswith("#"):
                mentions.add(value[1:])
        elif isinstance(value, list):
            waiting += value
        elif isinstance(value, dict):
            # In RequestGroup and Linkage an element of this name is a reference.
            waiting += [
                inner for name, inner in value.items() if name != "resource" or not _type(inner)
            ]
    return mentions
