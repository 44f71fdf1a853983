"""What a correction reads and changes of a referral beside its resources."""

from __future__ import annotations

import uuid

import msgspec

from coordination.db.engine import Transaction
from coordination.db.referrals import COLUMNS, Referral, from_row
from coordination.db.resources import Held
from triage.picture import Picture


async def referrals_of(tx: Transaction, held: Held) -> list[Referral]:
    """The referrals that a resource belongs to, locked; a Patient may be of several."""
    rows = await tx.rows(
        f"SELECT {COLUMNS} FROM referral r"  # noqa: S608 - our own columns
        " WHERE r.id = $1 OR r.patient_id = $2 ORDER BY r.id FOR UPDATE",
        held.referral_id,
        held.id,
    )
    return [from_row(row) for row in rows]


async def open_of_patient(
    tx: Transaction, organisation: uuid.UUID, patient: uuid.UUID
) -> list[Referral]:
    """The referrals of a Patient that an organisation made or entered and that have not ended."""
    rows = await tx.rows(
        f"SELECT {COLUMNS} FROM referral r"  # noqa: S608 - our own columns
        " WHERE r.patient_id = $2 AND (r.organisation_id = $1 OR r.entered_by = $1)"
        " AND r.state NOT IN ('placed', 'closed', 'cancelled') ORDER BY r.id FOR UPDATE",
        organisation,
        patient,
    )
    return [from_row(row) for row in rows]


async def entered_by(tx: Transaction, referral: uuid.UUID) -> uuid.UUID | None:
    """The organisation that sent a referral, for itself or for a caller; None for no referral."""
    row = await tx.row("SELECT entered_by FROM referral WHERE id = $1", referral)
    return None if row is None else row.entered_by


async def pictures(tx: Transaction, referral: uuid.UUID) -> list[Picture]:
    """The picture of each triage, oldest first."""
    rows = await tx.rows(
        "SELECT picture::text FROM advice WHERE referral_id = $1 ORDER BY id", referral
    )
    return [msgspec.json.decode(row.picture, type=Picture) for row in rows]


async def move_home(
    tx: Transaction, referral: uuid.UUID, place: str | None, subregion: str | None
) -> None:
    """Gives a referral another postcode, and the sub-region of it."""
    await tx.run(
        "UPDATE referral SET place = $2, subregion = $3 WHERE id = $1", referral, place, subregion
    )


async def is_person(
    tx: Transaction, referral: uuid.UUID, key: bytes, fresh: uuid.UUID
) -> uuid.UUID:
    """Lets a referral be of the person with a key, who may be here already; who it is."""
    row = await tx.row(
        """
        WITH who AS (
          INSERT INTO person (id, key) VALUES ($3, $2)
          ON CONFLICT (key) DO UPDATE SET key = EXCLUDED.key RETURNING id
        )
        UPDATE referral SET person_id = who.id FROM who WHERE referral.id = $1
        RETURNING person_id
        """,
        referral,
        key,
        fresh,
    )
    assert row is not None  # noqa: S101 - the caller has it locked
    found: uuid.UUID = row.person_id
    return found
