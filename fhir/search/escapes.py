"""Values of a search apart: a comma between alternatives, a bar within one, unless escaped.

https://hl7.org/fhir/R4/search.html#escaping
"""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"\\([,|$\\])")
_COMMA = re.compile(r"((?:\\.|[^,])*+)(,|\Z)", re.DOTALL)
_BAR = re.compile(r"((?:\\.|[^|])*+)(\||\Z)", re.DOTALL)
_WELL = re.compile(r"(?:\\[,|$\\]|[^\\])*", re.DOTALL)


def well_escaped(value: str) -> bool:
    r"""Whether every backslash stands before one of ``, | $ \``."""
    return _WELL.fullmatch(value) is not None


def alternatives(value: str) -> list[str]:
    """What stands between the commas, still escaped."""
    return _apart(_COMMA, value)


def parts(value: str) -> list[str]:
    """What stands between the bars, plain."""
    return [plain(one) for one in _apart(_BAR, value)]


def plain(value: str) -> str:
    """Without the backslashes that escape."""
    return _ESCAPED.sub(r"\1", value)


def escaped(value: str) -> str:
    """A text as it stands in a search."""
    return re.sub(r"([,|$\\])", r"\\\1", value)


def _apart(separator: re.Pattern[str], value: str) -> list[str]:
    found = []
    for one in separator.finditer(value):
        found.append(one[1])
        if not one[2]:
            break
    return found
