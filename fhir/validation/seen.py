"""Plain JSON read through attributes, as the rules read a struct."""

from __future__ import annotations

import keyword
from typing import Any


class View:
    """A JSON object of which each element is an attribute; None where it has none."""

    __slots__ = ("_data",)

    def __init__(self, data: dict[str, Any]) -> None:
        self._data = data

    def __getattr__(self, name: str) -> Any:
        if name.endswith("__ext"):
            name = f"_{name.removesuffix('__ext')}"
        elif name.endswith("_") and keyword.iskeyword(name[:-1]):
            name = name[:-1]
        return _seen(self._data.get(name))


def _seen(value: Any) -> Any:
    if isinstance(value, dict):
        return View(value)
    if isinstance(value, list):
        return [_seen(item) for item in value]
    return value
