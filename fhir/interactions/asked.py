"""The parameters of a request, of its address and its form, and those that only lay out the answer.

https://hl7.org/fhir/R4/http.html#parameters
"""

from __future__ import annotations

from urllib.parse import parse_qsl

from coordination.parts import AnyRequest
from fhir.interactions.formats import FORM, check_content, check_format
from fhir.search.faults import bad, private
from fhir.search.privacy import tells_number

MOST = 100  # parameters
LAYOUT = frozenset({"_format", "_pretty"})
"""How the answer is written, whatever is asked."""

Given = list[tuple[str, str]]


def of_address(request: AnyRequest) -> Given:
    """The parameters of the address, in their order.

    Raises:
        FhirRefused: "invalid" when they can't be read.
    """
    return _read(request.scope["query_string"])


async def of_form(request: AnyRequest) -> Given:
    """The parameters of the form that was sent.

    Raises:
        Refused: UNSUPPORTED_MEDIA.
        FhirRefused: "invalid" when they can't be read.
    """
    body = await request.body()
    if body:
        check_content(request, frozenset({FORM}))
    return _read(body)


def of_nobody(given: Given, kind: str) -> None:
    """Lets pass what may stand in the address of a type where nothing is searched.

    Raises:
        FhirRefused: "invalid" where a value holds a citizen service number.
    """
    for name, value in given:
        if tells_number(value):
            raise private(name, kind)


def laid_out(given: Given) -> bool:
    """Whether the answer is laid out for a reader.

    Raises:
        Refused: NOT_ACCEPTABLE for a format that is not made here.
    """
    for name, value in given:
        if name == "_format":
            check_format(value)
    return ("_pretty", "true") in given


def layout(given: Given) -> Given:
    """How the answer is laid out, as its links say it again: no more of it than was used."""
    told = [(name, value.partition(";")[0].strip()) for name, value in given if name == "_format"]
    return told + [("_pretty", "true")] * laid_out(given)


def _read(encoded: bytes) -> Given:
    try:
        return parse_qsl(
            encoded.decode("ascii"), keep_blank_values=True, max_num_fields=MOST, errors="strict"
        )
    except ValueError:
        cure = f"send at most {MOST} parameters, percent-encoded, in UTF-8."
        raise bad("search", cure, "structure") from None
