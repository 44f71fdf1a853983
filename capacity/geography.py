"""Where things are: the postcodes of Drenthe, their sub-regions, and how far it is."""

from __future__ import annotations

import csv
import math
from functools import cache
from importlib import resources
from typing import Final, Protocol

import msgspec

DETOUR: Final = 1.3
"""Road kilometres per kilometre as the crow flies. An assumption: 1.2 to 1.4 is usual for
road networks in flat country; it changes no order of nearest first."""

_EARTH_RADIUS_KM: Final = 6371.0088  # mean radius (IUGG)


Point = tuple[float, float, float]


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """One four-digit postcode (PC4): its place, municipality, sub-region code and centroid."""

    pc4: str
    place: str
    municipality: str
    subregion: str
    latitude: float
    longitude: float


class Located(Protocol):
    """Anything with a point on the map, in WGS84 degrees: a place, a site, a service."""

    @property
    def latitude(self) -> float:
        """Degrees north."""

    @property
    def longitude(self) -> float:
        """Degrees east."""


@cache
def places() -> dict[str, Place]:
    """All postcodes of Drenthe, by PC4, in the order of the file; read once."""
    text = (resources.files("capacity") / "data" / "pc4-drenthe.csv").read_text("utf-8")
    return {
        row["pc4"]: Place(
            pc4=row["pc4"],
            place=row["place"],
            municipality=row["municipality"],
            subregion=row["subregion"].lower(),
            latitude=float(row["latitude"]),
            longitude=float(row["longitude"]),
        )
        for row in csv.DictReader(text.splitlines())
    }


def place_of(pc4: str | None) -> Place | None:
    """The place of a PC4, or None when it is not known or not in Drenthe."""
    return None if pc4 is None else places().get(pc4)


@cache
def subregions() -> frozenset[str]:
    """The codes of the sub-regions of Drenthe."""
    return frozenset(place.subregion for place in places().values())


def point_of(located: Located) -> Point:
    """A point on the map as one on the unit sphere, from which distances are cheap."""
    north, east = math.radians(located.latitude), math.radians(located.longitude)
    return (math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north))


def road_km(a: Point, b: Point) -> float:
    """Kilometres by road between two points on the unit sphere, estimated.

    The great-circle distance times the detour factor 1.3: no road network is consulted, so
    a canal in between is not seen.
    """
    half_chord = min(1.0, math.dist(a, b) / 2)
    return DETOUR * 2 * _EARTH_RADIUS_KM * math.asin(half_chord)


def distance_km(a: Located, b: Located) -> float:
    """Kilometres by road between two places, sites or services, estimated as ``road_km``."""
    return road_km(point_of(a), point_of(b))


NEIGHBOURS: Final[dict[str, frozenset[str]]] = {
    "assen": frozenset({"groningen"}),
    "emmen": frozenset({"hardenberg", "groningen"}),
    "hoogeveen": frozenset({"hardenberg", "zwolle"}),
    "meppel": frozenset({"zwolle", "heerenveen"}),
}
"""Regions outside the province that a sub-region may look to, the outermost ring.

A setting of the region, no fact of the regional plan: drawn from the map, and Hardenberg
because it shares providers of ELV with the south of Drenthe
(https://medrie.nl/nieuws/patienten-zorgprofessionals/eerstelijns-verblijf-regio-hardenberg-1-januari-snel-geregeld).
"""
