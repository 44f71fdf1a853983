"""By what the same person and the same referral are known again, and a resource is found."""

from __future__ import annotations

import hashlib
import uuid

import msgspec

from coordination.auth.vault import Vault
from coordination.db.resources import Marks, Stretch
from fhir.referral import ReferralIn
from fhir.search.index import said_of
from fhir.search.query import Span

_INVENTED = b"urn:uuid:"
_LENGTH = 36
"""Of a name that a sender invents, behind that."""
_ROUNDS = 3
"""So far an entry is known by what it refers to, and what that refers to."""


class _Entry(msgspec.Struct):
    fullUrl: str = ""  # noqa: N815 - FHIR's
    resource: msgspec.Raw = msgspec.Raw(b"")
    request: msgspec.Raw = msgspec.Raw(b"")

    def said(self) -> bytes:
        """What it says, without its name unless that is an address."""
        named = b"" if self.fullUrl.startswith("urn:") else self.fullUrl.encode()
        return b"|".join([named, bytes(self.request), bytes(self.resource)])


class _Bundle(msgspec.Struct):
    type: str | None
    entry: list[_Entry] | None = None


_DECODE = msgspec.json.Decoder(_Bundle).decode


def fingerprint(canonical: bytes) -> bytes:
    """The hash of a resource that was sent (``fhir.validation.accept``)."""
    return hashlib.sha256(canonical).digest()


def fingerprint_of_bundle(canonical: bytes) -> bytes:
    """The hash of a Bundle that was sent: the same for the same content, in whatever order.

    The names ``urn:uuid:...`` that entries have within a Bundle are made anew at each sending. So
    an entry is known by what it says with its references left out, and then by what they mean.
    """
    bundle = _DECODE(canonical)
    entries = bundle.entry or ()
    names = [one.fullUrl.encode() for one in entries]
    own = {name[len(_INVENTED) :] for name in names if name.startswith(_INVENTED)}
    plain, refers = [], []
    for one in entries:
        first, *rest = one.said().split(_INVENTED)
        meant, said = [], [first]
        for text in rest:
            name = text[:_LENGTH]
            if name in own:
                meant.append(_INVENTED + name)
                said += (b"#", text[_LENGTH:])
            else:
                said += (_INVENTED, text)
        refers.append(meant)
        plain.append(hashlib.sha256(b"".join(said)).digest())
    marks = plain
    for _ in range(_ROUNDS):
        known = dict(zip(names, marks, strict=True))
        marks = [
            hashlib.sha256(b"".join([mark, *(known[name] for name in meant)])).digest()
            if meant
            else mark
            for mark, meant in zip(plain, refers, strict=True)
        ]
    return hashlib.sha256(b"".join([(bundle.type or "").encode(), *sorted(marks)])).digest()


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
    found = said_of(kind, body)
    return Marks(
        terms=",".join(map(vault.numbers, found.terms)),
        beside=",".join(map(vault.numbers, found.beside)),
        written=_stretch(found.written),
        about=_stretch(found.about),
    )


def _stretch(span: Span | None) -> Stretch | None:
    return None if span is None else (span.low, span.high)
