"""A fault in what an organisation sends: where it is, and the cure in words."""

from __future__ import annotations

import msgspec


class Problem(msgspec.Struct, frozen=True):
    """What is wrong with one value of a report or a description.

    Attributes:
        path: of the value, such as ``occupied`` or ``slots.morning.used``.
        message: what is wrong and the cure, in English.
        message_nl: the same in Dutch; empty where only a program can have made the mistake.
    """

    path: str
    message: str
    message_nl: str = ""
