"""FHIR over HTTP at 16 connections, at 10,000 and at 300,000 stored rows, beside a floor.

Run by ``make bench``, or alone: ``python tests/bench/fhir_bench.py``. Lines as those of run.py, and
last what each takes at 300,000 rows (100,000 referrals) as a multiple of what it takes at 10,000,
with the same of its floor: what else the machine does meanwhile slows both.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from typing import Any

import asyncpg
import httpx
import load
import msgspec
import psutil
import uvloop
from fhir_stock import KINDS, Stock, forever
from run import DATA, FHIR, FLOOR, OURS, ROOT, Bench, _drop, _up, plain, prepare

from coordination.auth.keys import load as load_keys
from coordination.auth.tokens import Tokens
from coordination.auth.vault import Vault
from coordination.db import embedded
from coordination.permissions import Role

FEW, MANY = 3_334, 100_000
"""Referrals: 10,000 and 300,000 rows, and one Task each."""
SEARCH = "/fhir/Task?status=received,accepted&_count=50"
RIDES_ALONG = ("Practitioner", "PractitionerRole", "Organization", "QuestionnaireResponse")
OBSERVATION = {
    "resourceType": "Observation",
    "status": "final",
    "code": {"coding": [{"system": "http://loinc.org", "code": "8867-4"}]},
    "effectiveDateTime": "2026-11-22T08:00:00+01:00",
    "valueQuantity": {"value": 72, "system": "http://unitsofmeasure.org", "code": "/min"},
}


def eight_entries() -> dict[str, Any]:
    """A referral of eight entries, as a GP's system sends it."""
    bundle: dict[str, Any] = msgspec.json.decode(
        (ROOT / "tests/scenarios/elv-low.json").read_bytes()
    )
    kept = {*KINDS, *RIDES_ALONG}
    of = [entry["resource"]["resourceType"] for entry in bundle["entry"]]
    observation = of.index("Observation")
    bundle["entry"] = [
        entry for at, entry in enumerate(bundle["entry"]) if of[at] in kept or at == observation
    ]
    assert len(bundle["entry"]) == 8
    return bundle


def transactions(bench: Bench) -> Iterator[bytes]:
    """The referral about someone else each time."""
    tree = eight_entries()
    body = msgspec.json.encode(tree)
    of = {entry["resource"]["resourceType"]: entry["resource"] for entry in tree["entry"]}
    bsn = next(i["value"] for i in of["Patient"]["identifier"] if i["system"].endswith("bsn"))
    numbers = {of[kind]["identifier"][0]["value"] for kind in ("ServiceRequest", "Task")}
    token = bench.token(Role.GP)
    for number in bench.bsns:
        fresh = body.replace(bsn.encode(), number.encode())
        for value in numbers:
            fresh = fresh.replace(f'"{value}"'.encode(), f'"{uuid.uuid4()}"'.encode())
        yield load.request("POST", "/fhir", token, fresh, [FHIR])


def creates(bench: Bench) -> Iterator[bytes]:
    """An Observation by itself."""
    token, body = bench.token(Role.GP), msgspec.json.encode(OBSERVATION)
    while True:
        yield load.request("POST", "/fhir/Observation", token, body, [FHIR])


def floors(path: str, bodies: Iterator[bytes]) -> Iterator[bytes]:
    """What the floor is asked."""
    for body in bodies:
        yield load.request("POST", path, "-", body)


