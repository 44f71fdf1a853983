"""Whether an interaction is one that the CapabilityStatement claims; nothing else answers.

https://hl7.org/fhir/R4/http.html#summary
"""

from __future__ import annotations

from litestar.exceptions import MethodNotAllowedException

from fhir.claims import CLAIMS, Claim, Interaction


class Unclaimed(MethodNotAllowedException):
    """An interaction that is not done with a type: 405 where others are at its address, else 404.

    Args:
        kind: the type.
        interaction: what was asked.
    """

    def __init__(self, kind: str, interaction: Interaction) -> None:
        cure = CLAIMS[kind].documentation if kind in CLAIMS and interaction == "create" else ""
        super().__init__(f"{interaction} is not done with {kind}. {cure}".strip())


def claimed(kind: str, interaction: Interaction) -> Claim:
    """What is claimed of a type, this interaction included.

    Raises:
        Unclaimed: it is not done with this type, or nothing is.
    """
    claim = CLAIMS.get(kind)
    if claim is None or interaction not in claim.interactions:
        raise Unclaimed(kind, interaction)
    return claim
