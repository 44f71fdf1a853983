"""What is at an address below /fhir: the methods that it takes, by what is claimed of its type.

https://hl7.org/fhir/R4/http.html#summary, https://www.rfc-editor.org/rfc/rfc9110#field.allow
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from litestar.types import Method

from coordination.errors import Refused, Wrong
from fhir.capability import OPERATIONS, OPERATIONS_OF
from fhir.claims import CLAIMS, Interaction
from fhir.validation.shapes import COMPILED

Methods = tuple[Method, ...]

LOOK: Final[Methods] = ("GET", "HEAD")
"""Of every address that is read: HEAD tells all but the body."""

_MEANS: Final[Mapping[str, tuple[tuple[Interaction, Methods], ...]]] = {
    "type": (("search-type", LOOK), ("create", ("POST",))),
    "_search": (("search-type", ("POST",)),),
    "_history": (("history-type", LOOK),),
    "instance": (("read", LOOK), ("update", ("PUT",)), ("delete", ("DELETE",))),
    "versions": (("history-instance", LOOK),),
    "version": (("vread", LOOK),),
}
"""The interactions that share an address, each with its methods."""


_OF_THE_SERVER: Final[Mapping[str, Methods]] = {
    "": ("POST",),
    "Bundle": ("POST",),
    "$validate": ("POST",),
    "metadata": LOOK,
}
"""Of addresses without a type; a transaction may also be sent to Bundle."""

_OF_ONE = {kind: {f"${name}" for name in names} for kind, names in OPERATIONS_OF.items()}


def allowed(path: str) -> Methods:
    """The methods that an address takes of who may use them; none where nothing is.

    Args:
        path: of a request, from ``/fhir`` on.
    """
    kind, *rest = path.strip("/").split("/")[1:] or [""]
    taken = () if rest else _OF_THE_SERVER.get(kind, ())
    taken += _of_a_type(kind, rest) if kind in CLAIMS else ()
    return (*taken, "OPTIONS") if taken else ()


def _of_a_type(kind: str, rest: list[str]) -> Methods:
    match rest:
        case ["$validate"] | [_, "$validate"] if kind in COMPILED:
            return ("POST",)
        case [_, operation] if operation in _OF_ONE.get(kind, ()):
            return (*LOOK, "POST")
        case []:
            at = "type"
        case ["_search" | "_history" as at]:
            pass
        case [identity] if not identity.startswith("$"):
            at = "instance"
        case [_, "_history"]:
            at = "versions"
        case [_, "_history", _]:
            at = "version"
        case _:
            return ()
    interactions = CLAIMS[kind].interactions
    return tuple(method for one, methods in _MEANS[at] if one in interactions for method in methods)


def allow(path: str) -> dict[str, str]:
    """The header that says which methods an address takes.

    Raises:
        Refused: NOT_FOUND where there is nothing at this address; it says which operations are.
    """
    methods = allowed(path)
    if not methods:
        raise _nothing(path)
    return {"Allow": ", ".join(methods)}


def _nothing(path: str) -> Refused:
    kind, *rest = path.strip("/").split("/")[1:] or [""]
    if not [kind, *rest][-1].startswith("$"):
        text = (
            "There is nothing at this address."
            if kind in CLAIMS
            else "This type is not kept here; see the CapabilityStatement (metadata)."
        )
        return Refused(Wrong.NOT_FOUND, text)
    every = ", ".join(f"${name}" for name in OPERATIONS)
    of_one = ", ".join(
        f"${name} (of one {kind})" for kind, names in OPERATIONS_OF.items() for name in names
    )
    return Refused(
        Wrong.NOT_FOUND,
        f"This operation is not done at this address. There are {every} (POST, of the server, a"
        f" type, or one resource), {of_one}.",
        code="operation-unknown",
    )
