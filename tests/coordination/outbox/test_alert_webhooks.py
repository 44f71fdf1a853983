"""What is posted to a webhook is signed, and reaches the machine that was meant and no other."""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from receivers import HANG, Authority, Receiver

from coordination.outbox.schedule import FEW_TRIES, Failure
from coordination.outbox.webhook import TIMEOUT, Webhooks, shown, signature

NOW = datetime(2026, 11, 22, 3, 12, tzinfo=UTC)
SECRET = b"s" * 32
PUBLIC = "9.9.9.9"


class Names:
    """A resolver that says what a test says, a new answer each time, and then the last one."""

    def __init__(self, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    async def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with Receiver().serving() as one:
        yield one


async def post(
    address: str, names: Names | None = None, allowed: Iterable[str] = (), **more: Any
) -> Failure | None:
    if names is not None:
        more["resolve"] = names
    hooks = Webhooks(frozenset(allowed), **more)
    try:
        return await hooks.post(address, SECRET, "d-1", b'{"id": "d-1"}', NOW)
    finally:
        await hooks.close()


def test_a_signature_is_that_of_the_specification() -> None:
    """The example that stands in the specification and in the tests of its libraries."""
    secret = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    made = signature(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert shown(secret) == "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


async def test_a_redirect_is_not_followed(receiver: Receiver) -> None:
    receiver.statuses = [307]
    receiver.location = "/elsewhere"
    failure = await post(receiver.url, allowed=["127.0.0.1"])
    assert failure == Failure("HTTP 307")
    assert receiver.paths == ["/in"]


async def test_an_answer_without_an_end_is_not_read(receiver: Receiver) -> None:
    receiver.endless = True
    began = time.monotonic()
    assert await post(receiver.url, allowed=["127.0.0.1"]) is None
    assert time.monotonic() - began < 3


async def test_a_receiver_that_does_not_answer_costs_a_try_and_little_time(
    receiver: Receiver,
) -> None:
    receiver.statuses = [HANG]
    began = time.monotonic()
    failure = await post(receiver.url, allowed=["127.0.0.1"], timeout=0.3)
    assert failure == Failure("TimeoutError")
    assert time.monotonic() - began < 3
    assert TIMEOUT <= 10


@pytest.mark.parametrize(
    "found",
    [
        ["127.0.0.1"],
        ["::1"],
        ["10.0.0.1"],
        ["169.254.169.254"],
        ["fd00:ec2::254"],
        ["::ffff:127.0.0.1"],
        [PUBLIC, "127.0.0.1"],
        ["127.0.0.1", PUBLIC],
    ],
)
async def test_a_name_that_means_a_machine_inside_is_refused(
    receiver: Receiver, found: list[str]
) -> None:
    names = Names(found)
    failure = await post(f"https://hook.example:{receiver.port}/in", names)
    assert failure == Failure("AddressNotPublic", FEW_TRIES)
    assert receiver.got == []


async def test_an_address_that_is_no_longer_allowed_is_refused(receiver: Receiver) -> None:
    names = Names(["127.0.0.1"])
    failure = await post(receiver.url, names)
    assert failure == Failure("AddressNotAllowed", FEW_TRIES)
    assert (names.asked, receiver.got) == ([], [])


async def test_the_address_that_was_checked_is_the_one_connected_to(receiver: Receiver) -> None:
    """DNS rebinding: a second look-up would say something else, so there is none."""
    names = Names(["127.0.0.1"], ["127.0.0.9"])
    address = f"http://hook.example:{receiver.port}/in?a=b"
    assert await post(address, names, ["hook.example"]) is None
    assert names.asked == [("hook.example", receiver.port)]
    ((headers, _),) = receiver.got
    assert headers["host"] == f"hook.example:{receiver.port}"
    assert receiver.paths == ["/in?a=b"]
    # The other way round: what the second answer allows is not reached by the first.
    rebound = Names(["10.0.0.1"], ["127.0.0.1"])
    assert await post(f"https://hook.example:{receiver.port}/", rebound) is not None
    assert len(rebound.asked) == 1
    assert len(receiver.got) == 1


async def test_the_next_address_of_a_name_is_tried_when_one_is_away(receiver: Receiver) -> None:
    names = Names(["127.0.0.9", "127.0.0.1"])
    address = f"http://hook.example:{receiver.port}/in"
    assert await post(address, names, ["hook.example"]) is None
    assert len(receiver.got) == 1
    gone = await post("http://hook.example:9/in", names, ["hook.example"])
    assert gone == Failure("ConnectError")


async def test_a_name_that_can_not_be_looked_up_costs_a_try() -> None:
    async def fails(_host: str, _port: int) -> list[str]:
        raise OSError("no such name")

    assert await post("https://hook.example/", resolve=fails) == Failure("OSError")
    assert await post("https://hook.example/", Names([])) == Failure("NoAddress")


async def test_the_real_resolver_knows_this_machine(receiver: Receiver) -> None:
    address = f"http://localhost:{receiver.port}/in"
    assert await post(address, allowed=["localhost"]) is None
    assert receiver.got[0][0]["host"] == f"localhost:{receiver.port}"


async def test_the_certificate_must_be_of_the_name_though_the_address_is_connected_to(
    tmp_path: Path,
) -> None:
    authority = Authority(tmp_path, "hook.example")
    names = Names(["127.0.0.1"])
    async with Receiver().serving(authority.server) as receiver:
        for host, said in (("hook.example", None), ("other.example", Failure("ConnectError"))):
            address = f"https://{host}:{receiver.port}/in"
            assert await post(address, names, [host], verify=authority.client) == said
        unknown = f"https://hook.example:{receiver.port}/in"
        assert await post(unknown, names, ["hook.example"]) == Failure("ConnectError")
        assert [headers["host"] for headers, _ in receiver.got] == [f"hook.example:{receiver.port}"]


async def test_many_at_once_wait_for_nobody(receiver: Receiver) -> None:
    hooks = Webhooks(frozenset({"127.0.0.1"}), timeout=5)
    receiver.statuses = [HANG] * 5
    tries = [
        asyncio.create_task(hooks.post(receiver.url, SECRET, f"d-{n}", b"{}", NOW))
        for n in range(15)
    ]
    done, waiting = await asyncio.wait(tries, timeout=2)
    assert (len(done), len(waiting)) == (10, 5)
    for one in waiting:
        one.cancel()
    await asyncio.gather(*tries, return_exceptions=True)
    await hooks.close()
