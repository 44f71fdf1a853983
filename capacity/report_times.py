"""The faults of a report's moments: its as-of, its validity, and the stop of admissions."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from capacity.problem import Problem
from capacity.report import Report
from capacity.supply import Unit

DEFAULT_VALIDITY: Final = {Unit.BED: timedelta(hours=24), Unit.HOURS: timedelta(days=7)}
"""How long a report without ``valid_until`` counts. A choice, after the habit of the field:
beds are reported daily, the traffic light of district nursing began as a weekly sheet
(https://unlockagency.nl/cases/stoplicht-app)."""

LONGEST_VALIDITY: Final = timedelta(days=7)
"""How far from ``as_of`` a report may claim to be valid. A choice."""

CLOCK_TOLERANCE: Final = timedelta(minutes=5)
"""How far the sender's clock may be ahead of ours."""

LONGEST_REASON: Final = 200
"""Characters of the reason of a stop."""

YEARS: Final = range(2000, 3000)


def time_faults(report: Report, now: datetime) -> Iterator[Problem]:
    """The faults of the moment for which a report is true, and of its validity."""
    as_of, valid_until = report.as_of or now, report.valid_until
    found = [*moment_faults("as_of", as_of), *moment_faults("valid_until", valid_until)]
    yield from found
    if found:
        return
    if as_of > now + CLOCK_TOLERANCE:
        yield Problem(
            "as_of",
            "is in the future: send the moment at which you counted",
            "ligt in de toekomst: vul in wanneer u hebt geteld",
        )
    if valid_until is not None and valid_until < as_of:
        yield Problem(
            "valid_until",
            "is before as_of: send a later moment, or leave it out",
            "is eerder dan de stand: vul een later moment in, of laat dit leeg",
        )
    if valid_until is not None and valid_until - as_of > LONGEST_VALIDITY:
        yield Problem(
            "valid_until",
            "is more than 7 days after as_of: send an earlier moment, and report again by then",
            "is meer dan 7 dagen na de stand: vul een eerder moment in",
        )


def stop_faults(report: Report, as_of: datetime) -> Iterator[Problem]:
    """The faults of a stop: its reason, and its expected end."""
    reason, until = report.stop_reason, report.stop_until
    if reason is not None and not (reason.strip() and len(reason) <= LONGEST_REASON):
        yield Problem(
            "stop_reason",
            f"has 1 to {LONGEST_REASON} characters",
            f"heeft 1 tot {LONGEST_REASON} tekens",
        )
    elif reason is not None and "\x00" in reason:
        yield Problem("stop_reason", "has a NUL: take it out", "bevat een teken dat niet mag (NUL)")
    if until is None:
        return
    if reason is None:
        yield Problem(
            "stop_until",
            "goes with a stop_reason: send why admissions are stopped",
            "hoort bij een reden: vul in waarom de opname is gestopt",
        )
    yield from moment_faults("stop_until", until)
    if is_real(until) and is_real(as_of) and until <= as_of:
        yield Problem(
            "stop_until",
            "is not after as_of: leave out a stop that is over",
            "is niet na de stand: laat een stop die voorbij is weg",
        )


def moment_faults(path: str, moment: datetime | None) -> Iterator[Problem]:
    """The faults that any moment can have: no time zone, or a year that can't be."""
    if moment is None:
        return
    if moment.tzinfo is None:
        yield Problem(
            path,
            'has no time zone: end it with "Z" or an offset such as "+01:00"',
            "heeft geen tijdzone: eindig met Z of met bijvoorbeeld +01:00",
        )
    elif moment.year not in YEARS:
        yield Problem(path, "is not a year of now", "is geen jaar van deze tijd")


def is_real(moment: datetime) -> bool:
    """Whether it can be compared with other moments."""
    return moment.tzinfo is not None and moment.year in YEARS
