"""The next page of a search as a link that tells nothing: what was asked, sealed into a mark.

https://hl7.org/fhir/R4/http.html#paging. A search for a person goes on under the same mark as
any other: its number or name stands in no address.
"""

from __future__ import annotations

import base64
import binascii
import uuid

import msgspec

from coordination.auth.vault import Vault
from coordination.permissions import Actor
from fhir.search.faults import bad

PAGE = "_page"


class Mark(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Where a search goes on.

    Attributes:
        kind: the type that is searched.
        used: the parameters that were used.
        posted: whether they were sent in a form, so that they may be of a person.
        after: where the page begins, of the shelf.
    """

    kind: str
    used: tuple[tuple[str, str], ...]
    posted: bool
    after: str


def seal(vault: Vault, actor: Actor, mark: Mark) -> str:
    """A mark as a text for an address, which only this organisation can use."""
    sealed = vault.seal(_bound_to(actor), msgspec.msgpack.encode(mark))
    return base64.urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(vault: Vault, actor: Actor, kind: str, text: str) -> Mark:
    """The mark of a text.

    Raises:
        FhirRefused: "invalid" when it is none that was made for this organisation and type.
    """
    try:
        sealed = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
        mark = msgspec.msgpack.decode(vault.open(_bound_to(actor), sealed), type=Mark)
    except (ValueError, binascii.Error, msgspec.DecodeError):
        raise _unknown() from None
    if mark.kind != kind:
        raise _unknown()
    return mark


def _bound_to(actor: Actor) -> uuid.UUID:
    return uuid.uuid5(actor.organisation, PAGE)


def _unknown() -> Exception:
    return bad(PAGE, "is of no search of yours; follow the next link as it was given.")
