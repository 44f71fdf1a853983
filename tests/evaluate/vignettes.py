"""The vignettes: a Dutch story, what it says as facts, and the label that the criteria give it."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

import msgspec

from triage.advice import Lane
from triage.need import Kind
from triage.urgency import Urgency

HERE = Path(__file__).parent / "vignettes"

Answer = bool | int | float | str | list[str]


class Wanted(StrEnum):
    """Whether the label wants a final advice, or a question first; the criteria may leave it."""

    FINAL = "final"
    PROVISIONAL = "provisional"
    EITHER = "either"


class Expect(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The label of a vignette, from the criteria and from nothing that came out.

    Attributes:
        kind: the kinds of care that answer it; one, or the few that the criteria leave open.
        lane: acute or non-acute; None where the criteria do not say.
        status: final, or provisional where something essential is unknown.
        at_least: the least urgent class that is safe.
        at_most: the most urgent class that the story justifies; None: any.
        asks: link ids of what must be asked.
        never: kinds that may be neither advised nor named as an alternative.
        safety_net: the advice must carry one.
        consult: the advice must name a discipline to ask.
    """

    kind: tuple[Kind, ...]
    at_least: Urgency
    lane: Lane | None = None
    status: Wanted = Wanted.FINAL
    at_most: Urgency | None = None
    asks: tuple[str, ...] = ()
    never: tuple[Kind, ...] = ()
    safety_net: bool = False
    consult: bool = False


class Measured(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A value that is not in our own unit, such as a temperature in Fahrenheit."""

    value: float
    unit: str


class Vignette(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One story.

    Attributes:
        id: unique, and the name of its bundle.
        story: Dutch, one to three sentences.
        why: the criterion that gives the label, by section of domain.md and its source.
        expect: the label.
        like: names of fragments of base.toml.
        facts: answers by link id, over the base and the fragments.
        unknown: link ids that are left unanswered; ``red-flags`` leaves out all flags.
        vitals: measured values over those of base.toml.
        unmeasured: vital signs that are left out.
        seen: minutes between measuring and referring.
        again: a second set of vital signs, measured at the same moment.
        age: whole years at the referral; exact to the day with ``born``.
        born: birth date, instead of the age.
        sex: administrative gender.
    """

    id: str
    story: str
    why: str
    expect: Expect
    like: tuple[str, ...] = ()
    facts: dict[str, Answer] = {}
    unknown: tuple[str, ...] = ()
    vitals: dict[str, bool | float | str | Measured] = {}
    unmeasured: tuple[str, ...] = ()
    seen: int = 10
    again: dict[str, bool | float | str] = {}
    age: int = 78
    born: str | None = None
    sex: Literal["female", "male", "other", "unknown"] = "female"


class Theme(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of vignettes."""

    title: str
    vignette: tuple[Vignette, ...]


class Base(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is answered for everyone (vignettes/base.toml)."""

    flags: tuple[str, ...]
    base: dict[str, Answer]
    vitals: dict[str, float | bool | str]
    fragment: dict[str, dict[str, Answer]]

    def answers(self, one: Vignette) -> dict[str, Answer]:
        """Every answer of a vignette by link id."""
        answers: dict[str, Any] = dict(self.base) | dict.fromkeys(self._links(), False)
        for name in one.like:
            answers |= self.fragment[name]
        taken = set(one.unknown)
        if "red-flags" in taken:
            taken |= set(self._links())
        return {link: value for link, value in answers.items() if link not in taken} | one.facts

    def _links(self) -> list[str]:
        return [f"red-flag.{flag}" for flag in self.flags]


def base() -> Base:
    """What is answered for everyone."""
    return msgspec.toml.decode((HERE / "base.toml").read_bytes(), type=Base)


def themes() -> dict[str, Theme]:
    """The vignettes by theme, in the order of the names of their files.

    Raises:
        ValueError: a file that can't be read, or an id that is used twice.
    """
    found: dict[str, Theme] = {}
    seen: set[str] = set()
    for path in sorted(HERE.glob("*.toml")):
        if path.stem == "base":
            continue
        try:
            theme = msgspec.toml.decode(path.read_bytes(), type=Theme)
        except msgspec.DecodeError as fault:
            raise ValueError(f"{path.name}: {fault}") from None
        for one in theme.vignette:
            if one.id in seen:
                raise ValueError(f"{path.name}: {one.id} is used twice")
            seen.add(one.id)
        found[path.stem] = theme
    return found
