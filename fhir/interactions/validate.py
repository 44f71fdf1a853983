"""$validate: every fault of what somebody would send, and nothing of it is stored.

https://hl7.org/fhir/R4/resource-operation-validate.html
"""

from __future__ import annotations

import msgspec
from litestar import Response, post
from litestar.params import FromPath

from coordination.errors import Refused, Wrong
from coordination.parts import AnyRequest, Parts, Who, With
from coordination.permissions import Action, Actor, require
from coordination.receiving import validating
from fhir.interactions.answer import answer, body_of
from fhir.interactions.writer import writer
from fhir.outcome import operation_outcome, refused
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
    if kind not in COMPILED:
        raise Refused(Wrong.NOT_FOUND, "This type is not taken here; see the CapabilityStatement.")
    return await _tried(request, parts, actor, kind)


async def _tried(
    request: AnyRequest, parts: Parts, actor: Actor, kind: str | None
) -> Response[bytes]:
    require(actor, Action.VALIDATE)
    body = await body_of(request)
    limits.check(body)
    asked = _asked(request, body, kind)
    by = writer(parts, actor)
    issues = await parts.database.transact(lambda tx: validating.validate(tx, by, asked))
    language = language_of(request.headers.get("accept-language"))
    return answer(operation_outcome(issues, language))


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


def _asked(request: AnyRequest, body: bytes, kind: str | None) -> Asked:
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
        profiles=tuple(value for name, value in given if name == "profile" and value),
        mode=next((value for name, value in given if name == "mode"), None),
    )
