"""What a referral asks of whoever gives the care, beside what triage weighs.

None of it is a fact of the picture: no rule reads it, and it changes no advice.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from triage.need import Need, Shift, Visits, Wish

DUTCH = "nl"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked; None, or not in a mapping, is not said.

    Attributes:
        near_pc4: postcode (4 digits) to be near to instead of home.
        carer: who gives care now: id of an organisation here, or as it was sent a register number.
        insurer: UZOVI number of the health insurer, 4 digits.
        language: BCP 47 code of what the person speaks; ``nl`` says that Dutch is enough.
        level: lowest level of carer, 2 to 6.
        visits: visits a day by part of the day, 0 to 12.
        wishes: whether each wish is there.
        preferred: id of the service or organisation that is asked for, or a register number.
    """

    near_pc4: str | None = None
    carer: str | None = None
    insurer: str | None = None
    language: str | None = None
    level: int | None = None
    visits: Mapping[Shift, int] = {}
    wishes: Mapping[Wish, bool] = {}
    preferred: str | None = None

    def over(self, earlier: Wanted) -> Wanted:
        """What is asked once this was said after ``earlier``: what is not said again stays."""
        said = {name: value for name, value in msgspec.structs.asdict(self).items() if value}
        said |= {
            "visits": {**earlier.visits, **self.visits},
            "wishes": {**earlier.wishes, **self.wishes},
        }
        return msgspec.structs.replace(earlier, **said)

    def all_visits(self) -> Visits:
        """The visits as a need holds them."""
        return Visits(**{shift.value: count for shift, count in self.visits.items()})


NOTHING = Wanted()


def asked_in(need: Need) -> Wanted:
    """What was asked before, as a need that was made from it still says."""
    return Wanted(
        near_pc4=need.near_pc4,
        carer=need.carer,
        insurer=need.insurer,
        language=need.language,
        level=need.level or None,
        visits={shift: count for shift in Shift if (count := need.visits.of(shift))},
        wishes=dict.fromkeys(need.wishes, True),
        preferred=need.preferred,
    )
