"""On what a request depends: If-Match and If-None-Match, If-Modified-Since and If-None-Exist.

https://hl7.org/fhir/R4/http.html#concurrency, https://hl7.org/fhir/R4/http.html#cread
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from coordination.errors import Fault, Refused, Wrong
from coordination.parts import AnyRequest
from coordination.preconditions import ETAG, Precondition, version_in
from coordination.records.shelf import Found


def precondition(request: AnyRequest) -> Precondition:
    """On what a change depends.

    Raises:
        Refused: STALE for an ETag that no resource here has; INVALID for another If-None-Match
            than ``*``.
    """
    if_match, if_none_match = (request.headers.get(name) for name in ("if-match", "if-none-match"))
    if if_none_match not in {None, "*"}:
        raise Refused(
            Wrong.INVALID,
            "If-None-Match is * here: create it only where there is none yet.",
            faults=(Fault("If-None-Match", "is not *"),),
            code="if-none-match",
        )
    version = None if if_match is None else version_in(if_match, "If-Match")
    return Precondition(version, absent=if_none_match == "*")


def unchanged(request: AnyRequest, found: Found) -> bool:
    """Whether a reader has this version already; what can't be read counts as not given."""
    tags = request.headers.get("if-none-match")
    if tags is not None:  # goes before the time (RFC 9110, 13.1.3)
        return tags.strip() == "*" or str(found.version) in ETAG.findall(tags)
    since = _moment(request.headers.get("if-modified-since"))
    return since is not None and found.updated.replace(microsecond=0) <= since


def _moment(said: str | None) -> datetime | None:
    try:
        moment = parsedate_to_datetime(said) if said else None
    except ValueError:
        return None
    if moment is not None and moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    return moment
