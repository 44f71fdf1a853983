"""$validate: every fault of what somebody would send, and nothing of it is stored.

https://hl7.org/fhir/R4/resource-operation-validate.html
"""

from __future__ import annotations

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from coordination.db.engine import Transaction
from coordination.errors import Refused, Wrong
from coordination.parts import AnyRequest, Parts, Who, With
from coordination.permissions import Action, Actor, require
from coordination.receiving import validating
from coordination.records import reading
from coordination.records.shelf import Reader
from fhir.claims import CLAIMS
from fhir.interactions.answer import answer, body_of
from fhir.interactions.writer import writer
from fhir.outcome import Issue, operation_outcome, refused
from fhir.outcome_words import language_of
from fhir.profiles.fitting import Asked
from fhir.validation import limits
from fhir.validation.shapes import COMPILED
from fhir.views import Head, Text, View, view

_MODES = frozenset({"create", "update", "profile"})
_WRAPPER = "Parameters"


@post("/fhir/$validate", status_code=200, include_in_schema=False)
async def validate(request: AnyRequest, parts: With, actor: Who) -> Response[bytes]:
    """Tries a resource of any type."""
    return await _tried(request, parts, actor, None)


@post("/fhir/{kind:str}/$validate", status_code=200, include_in_schema=False)
async def validate_type(
    kind: FromPath[str], request: AnyRequest, parts: With, actor: Who
) -> Response[bytes]:
    """Tries a resource of a type; of a Bundle also the referral that is in it."""
    return await _tried(request, parts, actor, kind)


@post("/fhir/{kind:str}/{identity:str}/$validate", status_code=200, include_in_schema=False)
async def validate_one(
    kind: FromPath[str], identity: FromPath[str], request: AnyRequest, parts: With, actor: Who
) -> Response[bytes]:
    """Tries the next version of a resource that is here, and theirs to see."""
    return await _tried(request, parts, actor, kind, identity)


async def _tried(
    request: AnyRequest,
    parts: Parts,
    actor: Actor,
    kind: str | None,
    identity: str | None = None,
) -> Response[bytes]:
    require(actor, Action.VALIDATE)
    if kind is not None and kind not in COMPILED:
        raise Refused(Wrong.NOT_FOUND, "This is no type of R4; see the CapabilityStatement.")
    body = await body_of(request)
    limits.check(body)
    asked = _asked(request, body, kind, identity)
    by = writer(parts, actor)

    async def told(tx: Transaction) -> list[Issue]:
        if kind is not None and identity is not None:
            await _there(tx, Reader(actor, parts.vault, by.now), kind, identity)
        return await validating.validate(tx, by, asked)

    issues = await parts.database.transact(told)
    language = language_of(request.headers.get("accept-language"))
    return answer(operation_outcome(issues, language))


async def _there(tx: Transaction, reader: Reader, kind: str, identity: str) -> None:
    """Lets pass what is there, or what a sender may create under an id of its own.

    Raises:
        Refused: NOT_FOUND when it is not there or not theirs to see; GONE; FORBIDDEN.
    """
    try:
        await reading.read(tx, reader, kind, identity)
    except Refused as error:
        if error.wrong is not Wrong.NOT_FOUND or not CLAIMS[kind].update_create:
            raise


class _Parameter(View, frozen=True):
    name: Text = None
    resource: msgspec.Raw = msgspec.Raw()
    value_code: Text = None
    value_uri: Text = None
    value_canonical: Text = None
    value_string: Text = None

    @property
    def value(self) -> str:
        return self.value_code or self.value_uri or self.value_canonical or self.value_string or ""


class _Parameters(View, frozen=True):
    parameter: tuple[_Parameter, ...] = ()


def _asked(request: AnyRequest, body: bytes, kind: str | None, identity: str | None) -> Asked:
    """What is to be tried: the body, or the resource in the Parameters that it is.

    Raises:
        FhirRefused: "invalid" for a mode that is not known.
    """
    given = [
        (name, value)
        for name, value in request.query_params.multi_items()
        if name in {"mode", "profile"} and value
    ]
    if view(body, Head, "Resource").resource_type == _WRAPPER:
        wrapped = view(body, _Parameters, _WRAPPER).parameter
        resource = next((bytes(one.resource) for one in wrapped if one.name == "resource"), b"")
        given += [(one.name or "", one.value) for one in wrapped]
        if resource:
            body = resource
            limits.check(body)
        elif kind != _WRAPPER:
            text = "Parameters must have a parameter named resource: what is to be validated."
            raise refused("invalid", "required", "resource-missing", text, "Parameters.parameter")
    for name, value in given:
        if name == "mode" and value not in _MODES:
            text = f"The mode is one of {', '.join(sorted(_MODES))}."
            raise refused("invalid", "not-supported", "mode", text)
    return Asked(
        body=body,
        kind=kind,
        identity=identity,
        profiles=tuple(value for name, value in given if name == "profile" and value),
        mode=next((value for name, value in given if name == "mode"), None),
    )
