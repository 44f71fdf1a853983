"""Whether an interaction is one that the CapabilityStatement claims; nothing else answers.

https://hl7.org/fhir/R4/http.html#summary
"""

from __future__ import annotations

from collections.abc import Mapping

from litestar.exceptions import MethodNotAllowedException

from coordination.errors import Refused, Wrong
from fhir.claims import CLAIMS, Claim, Interaction

_AT: tuple[Mapping[Interaction, str], ...] = (
    {"search-type": "GET", "create": "POST"},
    {"read": "GET", "update": "PUT", "delete": "DELETE"},
)
"""The interactions that share an address, with their method."""


def claimed(kind: str, interaction: Interaction) -> Claim:
    """What is claimed of a type, this interaction included.

    Raises:
        Refused: NOT_FOUND for a type, or an address of it, that is not here.
        MethodNotAllowedException: others are done at this address, which it names.
    """
    claim = CLAIMS.get(kind)
    if claim is not None and interaction in claim.interactions:
        return claim
    if claim is not None:
        raise unclaimed(kind, interaction)
    raise Refused(
        Wrong.NOT_FOUND, "This type is not kept here; see the CapabilityStatement (metadata)."
    )


def unclaimed(kind: str, interaction: Interaction) -> Exception:
    """The refusal of an interaction that is not done with a type."""
    others = next((one for one in _AT if interaction in one), {})
    allowed = [others[one] for one in CLAIMS[kind].interactions if one in others]
    if not allowed:
        return Refused(Wrong.NOT_FOUND, "There is nothing at this address.")
    return MethodNotAllowedException(headers={"Allow": ", ".join(allowed)})
