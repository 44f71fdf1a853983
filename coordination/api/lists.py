"""What lists take alike: how long a page is, where the one before ended, and which sub-region."""

from __future__ import annotations

from typing import Annotated

from litestar.params import QueryParameter

from capacity.geography import subregions
from coordination.errors import Fault, Refused, Wrong
from coordination.paging import LONGEST_PAGE
from coordination.parts import Parts

After = Annotated[
    str | None,
    QueryParameter(name="next", max_length=400, description="The mark of the page before."),
]
Size = Annotated[int, QueryParameter(ge=1, le=LONGEST_PAGE, description="Items of a page.")]
Subregion = Annotated[
    str | None, QueryParameter(max_length=40, description="Only in this sub-region.")
]


def must_exist(subregion: str | None, parts: Parts) -> None:
    """Refuses a sub-region that is not known: an empty list would look like "nothing is free".

    Raises:
        Refused: INVALID, naming those that there are.
    """
    if subregion is None:
        return
    known = subregions().union(*parts.region.rings.neighbours.values())
    known |= {one.subregion for one in parts.live.supply.services}
    if subregion not in known:
        cure = f"is no sub-region here; they are {', '.join(sorted(known))}"
        raise Refused(
            Wrong.INVALID, "There is no such sub-region.", faults=(Fault("subregion", cure),)
        )
