"""The OpenAPI document is true: every operation answers what it says, whatever it is sent.

Schemathesis makes the requests from the document itself, to a real process: ones that fit, and
ones that do not, which must be refused.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from desk import Desk, fresh
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)
from serving import Process

pytest_plugins = ["desk_fixture"]

TEXTS = ("application/x-ndjson", "text/csv")
schemathesis.serializer.alias(list(TEXTS), "text/plain")

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
CONFIG = {
    # Who may ask without a token is the matter of test_routes.py.
    "generation": {"with-security-parameters": False},
    "checks": {
        "negative_data_rejection": {"expected-statuses": [400, 403, 404, 409, 412, 415, 422, 428]}
    },
}
ROLES = ("coordinator", "provider")
METHODS = ("get", "post", "put", "patch", "delete")
BEFORE = {
    "agree": ("counter",),
    "start": ("accept",),
    "leave": ("accept", "start"),
    "return": ("accept", "start", "leave"),
    "end": ("accept", "start"),
}
"""What must have been done with an offer before a step of it makes sense."""


class Truth:
    """The document, the process that it describes, and something real for every path.

    Args:
        desk: makes what the paths name.
        process: that is asked.
        document: of the process.
    """

    def __init__(self, desk: Desk, process: Process, document: dict[str, Any]) -> None:
        self.desk = desk
        self.base = f"http://127.0.0.1:{process.port}"
        self.document = document
        self.schema = schemathesis.openapi.from_dict(
            document, config=schemathesis.Config.from_dict(CONFIG)
        )
        self.session = requests.Session()
        self.provider: str | None = None

    async def real(self, path: str) -> dict[str, str]:
        """Ids of things that are there, for the parameters of a path."""
        real: dict[str, str] = {}
        if "{referral}" in path:
            real["referral"] = (await self.desk.refer(fresh("elv-low"))).id
        if "{offer}" in path:
            real["offer"] = await self._offer(path.rpartition("/")[2])
        if "{service}" in path:
            real["service"] = (await self.desk.get("/api/capacity"))["items"][0]["service"]
        return real

    async def _offer(self, step: str) -> str:
        sent = await self.desk.refer(fresh("elv-low"))
        service = (await self.desk.matches(sent.id))[0]
        await self.desk.room(service["service"], 5)
        offer = await self.desk.offered(sent.id, service)
        self.provider = offer["organisation"]
        later = datetime.now(UTC) + timedelta(days=1)
        bodies = {"counter": {"starts_at": later.isoformat()}, "leave": {"to": "hospital"}}
        for one in BEFORE.get(step, ()):
            answer = await self.desk.reply(offer, one, bodies.get(one))
            assert answer.status_code == 200, answer.text
        identity: str = offer["id"]
        return identity

    def ask(self, role: str, case: Any, *, negative: bool) -> None:
        """Sends one request and holds the answer against the document."""
        organisation = self.provider if role == "provider" else None
        header = {"authorization": f"Bearer {self.desk.token(role, organisation)}"}
        answer = case.call(base_url=self.base, session=self.session, headers=header)
        # Whatever is sent as a text is one; what its lines say is told line by line.
        more = [negative_data_rejection] if negative and case.media_type not in TEXTS else []
        case.validate_response(answer, checks=CHECKS + more, headers=header)


@pytest.fixture(scope="module")
async def truth(desk: Desk, keys_file: Path) -> AsyncIterator[Truth]:
    process = Process(desk.url, keys_file)
    try:
        await process.ready()
        document = (await process.client.get("/openapi.json")).json()
        found = Truth(desk, process, document)
        yield found
        found.session.close()
    finally:
        await process.stop()


@pytest.mark.parametrize("examples", [4, pytest.param(100, marks=pytest.mark.long)])
async def test_every_operation_answers_as_documented(truth: Truth, examples: int) -> None:
    asked, untrue = 0, []
    for path, methods in truth.document["paths"].items():
        for method in methods.keys() & METHODS:
            operation = truth.schema[path][method.upper()]
            real = await truth.real(path)
            for role, mode in product(ROLES, GenerationMode):
                try:
                    asked += probe(truth, operation, role, mode, real, examples)
                except FailureGroup as found:
                    where = f"{method.upper()} {path} as {role}, {mode.value}"
                    untrue.append(f"{where}: {found}")
                except Unsatisfiable:
                    # Nothing can be wrong about a request without parameters and body.
                    assert mode is GenerationMode.NEGATIVE
    assert not untrue, "\n\n".join(untrue)
    assert asked > 300


def probe(
    truth: Truth, operation: Any, role: str, mode: GenerationMode, real: dict[str, str], most: int
) -> int:
    """Asks one operation in a role, half of the times of something that is there; how often."""
    asked = 0
    strategy = operation.as_strategy(generation_mode=mode)
    if real:
        named = operation.as_strategy(generation_mode=mode, path_parameters=real)
        strategy = st.one_of(named, strategy)

    @seed(4)
    @settings(
        max_examples=most, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False, phases=(Phase.explicit, Phase.generate),
    )  # fmt: skip
    @given(case=strategy)
    def ask(case: Any) -> None:
        nonlocal asked
        asked += 1
        truth.ask(role, case, negative=mode is GenerationMode.NEGATIVE)

    ask()
    return asked
