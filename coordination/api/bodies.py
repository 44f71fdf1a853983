"""Bodies that come in: read strictly, and described in the OpenAPI document."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeVar

import msgspec
from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema

from coordination.edge import PROBLEM_MEDIA, Problem
from coordination.errors import Fault, Refused, Wrong
from coordination.parts import AnyRequest

Shape = TypeVar("Shape")


async def read_json(request: AnyRequest, shape: type[Shape]) -> Shape:
    """The body of a request as a struct: a text is no number and a number is no date.

    Litestar reads bodies loosely; what counts beds must not.

    Raises:
        Refused: INVALID, naming the element.
    """
    try:
        read: Shape = msgspec.json.decode(await request.body(), type=shape)
    except msgspec.ValidationError as error:
        said, _, path = str(error).partition(" - at `$")
        fault = Fault(path.rstrip("`").removeprefix("."), said)
        raise Refused(
            Wrong.INVALID, "The body can't be read; see errors.", faults=(fault,)
        ) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused(Wrong.INVALID, "The body is not JSON.") from None
    except RecursionError:
        raise Refused(Wrong.INVALID, "The body is nested too deep.") from None
    return read


class _Plain(Schema):
    """A schema that is written already."""

    def __init__(self, written: dict[str, Any]) -> None:
        super().__init__()
        self.written = written

    def to_schema(self) -> dict[str, Any]:
        """As it is."""
        return self.written


def json_body(shape: type, *, required: bool = True) -> type[Operation]:
    """An operation whose body ``read_json`` reads as a struct."""
    return _operation("application/json", _written(shape), required=required)


def fhir_body() -> type[Operation]:
    """An operation whose body is a FHIR R4 resource."""
    resource = {
        "type": "object",
        "required": ["resourceType"],
        "properties": {"resourceType": {"type": "string"}},
    }
    return _operation("application/fhir+json", resource)


def _operation(media: str, schema: dict[str, Any], *, required: bool = True) -> type[Operation]:
    @dataclass
    class Described(Operation):
        def __post_init__(self) -> None:
            described = OpenAPIMediaType(schema=_Plain(schema))
            self.request_body = RequestBody(required=required, content={media: described})

    return Described


def _written(shape: type) -> dict[str, Any]:
    """The JSON Schema of a struct, whole: without references to a place of its own."""
    schema = msgspec.json.schema(shape)
    parts = schema.pop("$defs")

    def whole(value: Any) -> Any:
        if isinstance(value, dict):
            if "$ref" in value:
                return whole(parts[value["$ref"].rpartition("/")[2]])
            return {key: whole(inner) for key, inner in value.items()}
        return [whole(inner) for inner in value] if isinstance(value, list) else value

    written: dict[str, Any] = whole(schema)
    return written


def refusals(*statuses: int) -> dict[int, ResponseSpec]:
    """The problems that an operation may answer with, besides those of every operation."""
    return {
        status: ResponseSpec(
            Problem,
            media_type=PROBLEM_MEDIA,
            description="Refused; `detail` and `errors` say why and what to do.",
            generate_examples=False,
        )
        for status in sorted({400, 401, 403, 503, *statuses})
    }
