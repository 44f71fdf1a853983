"""Which formats are taken and sent: FHIR R4 as JSON, said by Accept, _format and Content-Type.

https://hl7.org/fhir/R4/http.html#mime-type, https://hl7.org/fhir/R4/http.html#version-parameter
"""

from __future__ import annotations

from functools import lru_cache

from coordination.errors import Fault, Refused, Wrong
from coordination.parts import AnyRequest

JSON = frozenset({"application/fhir+json", "application/json", "text/json"})
"""What we understand as FHIR in JSON; we send the first."""

FORM = "application/x-www-form-urlencoded"
FHIR_VERSION = "4.0"

_RANGES = JSON | {"*/*", "application/*", "text/*"}
_FORMATS = JSON | {"json", "application/fhir json"}  # an unescaped plus in an address is a space
_MOST = 2_000  # characters of an Accept header


async def negotiated(request: AnyRequest) -> None:
    """Refuses who takes no FHIR R4 as JSON, before anything else is done.

    Raises:
        Refused: NOT_ACCEPTABLE.
    """
    if b"_format=" in request.scope["query_string"]:
        said = request.query_params.get("_format")
        if said is not None:
            check_format(said)
            return  # it goes before Accept
    accept = request.headers.get("accept")
    if accept and not _acceptable(accept[:_MOST]):
        raise Refused(
            Wrong.NOT_ACCEPTABLE,
            "Answers are FHIR R4 as JSON: send Accept: application/fhir+json.",
            faults=(Fault("Accept", "leaves out application/fhir+json of FHIR 4.0"),),
        )


def check_format(said: str) -> None:
    """Refuses a ``_format`` that is not made here.

    Raises:
        Refused: NOT_ACCEPTABLE.
    """
    if not _fits(said, _FORMATS):
        raise Refused(
            Wrong.NOT_ACCEPTABLE,
            "Answers are FHIR R4 as JSON: use _format=json or leave it out.",
            faults=(Fault("_format", "is not json"),),
        )


def check_content(request: AnyRequest, taken: frozenset[str] = JSON) -> None:
    """Refuses a body in another format than those that are taken, in UTF-8, as it is.

    One that is packed is not taken: a few bytes may become a great many.

    Raises:
        Refused: UNSUPPORTED_MEDIA.
    """
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise Refused(
            Wrong.UNSUPPORTED_MEDIA, "Send it as it is, without Content-Encoding.", code="packed"
        )
    said = request.headers.get("content-type", next(iter(taken)))
    if _fits(said, taken) and _parameters(said).get("charset", "utf-8") in {"utf-8", "utf8"}:
        return
    sent = FORM if FORM in taken else "application/fhir+json"
    raise Refused(
        Wrong.UNSUPPORTED_MEDIA, f"Send it in UTF-8 with Content-Type {sent}, of FHIR 4.0."
    )


@lru_cache(maxsize=256)
def _acceptable(accept: str) -> bool:
    return any(
        _fits(one, _RANGES) and _quality(_parameters(one).get("q", "1")) > 0
        for one in accept.split(",")
    )


def _fits(said: str, media: frozenset[str]) -> bool:
    version = _parameters(said).get("fhirversion", FHIR_VERSION)
    return said.partition(";")[0].strip().lower() in media and version in {FHIR_VERSION, "4.0.1"}


def _parameters(said: str) -> dict[str, str]:
    pairs = (one.partition("=") for one in said.split(";")[1:])
    return {name.strip().lower(): value.strip().strip('"').lower() for name, _, value in pairs}


def _quality(said: str) -> float:
    try:
        return float(said)
    except ValueError:
        return 0
