"""The stream of changes, over a real socket."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from conftest import TokenFor
from referrals import refer
from served import POOL, Served, serving

from coordination.gate import COOKIE

pytest_plugins = ["served_fixture"]

WAIT = 10.0  # seconds
GONE = 5  # streams


@contextlib.contextmanager
def listening(served: Served, session: str, query: str = "") -> Iterator[Iterator[str]]:
    """An open stream, as lines; the cookie is what a browser sends."""
    headers = {"cookie": f"{COOKIE}={session}", "accept": "text/html, text/event-stream"}
    with httpx.stream("GET", f"{served.url}/events{query}", headers=headers, timeout=WAIT) as one:
        assert one.status_code == 200
        assert one.headers["content-type"].startswith("text/event-stream")
        yield one.iter_lines()


def event(lines: Iterator[str]) -> tuple[str, str]:
    """The next event and its data; whatever is no part of an event fails the test."""
    name, data = next(lines), next(lines)
    assert next(lines) == ""
    return name, data


def test_a_new_referral_is_told_by_its_topic_and_nothing_else(
    served: Served, token: TokenFor
) -> None:
    with listening(served, token("coordinator"), "?topic=worklist") as lines:
        assert event(lines) == ("event: changed", "data: worklist"), "look once the line is up"
        refer(served.url, token, "elv-low", "Verzonnen-Stroom")
        assert event(lines) == ("event: changed", "data: worklist")


def test_a_page_hears_only_what_it_asked_for(served: Served, token: TokenFor) -> None:
    with listening(served, token("provider"), "?topic=offers&topic=capacity") as lines:
        assert {event(lines)[1], event(lines)[1]} == {"data: offers", "data: capacity"}


@pytest.mark.parametrize("accept", ["text/event-stream", "text/html, text/event-stream"])
def test_who_is_not_signed_in_hears_nothing_and_is_not_sent_elsewhere(
    served: Served, accept: str
) -> None:
    answer = httpx.get(f"{served.url}/events", headers={"accept": accept})
    assert answer.status_code == 401


def test_an_unknown_topic_is_refused(served: Served, token: TokenFor) -> None:
    answer = httpx.get(
        f"{served.url}/events?topic=people",
        headers={"authorization": f"Bearer {token('coordinator')}"},
    )
    assert answer.status_code == 400


def test_open_streams_hold_no_database_connection(served: Served, token: TokenFor) -> None:
    session = token("coordinator")
    with contextlib.ExitStack() as streams:
        for _ in range(POOL + 3):
            event(streams.enter_context(listening(served, session, "?topic=worklist")))
        answer = httpx.get(
            f"{served.url}/api/worklist",
            headers={"authorization": f"Bearer {session}"},
            timeout=WAIT,
        )
        assert answer.status_code == 200


def test_a_client_that_goes_leaves_nothing_listening(served: Served, token: TokenFor) -> None:
    session = token("coordinator")
    for _ in range(GONE):
        with listening(served, session, "?topic=worklist") as lines:
            event(lines)
    metrics = httpx.get(
        f"{served.url}/metrics", headers={"authorization": f"Bearer {session}"}, timeout=WAIT
    ).text
    ended = re.search(r'naober_requests_total\{area="events",status="200"\} (\d+)', metrics)
    assert ended, "a stream counts as answered once it has ended"
    assert int(ended[1]) >= GONE


def test_the_service_stops_at_once_while_pages_listen(
    url: str, keys_file: Path, token: TokenFor
) -> None:
    with serving(url, keys_file) as other, listening(other, token("coordinator")) as lines:
        event(lines)
        other.process.terminate()
        other.process.wait(8)
        with contextlib.suppress(httpx.TransportError):
            list(lines)
