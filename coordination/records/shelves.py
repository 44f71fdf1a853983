"""From which shelf the resources of a type come."""

from __future__ import annotations

from collections.abc import Mapping

from coordination.shelf import Shelf

SHELVES: Mapping[str, Shelf] = {}
"""The shelf of each type that is read here."""
