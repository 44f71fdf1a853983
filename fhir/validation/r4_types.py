"""Types and elements that R4 has and the library's R4B models have not, out of a list of ours.

R4B (4.3.0) took 18 resource types out and made two others anew; R4 (4.0.1) is what we take.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

import msgspec

_LIST = Path(__file__).with_name("r4_types.txt")
_PARTS = frozenset({"BackboneElement", "Element"})


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """What one element holds.

    Attributes:
        name: of the element in the JSON; of a choice each kind has its own.
        choice: the name of the choice, such as ``value``; empty where it is none.
        many: a list of them.
        required: at least one; of a choice, that one of it must be there.
        kind: the data type, primitive, or what a part is: BackboneElement or Element.
        part: the name of the part's own shape; empty for what is no part.
        targets: of a reference, the types that it may be to; empty for any.
        codes: of the required binding; empty for none.
    """

    name: str
    choice: str
    many: bool
    required: bool
    kind: str
    part: str
    targets: frozenset[str]
    codes: tuple[str, ...]


class R4Types(msgspec.Struct, frozen=True):
    """The list as it is read.

    Attributes:
        whole: the types of which it has every element, each with what it is:
            DomainResource or BackboneElement.
        kinds: elements by the name of their shape, also of types that it has not whole.
    """

    whole: Mapping[str, str]
    kinds: Mapping[str, tuple[Kind, ...]]


@cache
def r4_types() -> R4Types:
    """The list, read once."""
    whole: dict[str, str] = {}
    kinds: dict[str, list[Kind]] = {}
    for line in _LIST.read_text(encoding="utf-8").splitlines():
        if line.startswith("#"):
            continue
        said, _, codes = line.partition(" = ")
        path, *words = said.split()
        if path.endswith(":"):
            whole[path.removesuffix(":")] = words[0]
            continue
        parent, _, name = path.rpartition(".")
        found = kinds.setdefault(shape_name(parent), [])
        found += _kinds(path, name, words[0], words[1:], tuple(codes.split()))
    return R4Types(whole, {base: tuple(found) for base, found in kinds.items()})


def shape_name(path: str) -> str:
    """The name of the shape of a part: Patient.contact is PatientContact."""
    return "".join(step[0].upper() + step[1:] for step in path.split("."))


def _kinds(
    path: str, name: str, number: str, words: list[str], codes: tuple[str, ...]
) -> Iterator[Kind]:
    choice = name.removesuffix("[x]") if name.endswith("[x]") else ""
    for word in words:
        kind, _, targets = word.rstrip(")").partition("(")
        like = kind.startswith("@")
        part = shape_name(kind[1:]) if like else shape_name(path) if kind in _PARTS else ""
        yield Kind(
            name=f"{choice}{kind[:1].upper()}{kind[1:]}" if choice else name,
            choice=choice,
            many=number.endswith("*"),
            required=number.startswith("1"),
            kind="BackboneElement" if like else kind,
            part=part,
            targets=frozenset(targets.split("|")) if targets else frozenset(),
            codes=codes,
        )
