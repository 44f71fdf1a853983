"""The words that a rule may use: the facts of a picture, and what is derived from them."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum, StrEnum
from typing import Any

import msgspec
from msgspec import inspect

from triage.picture import FACTS, Picture, link_id
from triage.scores import crb65, qsofa
from triage.span import Span


class Shape(StrEnum):
    """How a word may be used in a condition."""

    FLAG = "yes or no"
    NUMBER = "a number"
    CODE = "a code"
    OTHER = "nothing that a condition can use"


class Word(msgspec.Struct, frozen=True, kw_only=True):
    """One word.

    Attributes:
        name: how conditions write it.
        shape: flag, number, code.
        reads: the facts behind it: itself, or what it is derived from.
        derived: not a fact of the picture.
        span: a total that is a range while parts are missing.
        codes: for a code, the values it can take.
        low: for a number, its lowest plausible value.
        high: for a number, its highest plausible value.
        nl: the question in Dutch; empty when derived.
        en: the question in English; empty when derived.
    """

    name: str
    shape: Shape
    reads: tuple[str, ...]
    derived: bool = False
    span: bool = False
    codes: frozenset[str] = frozenset()
    low: float = float("-inf")
    high: float = float("inf")
    nl: str = ""
    en: str = ""


SEXES = frozenset({"female", "male", "other", "unknown"})
"""FHIR administrative gender."""

VITAL_SIGNS = (
    "respiration_rate",
    "oxygen_saturation",
    "hypercapnic_target",
    "on_oxygen",
    "systolic",
    "pulse",
    "consciousness",
    "temperature",
)
"""What NEWS2 reads."""


def _word(field: inspect.Field) -> Word:
    """The word of one field of the picture, from its type and its metadata."""
    union = field.type
    extra: dict[str, Any] = {}
    kind: inspect.Type = union
    if isinstance(union, inspect.UnionType):
        kind = next(t for t in union.types if not isinstance(t, inspect.NoneType))
    if isinstance(kind, inspect.Metadata):
        extra = kind.extra or {}
        kind = kind.type
    shape, codes = Shape.OTHER, frozenset[str]()
    span = isinstance(kind, inspect.StructType) and kind.cls is Span
    if isinstance(kind, inspect.BoolType):
        shape = Shape.FLAG
    elif span or isinstance(kind, inspect.IntType | inspect.FloatType):
        shape = Shape.NUMBER
    elif isinstance(kind, inspect.EnumType):
        shape, codes = Shape.CODE, frozenset(_values(kind.cls))
    elif field.name == "sex":
        shape, codes = Shape.CODE, SEXES
    low, high = extra.get("ge"), extra.get("le")
    return Word(
        name=field.name,
        shape=shape,
        reads=(field.name,),
        span=span,
        codes=codes,
        low=float("-inf") if low is None else low,
        high=float("inf") if high is None else high,
        nl=extra.get("nl", ""),
        en=extra.get("en", ""),
    )


def _values(codes: type[Enum]) -> list[str]:
    return [str(code.value) for code in codes]


def _read_picture() -> dict[str, Word]:
    described = inspect.type_info(Picture)
    if not isinstance(described, inspect.StructType):  # pragma: no cover - it is a Struct
        raise TypeError("Picture is not a struct")
    return {field.name: _word(field) for field in described.fields if field.name in FACTS}


def _score(name: str, reads: tuple[str, ...], high: float) -> Word:
    return Word(
        name=name, shape=Shape.NUMBER, reads=reads, derived=True, span=True, low=0, high=high
    )


SCORES: dict[str, Callable[[Picture], Span]] = {"qsofa": qsofa.qsofa, "crb65": crb65.crb65}
"""What computes a derived total from the facts; NEWS2 is computed once for all rules instead."""

WORDS: dict[str, Word] = _read_picture() | {
    "news2": _score("news2", VITAL_SIGNS, 20),
    "qsofa": _score("qsofa", qsofa.READS, 3),
    "crb65": _score("crb65", crb65.READS, 4),
    "news2_any_three": Word(
        name="news2_any_three", shape=Shape.FLAG, reads=VITAL_SIGNS, derived=True
    ),
}
"""Every word, by name. ``news2`` is a range while parts are missing (triage.scores.news2)."""

LINKS = {name: link_id(name) for name in FACTS}
"""The link id of each fact."""
