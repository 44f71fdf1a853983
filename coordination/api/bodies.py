"""What the OpenAPI document says of bodies that are FHIR, and of refusals."""

from __future__ import annotations

from dataclasses import dataclass

from litestar.openapi.datastructures import ResponseSpec
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIType

from coordination.edge import Problem


@dataclass
class FhirBody(Operation):
    """An operation whose body is a FHIR R4 resource."""

    def __post_init__(self) -> None:
        """Describes the body."""
        resource = Schema(
            type=OpenAPIType.OBJECT,
            required=["resourceType"],
            properties={"resourceType": Schema(type=OpenAPIType.STRING)},
        )
        self.request_body = RequestBody(
            required=True,
            content={"application/fhir+json": OpenAPIMediaType(schema=resource)},
        )


def refusals(*statuses: int) -> dict[int, ResponseSpec]:
    """The problems that an operation may answer with, besides those of every operation."""
    return {
        status: ResponseSpec(
            Problem,
            media_type="application/problem+json",
            description="Refused; `detail` and `errors` say why and what to do.",
            generate_examples=False,
        )
        for status in sorted({400, 401, 403, 503, *statuses})
    }
