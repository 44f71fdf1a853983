"""The host that a request calls us by: said once, and written as one.

Links are made of it where no ``NAOBER_PUBLIC_URL`` is set, and so it may hold nothing else.
https://www.rfc-editor.org/rfc/rfc9112#section-3.2
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from coordination.errors import Refused, Wrong

_HOST = re.compile(
    rb"(?=.{1,260}$)([A-Za-z0-9_]([A-Za-z0-9._-]*[A-Za-z0-9_.])?|\[[0-9A-Fa-f:.]{2,45}\])"
    rb"(:[0-9]{1,5})?"
)


def check_host(headers: Iterable[tuple[bytes, bytes]]) -> None:
    """Lets pass a request that names one host, or none (HTTP/1.0).

    Args:
        headers: of the request, their names in lower case.

    Raises:
        Refused: INVALID.
    """
    said = [value for name, value in headers if name == b"host"]
    if len(said) > 1 or (said and not _HOST.fullmatch(said[0])):
        raise Refused(
            Wrong.INVALID,
            "The header Host is a host as in an address, with or without a port, and stands there"
            " once.",
            code="host",
        )
