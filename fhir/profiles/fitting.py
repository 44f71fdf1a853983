"""Whether a resource on trial is R4, fits the profiles that are asked, and is taken by itself."""

from __future__ import annotations

from typing import Final

import msgspec

from fhir.claims import CLAIMS, claims
from fhir.outcome import FhirRefused, Issue
from fhir.profiles.names import BASE, TYPE_OF
from fhir.validation import accept
from fhir.views import Head, View, view

_WHOLE: Final = frozenset({"Bundle", "Parameters"})
"""Types that are sent, and stored under no id of their own."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be tried.

    Attributes:
        body: the resource, JSON, after ``fhir.validation.limits.check``.
        kind: the type that it must have, or None for any.
        profiles: canonical URLs that it must fit as well.
        mode: what is to be done with it: create, update or profile; None where nobody said.
        identity: the id that it must have, or None for any.
    """

    body: bytes
    kind: str | None = None
    identity: str | None = None
    profiles: tuple[str, ...] = ()
    mode: str | None = None


class _Meta(View, frozen=True):
    profile: tuple[str, ...] = ()


class _Told(Head, frozen=True):
    meta: _Meta = _Meta()


def known(asked: Asked) -> Asked:
    """With what the resource says itself: its type, and the profiles of ours that it declares.

    The type is one that is taken here, or empty. What is asked counts before what is declared.
    """
    try:
        told = view(asked.body, _Told, "Resource")
    except FhirRefused:
        told = _Told()
    kind = asked.kind or told.resource_type or ""
    declared = tuple(one for one in told.meta.profile if one.partition("|")[0] in TYPE_OF)
    return msgspec.structs.replace(
        asked, kind=kind if kind in CLAIMS else "", profiles=asked.profiles or declared
    )


def faults(asked: Asked) -> list[Issue]:
    """What is wrong with it, after ``known``.

    Raises:
        FhirRefused: "invalid" or "too-large": it can't be read at all.
    """
    issues: list[Issue] = []
    kind = asked.kind or ""
    try:
        accept(asked.body, asked.kind or None)
    except FhirRefused as error:
        if error.kind != "unprocessable":
            raise
        issues += error.issues
    if asked.identity is not None and _id(asked.body) != asked.identity:
        text = f"{kind}.id: must be there, and be the id of the address."
        path = (f"{kind}.id",)
        issues.append(Issue(code="value", details="another-id", diagnostics=text, expression=path))
    fits = [url for url, of in TYPE_OF.items() if of == kind]
    if any(one.partition("|")[0] not in {*fits, BASE + kind} for one in asked.profiles):
        text = (
            f"A profile that is asked is not known here for {kind or 'this'}: leave it out, or"
            f" use {' or '.join(fits or [BASE + kind])}."
        )
        issues.append(Issue(code="not-supported", details="profile-unknown", diagnostics=text))
    if asked.mode in {"create", "update"} and not _done(kind, asked.mode):
        text = f"{asked.mode} is not done with {kind} by itself. {CLAIMS[kind].documentation}"
        issues.append(Issue(code="not-supported", details="interaction", diagnostics=text))
    return issues


def _id(body: bytes) -> str | None:
    """The id that a resource says it has; None too where it can't be read."""
    try:
        return view(body, Head, "Resource").id
    except FhirRefused:
        return None


def _done(kind: str, mode: str) -> bool:
    """Whether it is taken by itself; of a type that is not known, the faults say so."""
    if not kind or kind in _WHOLE:
        return True
    return claims(kind, "create" if mode == "create" else "update")
