"""Load over HTTP at 16 connections: ours beside a floor measured in the same run.

Run by ``make bench``. One line a benchmark: name, ours and floor in requests a second, their
ratio, p50 and p99 of ours in milliseconds. Server, database and load share the machine's cores,
so look at the ratios. Ours and floor take turns; of several rounds the median counts.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg
import httpx
import load
import msgspec
import psutil
import uvloop

from capacity.supply import Service, Unit
from coordination.auth.keys import load as load_keys
from coordination.auth.tokens import Tokens
from coordination.db import embedded, migrate
from coordination.db.engine import Database, connect
from coordination.demo.actors import actor
from coordination.demo.region import Region
from coordination.demo.seed import seed_region
from coordination.permissions import Role
from fhir.person import valid_bsn

ROOT = Path(__file__).parents[2]
DATA = ROOT / ".cache" / "bench"
OURS, FLOOR = 8190, 8191
OTHERS = (
    "fhir_bench.py", "validation_bench.py", "triage_bench.py", "matching_bench.py",
    "allocation_bench.py",
)  # fmt: skip
"""Benchmarks that run by themselves, after these; all but the first without HTTP or database."""
FHIR = "content-type: application/fhir+json"
JSON = "content-type: application/json"


class Bench:
    """The parts that every benchmark uses."""

    def __init__(self, url: str, region: Region, tokens: Tokens, rounds: int, count: int) -> None:
        self.url, self.region, self.tokens = url, region, tokens
        self.rounds, self.count = rounds, count
        self.processes: list[psutil.Process] = []
        self.bsns = (n for n in map(str, range(999_900_000, 1_000_000_000)) if valid_bsn(n))

    def token(self, role: Role, organisation: str | None = None) -> str:
        who, _ = actor(role, self.region.organisations, organisation)
        return self.tokens.issue(who, datetime.now(UTC), timedelta(hours=2))

    async def compare(
        self, name: str, ours: Iterator[bytes], floor: Iterator[bytes]
    ) -> tuple[float, float]:
        """Prints one line; the median milliseconds of ours and of the floor."""
        pairs: list[tuple[load.Result, load.Result]] = []
        began = [_spent(process) for process in self.processes]
        for _ in range(self.rounds):
            mine = [next(ours) for _ in range(self.count)]
            theirs = [next(floor) for _ in range(self.count)]
            pairs.append((await load.run(OURS, mine), await load.run(FLOOR, theirs)))
        sent = self.rounds * self.count
        ours_cpu, floor_cpu = (
            (_spent(process) - before) / sent * 1000
            for process, before in zip(self.processes, began, strict=True)
        )
        bad = {
            status: times
            for pair in pairs
            for one in pair
            for status, times in one.statuses.items()
            if status >= 300
        }
        rate, least, p50, p99 = (
            statistics.median(values)
            for values in (
                [a.rate for a, _ in pairs],
                [b.rate for _, b in pairs],
                [a.p50 for a, _ in pairs],
                [a.p99 for a, _ in pairs],
            )
        )
        print(
            f"{name:<22} {rate:7.0f}/s  floor {least:7.0f}/s  ratio {rate / least:5.2f}"
            f"  p50 {p50:6.2f} ms  p99 {p99:6.2f} ms"
            f"  processor {ours_cpu:4.2f} ms, floor {floor_cpu:4.2f} ms"
            + (f"  NOT 200: {bad}" if bad else ""),
            flush=True,
        )
        return p50, statistics.median(b.p50 for _, b in pairs)


def _spent(process: psutil.Process) -> float:
    """Seconds of processor time of a process so far."""
    times = process.cpu_times()
    return times.user + times.system


def bundles(bench: Bench) -> Iterator[bytes]:
    """The same referral about someone else each time."""
    body = msgspec.json.encode(
        msgspec.json.decode((ROOT / "tests/scenarios/elv-low.json").read_bytes())
    )
    tree = msgspec.json.decode(body)
    of = {entry["resource"]["resourceType"]: entry["resource"] for entry in tree["entry"]}
    bsn = next(i["value"] for i in of["Patient"]["identifier"] if i["system"].endswith("bsn"))
    value = of["ServiceRequest"]["identifier"][0]["value"]
    token = bench.token(Role.GP)
    for number in bench.bsns:
        fresh = body.replace(bsn.encode(), number.encode()).replace(
            f'"{value}"'.encode(), f'"{uuid.uuid4()}"'.encode()
        )
        yield load.request("POST", "/fhir", token, fresh, [FHIR])


def plain(path: str, token: str = "-") -> Iterator[bytes]:
    """The same request for ever."""
    one = load.request("GET", path, token)
    while True:
        yield one


async def reports(
    bench: Bench, connection: asyncpg.Connection
) -> tuple[Iterator[bytes], Iterator[bytes]]:
    """Reports of every service in turn, each on the version that it then has.

    Ours and floor take turns and report the same services, so that the next report of one is
    far behind: were the two under way at once, the later might overtake, and be refused.
    """
    services = bench.region.services
    versions = dict(await connection.fetch("SELECT service_id, version FROM capacity"))
    tokens = {one.organisation: bench.token(Role.PROVIDER, one.organisation) for one in services}

    def turns() -> Iterator[tuple[Service, int]]:
        while True:
            for one in services:
                version = versions[uuid.UUID(one.id)]
                versions[uuid.UUID(one.id)] += 1
                yield one, version

    def ours() -> Iterator[bytes]:
        for one, version in turns():
            bed = one.unit is Unit.BED
            names = ("staffed", "occupied") if bed else ("contracted", "committed")
            body = msgspec.json.encode({"unit": one.unit, names[0]: 90_000, names[1]: 9})
            yield load.request(
                "PUT", f"/api/capacity/{one.id}", tokens[one.organisation], body,
                [JSON, f'if-match: "{version}"'],
            )  # fmt: skip

    def floor() -> Iterator[bytes]:
        for one, version in turns():
            body = msgspec.json.encode(
                {"service": one.id, "version": version, "staffed": 90_000, "occupied": 9}
            )
            yield load.request("POST", "/report", "-", body)

    return ours(), floor()


async def holds(
    bench: Bench, connection: asyncpg.Connection
) -> tuple[Iterator[bytes], Iterator[bytes]]:
    """A place for someone else each time, at one of a few services where it fits."""
    rows = await connection.fetch(
        "SELECT id, person_id FROM referral WHERE state = 'triaged' ORDER BY random()"
    )
    half = len(rows) // 2
    token = bench.token(Role.COORDINATOR)
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{OURS}") as client:
        found = await client.get(
            f"/api/referrals/{rows[0]['id']}/matches", headers={"authorization": f"Bearer {token}"}
        )
    services = [one["service"] for one in found.json()["matches"]][:16]
    await connection.execute(
        "UPDATE capacity SET total = 100000, valid_until = now() + interval '1 day',"
        " conflict = false WHERE service_id = ANY($1::uuid[])",
        services,
    )

    def ours() -> Iterator[bytes]:
        for at, row in enumerate(rows[:half]):
            body = msgspec.json.encode({"service": services[at % len(services)]})
            yield load.request("POST", f"/api/referrals/{row['id']}/offers", token, body, [JSON])

    def floor() -> Iterator[bytes]:
        for at, row in enumerate(rows[half:]):
            body = msgspec.json.encode(
                {
                    "service": services[at % len(services)],
                    "referral": str(row["id"]),
                    "person": str(row["person_id"]),
                }
            )
            yield load.request("POST", "/hold", "-", body)

    return ours(), floor()


async def fill(bench: Bench) -> None:
    """Ten thousand open referrals: the rows of one that ours took in, about others."""
    await _up(OURS, "/health/ready")
    connection = await asyncpg.connect(bench.url)
    first = await load.run(OURS, [next(bundles(bench))], 1)
    if first.statuses != {200: 1}:
        raise RuntimeError(f"the first referral was not taken: {first.statuses}")
    template = await connection.fetchval("SELECT id FROM referral LIMIT 1")
    await connection.execute(
        """
        CREATE TEMP TABLE fresh AS SELECT gen_random_uuid() AS id, gen_random_uuid() AS person, n
        FROM generate_series(1, 9999) n
        """
    )
    await connection.execute("INSERT INTO person SELECT person, uuid_send(person) FROM fresh")
    columns = [
        row["column_name"]
        for row in await connection.fetch(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'referral'"
        )
    ]
    changed = {
        "id": "f.id", "person_id": "f.person", "identifier": "f.id::text",
        "patient_id": "gen_random_uuid()", "task_id": "gen_random_uuid()",
        "urgency": "(f.n % 4) + 2",
        "received_at": "now() - f.n * interval '1 minute'",
        "subregion": "(ARRAY['assen','emmen','hoogeveen','meppel'])[f.n % 4 + 1]",
    }  # fmt: skip
    values = ", ".join(changed.get(name, f"r.{name}") for name in columns)
    await connection.execute(
        f"INSERT INTO referral ({', '.join(columns)}) SELECT {values} FROM referral r, fresh f"
        " WHERE r.id = $1",
        template,
    )
    await connection.execute(
        "INSERT INTO advice SELECT gen_random_uuid(), f.id, a.made_at, a.version, a.fingerprint,"
        " a.picture, a.body FROM advice a, fresh f WHERE a.referral_id = $1",
        template,
    )
    await connection.execute("ANALYZE")
    await connection.close()


async def measure(bench: Bench, only: Sequence[str]) -> None:
    """Every benchmark in turn, or those that are named."""
    await _up(FLOOR, "/echo")
    connection = await asyncpg.connect(bench.url)
    coordinator = bench.token(Role.COORDINATOR)

    def wanted(name: str) -> bool:
        return not only or name in only

    if wanted("worklist"):
        await bench.compare(
            "worklist-20-of-10000", plain("/api/worklist", coordinator), plain("/worklist")
        )
    if wanted("intake"):
        await bench.compare("intake", bundles(bench), plain("/intake"))
    if wanted("capacity"):
        await bench.compare("capacity-update", *await reports(bench, connection))
    if wanted("hold"):
        await bench.compare("hold", *await holds(bench, connection))
    await connection.close()


async def _up(port: int, path: str) -> None:
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for _ in range(600):  # a busy machine
            try:
                if (await client.get(path)).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            await asyncio.sleep(0.1)
    raise RuntimeError(f"nothing answers on port {port}")


async def prepare(url: str) -> Region:
    """A new database with the demo region."""
    await migrate.create_database(url)
    engine = connect(url, 2)
    await migrate.migrate(engine)
    try:
        return await seed_region(Database(engine), 2030, datetime.now(UTC))
    finally:
        await engine.dispose()


def main() -> None:
    """Starts what is measured, measures, and stops it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--count", type=int, default=1000, help="requests a round and side")
    parser.add_argument("only", nargs="*", help="worklist intake capacity hold")
    given = parser.parse_args()
    keys = DATA / "keys.json"
    tokens = Tokens(load_keys(keys))
    with embedded.running(DATA / "data") as place:
        url = place.url(f"bench_{int(time.time())}")
        region = uvloop.run(prepare(url))
        env = {
            **os.environ,
            "NAOBER_DATABASE_URL": url,
            "NAOBER_PORT": str(OURS),
            "NAOBER_KEYS": str(keys),
            "NAOBER_LOG_LEVEL": "warning",
            "NAOBER_RATE": "0",
        }
        serve = [sys.executable, "-m", "coordination", "serve"]
        beside = [sys.executable, str(ROOT / "tests/bench/floor.py"), str(FLOOR)]
        started = [subprocess.Popen(serve, env=env, cwd=ROOT)]
        try:
            bench = Bench(url, region, tokens, given.rounds, given.count)
            uvloop.run(fill(bench))
            started.append(subprocess.Popen(beside, env={**os.environ, "FLOOR_URL": url}))
            bench.processes = [psutil.Process(one.pid) for one in started]
            uvloop.run(measure(bench, given.only))
        finally:
            for one in started:
                one.terminate()
                one.wait(10)
            uvloop.run(_drop(place.url("postgres"), url))
    if not given.only:
        for script in OTHERS:
            subprocess.run([sys.executable, str(ROOT / "tests/bench" / script)], check=True)


async def _drop(server: str, url: str) -> None:
    connection = await asyncpg.connect(server)
    name = url.split("@/")[1].split("?", maxsplit=1)[0]
    await connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
    await connection.close()


if __name__ == "__main__":
    main()
