"""The OpenAPI document is true: every operation answers what it says, whatever it is sent.

Schemathesis makes the requests from the document itself, to a real process: ones that fit, and
ones that do not, which must be refused. What succeeds is asked by requests of our own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest
import requests
import schemathesis
from desk import Desk
from good_requests import Good, GoodRequests
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from professionals import Professionals
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

from coordination.app import Service
from coordination.auth.keys import Keys
from coordination.demo.region import Region

pytest_plugins = ["desk_fixture"]
TEXTS = ("application/x-ndjson", "text/csv")
schemathesis.serializer.alias(list(TEXTS), "text/plain")
schemathesis.serializer.alias("application/fhir+json", "application/json")

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
METHODS = frozenset({"get", "post", "put", "patch", "delete"})


class Truth:
    """The document, and the process that it describes.

    Args:
        desk: signs requests.
        process: that is asked.
        document: of the process.
        good: a request that succeeds, for each operation.
    """

    def __init__(
        self, desk: Desk, process: Process, document: dict[str, Any], good: GoodRequests
    ) -> None:
        self.desk = desk
        self.base = f"http://127.0.0.1:{process.port}"
        self.good = good
        self.operations = [
            (method.upper(), path)
            for path, methods in document["paths"].items()
            for method in sorted(methods.keys() & METHODS)
        ]
        config = schemathesis.Config.from_dict(CONFIG)
        self.schema = schemathesis.openapi.from_dict(document, config=config)
        self.session = requests.Session()

    def ask(self, case: Any, role: str, organisation: str | None, *, negative: bool) -> int:
        """Sends one request and holds the answer against the document; its status."""
        header = {"authorization": f"Bearer {self.desk.token(role, organisation)}"}
        answer = case.call(base_url=self.base, session=self.session, headers=header)
        # Whatever is sent as a text is one; what its lines say is told line by line.
        more = [negative_data_rejection] if negative and case.media_type not in TEXTS else []
        case.validate_response(answer, checks=CHECKS + more, headers=header)
        status: int = answer.status_code
        return status


@pytest.fixture(scope="module")
async def truth(
    desk: Desk, keys_file: Path, keys: Keys, region: Region, service: Service
) -> AsyncIterator[Truth]:
    process = Process(desk.url, keys_file, NAOBER_ALERT_HOSTS="127.0.0.1")
    try:
        await process.ready()
        document = (await process.client.get("/openapi.json")).json()
        people = Professionals(desk, region, keys)
        found = Truth(desk, process, document, GoodRequests(desk, people, service, process.client))
        yield found
        found.session.close()
    finally:
        await process.stop()
        await desk.rows("DELETE FROM delivery")
        await desk.rows("DELETE FROM contact")


async def test_what_succeeds_is_answered_as_documented(truth: Truth) -> None:
    wrong = []
    for method, path in truth.operations:
        good = await truth.good.make(method, path)
        case = truth.schema[path][method].Case(
            path_parameters=good.params,
            headers=good.headers,
            **({} if good.body is None else {"body": good.body, "media_type": good.media}),
        )
        try:
            status = truth.ask(case, good.role, good.organisation, negative=False)
        except FailureGroup as found:
            wrong.append(f"{method} {path}: {found}")
        else:
            if not 200 <= status < 300:
                wrong.append(f"{method} {path}: {status}")
    assert not wrong, "\n\n".join(wrong)
    assert len(truth.operations) > 40


@pytest.mark.parametrize("examples", [3, pytest.param(100, marks=pytest.mark.long)])
async def test_every_operation_answers_as_documented_whatever_it_is_sent(
    truth: Truth, examples: int
) -> None:
    asked, untrue = 0, []
    for method, path in truth.operations:
        operation = truth.schema[path][method]
        good = await truth.good.make(method, path)
        for role, mode in product(ROLES, GenerationMode):
            try:
                asked += probe(truth, operation, role, mode, good, examples)
            except FailureGroup as found:
                untrue.append(f"{method} {path} as {role}, {mode.value}: {found}")
            except Unsatisfiable:
                # Nothing can be wrong about a request without parameters and body.
                assert mode is GenerationMode.NEGATIVE
    assert not untrue, "\n\n".join(untrue)
    assert asked > 300


def probe(
    truth: Truth, operation: Any, role: str, mode: GenerationMode, good: Good, most: int
) -> int:
    """Asks one operation in a role, half of the times of something that is there; how often."""
    asked = 0
    strategy = operation.as_strategy(generation_mode=mode)
    if good.params:
        named = operation.as_strategy(generation_mode=mode, path_parameters=good.params)
        strategy = st.one_of(named, strategy)
    organisation = good.organisation if good.role == role else None

    @seed(4)
    @settings(
        max_examples=most, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        report_multiple_bugs=False, phases=(Phase.explicit, Phase.generate),
    )  # fmt: skip
    @given(case=strategy)
    def ask(case: Any) -> None:
        nonlocal asked
        asked += 1
        truth.ask(case, role, organisation, negative=mode is GenerationMode.NEGATIVE)

    ask()
    return asked