async def whole_page(coordinator: str) -> None:
    """A search that finds fewer than fifty would be measured for nothing."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{OURS}") as client:
        page = await client.get(SEARCH, headers={"authorization": f"Bearer {coordinator}"})
    if len(page.json().get("entry", ())) != 50:
        raise RuntimeError(f"no fifty Tasks: {page.text[:300]}")


async def measure(bench: Bench, stock: Stock) -> dict[str, tuple[float, float]]:
    """A line for each interaction; its median milliseconds, and the floor's, by name."""
    coordinator, gp = bench.token(Role.COORDINATOR), bench.token(Role.GP)
    await whole_page(coordinator)
    size = f"-of-{len(stock.tasks)}"
    read = [load.request("GET", f"/fhir/Task/{one}", gp) for one in stock.tasks]
    found = [
        load.request("GET", f"/fhir/Task?focus=ServiceRequest/{one}", gp)
        for one in await stock.requests()
    ]
    ids = [str(one).encode() for one in stock.tasks]
    sealed = os.urandom(400)
    return {
        "read": await bench.compare(
            f"fhir-read{size}", forever(read), floors("/fhir-read", forever(ids))
        ),
        "find 1": await bench.compare(
            f"fhir-find-1{size}", forever(found), floors("/fhir-read", forever(ids))
        ),
        "search 50": await bench.compare(
            f"fhir-search-50{size}",
            plain(SEARCH, coordinator),
            plain("/fhir-search"),
        ),
        "create": await bench.compare(
            f"fhir-create{size}", creates(bench), floors("/fhir-create", forever([sealed]))
        ),
        "transaction of 8": await bench.compare(
            f"fhir-transaction-8{size}", transactions(bench), plain("/intake")
        ),
    }


async def run(bench: Bench, vault: Vault, few: int, many: int) -> None:
    """Fills, measures, fills and measures again."""
    connection = await asyncpg.connect(bench.url)
    template = await connection.fetchval("SELECT id FROM referral LIMIT 1")
    stock = Stock(connection, vault, template)
    await stock.grow(few)
    before = await measure(bench, stock)
    await stock.grow(many)
    after = await measure(bench, stock)
    times = {
        name: [now / was for now, was in zip(after[name], before[name], strict=True)]
        for name in before
    }
    print(f"{many * len(KINDS)} rows beside {few * len(KINDS)}: " + ", ".join(
        f"{name} {ours:.2f} (floor {floor:.2f})" for name, (ours, floor) in times.items()
    ))  # fmt: skip
    await connection.close()


async def first(bench: Bench) -> None:
    """One referral through the door: what is copied, and what the floor writes."""
    await _up(OURS, "/health/ready")
    taken = await load.run(OURS, [next(transactions(bench))], 1)
    if taken.statuses != {200: 1}:
        raise RuntimeError(f"the first referral was not taken: {taken.statuses}")


def main() -> None:
    """Starts what is measured, measures, and stops it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=1000, help="requests a round and side")
    parser.add_argument("--many", type=int, default=MANY, help="referrals at most")
    given = parser.parse_args()
    keys = load_keys(DATA / "keys.json")
    with embedded.running(DATA / "data") as place:
        url = place.url(f"bench_fhir_{int(time.time())}")
        region = uvloop.run(prepare(url))
        env = {
            **os.environ,
            "NAOBER_DATABASE_URL": url,
            "NAOBER_PORT": str(OURS),
            "NAOBER_KEYS": str(DATA / "keys.json"),
            "NAOBER_LOG_LEVEL": "warning",
            "NAOBER_RATE": "0",
        }
        serve = [sys.executable, "-m", "coordination", "serve"]
        beside = [sys.executable, str(ROOT / "tests/bench/floor.py"), str(FLOOR)]
        started = [subprocess.Popen(serve, env=env, cwd=ROOT)]
        try:
            bench = Bench(url, region, Tokens(keys), given.rounds, given.count)
            uvloop.run(first(bench))
            started.append(subprocess.Popen(beside, env={**os.environ, "FLOOR_URL": url}))
            bench.processes = [psutil.Process(one.pid) for one in started]
            uvloop.run(_up(FLOOR, "/echo"))
            uvloop.run(run(bench, Vault(keys), FEW, given.many))
        finally:
            for one in started:
                one.terminate()
                one.wait(10)
            uvloop.run(_drop(place.url("postgres"), url))


if __name__ == "__main__":
    main()
