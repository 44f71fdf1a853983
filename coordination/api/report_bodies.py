"""Reads reports of capacity as programs send them: one, or one a line; and names the cure."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass
from typing import Annotated, TypeVar

import msgspec
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.openapi.spec import OpenAPIMediaType, OpenAPIType, Operation, RequestBody, Schema

from capacity.problem import Problem
from capacity.report import Report
from coordination.errors import Fault, Refused, Wrong
from coordination.organisations.batch import Line
from coordination.organisations.bulk import MOST_LINES, too_many
from coordination.parts import AnyRequest

Shape = TypeVar("Shape")
_PLACE = re.compile(r"(.*?)(?: - at (?:`key` in )?`\$(.*)`)?", re.DOTALL)
_UNKNOWN = "Object contains unknown field `"
_CURES = {
    "free": "leave it out: what is free follows from the other figures and from what was promised",
    "held": "leave it out: it is counted here",
    "reserved": "leave it out: it is counted here",
    "freshness": "leave it out: it follows from valid_until",
}


_LAST_VERSION = 2**31 - 2


class SentLine(Report, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One line of many: a report, and of which service.

    Attributes:
        service: id of the service.
        version: that the sender saw; when left out the newest as_of wins.
    """

    service: uuid.UUID
    version: Annotated[int, msgspec.Meta(ge=1, le=_LAST_VERSION)] | None = None


def text_body(media: str, description: str) -> type[Operation]:
    """An operation whose body is a text of lines."""

    @dataclass
    class Described(Operation):
        def __post_init__(self) -> None:
            schema = Schema(type=OpenAPIType.STRING, description=description)
            self.request_body = RequestBody(
                required=True, content={media: OpenAPIMediaType(schema=schema)}
            )

    return Described


async def read_report(request: AnyRequest) -> Report:
    """The body of a request as one report.

    Raises:
        Refused: INVALID, naming the element and the cure.
    """
    found = _decoded(await request.body(), Report)
    if isinstance(found, Problem):
        fault = Fault(found.path, found.message)
        raise Refused(Wrong.INVALID, "The body can't be read; see errors.", faults=(fault,))
    return found


async def read_lines(request: AnyRequest, limit: int) -> list[Line]:
    """The body of a request as reports, one JSON object a line; empty lines don't count.

    Args:
        request: with the body.
        limit: bytes that a body may have, for the explanation.

    Raises:
        Refused: TOO_LARGE for too many bytes or lines.
    """
    lines: list[Line] = []
    body = await read_body(request, limit)
    numbered = [(at, one) for at, one in enumerate(body.split(b"\n"), 1) if one.strip()]
    if len(numbered) > MOST_LINES:
        raise too_many(len(numbered))
    for number, text in numbered:
        found = _decoded(text, SentLine)
        if isinstance(found, Problem):
            lines.append(Line(number=number, problems=(found,)))
            continue
        report = {name: getattr(found, name) for name in Report.__struct_fields__}
        lines.append(
            Line(
                number=number,
                service=found.service,
                version=found.version,
                report=Report(**report),
            )
        )
    return lines


async def read_body(request: AnyRequest, limit: int) -> bytes:
    """The bytes of a request; reading stops where there are too many.

    Raises:
        Refused: TOO_LARGE.
    """
    try:
        return await request.body()
    except RequestEntityTooLarge:
        raise Refused(
            Wrong.TOO_LARGE,
            f"A request has at most {limit:,} bytes and {MOST_LINES:,} reports: send it in parts.",
        ) from None


def _decoded(text: bytes, shape: type[Shape]) -> Shape | Problem:
    """What is sent as a struct, or the problem for which it can't be read."""
    try:
        return msgspec.json.decode(text, type=shape)
    except msgspec.ValidationError as error:
        said, path = _PLACE.fullmatch(str(error)).groups("")  # type: ignore[union-attr] # fits all
        where = path.removeprefix(".")
        if not said.startswith(_UNKNOWN):
            return Problem(where, said)
        name = said.removeprefix(_UNKNOWN).rstrip("`")
        cure = _CURES.get(name, "leave it out")
        return Problem(f"{where}.{name}".removeprefix("."), f"is not known here; {cure}")
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Problem("", "is not JSON: send one JSON object")
    except RecursionError:
        return Problem("", "is nested too deep")
