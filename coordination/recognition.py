"""By what the same person and the same referral are known again, and a resource is found."""

from __future__ import annotations

import hashlib
import re
import uuid

from coordination.auth.vault import Vault
from coordination.db.resources import Marks, Stretch
from fhir.referral import ReferralIn
from fhir.search.index import index_of
from fhir.search.query import Span

_NAME = re.compile(rb"urn:uuid:[0-9A-Fa-f-]{36}")


def fingerprint(canonical: bytes) -> bytes:
    """The hash of what was sent (``fhir.validation.accept``): the same for the same content.

    The names ``urn:uuid:...`` that entries have within a Bundle are made anew at each sending,
    and count by the order in which they come.
    """
    names: dict[bytes, bytes] = {}
    same = _NAME.sub(lambda name: names.setdefault(name[0], b"#%d" % len(names)), canonical)
    return hashlib.sha256(same).digest()


def person_key(vault: Vault, read: ReferralIn, owner: uuid.UUID, patient: uuid.UUID) -> bytes:
    """What the same person is known by: the BSN, else the sender's own number, else the name.

    A name counts only with birth date and postcode. Who has none of these is nobody we know.
    """
    person = read.person
    if person is None:
        return vault.recognise("patient", str(patient))
    if person.bsn:
        return vault.recognise("bsn", person.bsn)
    if person.identifiers:
        return vault.recognise("own", str(owner), *person.identifiers[0])
    if person.family and person.birth_date and person.pc4:
        name = f"{person.family} {person.given or ''}".casefold()
        return vault.recognise("name", name, person.birth_date, person.pc4)
    return vault.recognise("patient", str(patient))


def marks_of(vault: Vault, kind: str, body: bytes) -> Marks:
    """By what a resource is found: what it says, hashed, for it is as personal as the resource."""
    found = index_of(kind, body)
    return Marks(vault.terms(found.terms), _stretch(found.written), _stretch(found.about))


def _stretch(span: Span | None) -> Stretch | None:
    return None if span is None else (span.low, span.high)
