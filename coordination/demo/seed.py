"""Fills a database with the demo region, or brings its figures up to the hour."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from capacity.snapshot import Supply
from coordination.auth.vault import Vault
from coordination.db import directory, referrals
from coordination.db.engine import Database, Transaction
from coordination.demo.actors import actor
from coordination.demo.people import people
from coordination.demo.region import Region, region
from coordination.permissions import Role
from coordination.receiving import referring, transacting
from coordination.writer import Writer, Written
from triage.protocol import Protocol

SOURCE = "demo"


async def seed_region(database: Database, number: int, now: datetime) -> Region:
    """Writes the region; what was done in it before stays.

    Figures that the demo reported itself are renewed, so that they are fresh after a night;
    those that an organisation reported are left alone.
    """
    made = region(number, now)

    async def write(tx: Transaction) -> None:
        await directory.put_organisations(tx, made.organisations)
        await directory.put_sites(tx, made.sites)
        await directory.put_services(tx, made.services)
        await directory.refresh_counters(tx, made.counters, SOURCE)

    await database.transact(write)
    return made


async def seed_people(
    database: Database, made: Region, protocol: Protocol, vault: Vault, now: datetime
) -> int:
    """Lets people wait, the first time only; how many came."""
    if await database.transact(referrals.any_at_all):
        return 0  # people wait already, or have been helped: the demo goes on
    referrer, _ = actor(Role.GP, made.organisations)
    supply = Supply(made.services, {one.service: one for one in made.counters})
    writer = Writer(
        actor=referrer, vault=vault, protocol=protocol, supply=supply, hold=timedelta(), now=now
    )
    came = 0
    for body in people(now):
        checked = referring.check_bundle(body)
        take = partial(transacting.carry_out, writer=writer, checked=checked)
        written = await database.transact(take)
        came += any(isinstance(one, Written) and one.new for one in written)
    return came
