"""Who signs in to the demo region, by role."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from capacity.geography import subregions
from capacity.supply import Organisation
from coordination.permissions import Actor, Role

HOME = {
    Role.COORDINATOR: "coordination-point",
    Role.PROVIDER: "care-provider",
    Role.GP: "gp-practice",
    Role.TRANSFER_NURSE: "hospital",
    Role.CLINICIAN: "coordination-point",
    Role.ANALYST: "coordination-point",
    Role.PRIVACY_OFFICER: "coordination-point",
}
"""The kind of organisation that each role is at home in."""


def actor(
    role: Role, organisations: Iterable[Organisation], organisation: str | None = None
) -> tuple[Actor, Organisation]:
    """A person of the demo with a role, at an organisation: the first that suits, or the one asked.

    Raises:
        LookupError: no such organisation, or one in which the role is not at home; the text
            lists those that can be asked.
    """
    at_home = [one for one in organisations if one.kind == HOME[role]]
    chosen = next((one for one in at_home if organisation in {None, one.id}), None)
    if chosen is None:
        listed = "\n".join(f"  {one.id}  {one.name}" for one in at_home)
        raise LookupError(f"the role {role} is at home in:\n{listed}")
    regions = frozenset(subregions()) if role is Role.COORDINATOR else frozenset()
    return Actor(f"demo-{role}", role, UUID(chosen.id), regions), chosen
