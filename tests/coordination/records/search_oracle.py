"""Random resources, random searches, and what these find by the words of FHIR itself.

https://hl7.org/fhir/R4/search.html, read again: nothing here knows terms, hashes or the index.
Values are few and short, so that searches find something.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from fhir.search.parameters import PARAMETERS, Parameter, parameters_of

HERE = ZoneInfo("Europe/Amsterdam")
SYSTEMS = ("https://a.example", "https://b.example")
CODES = ("x", "y", "z|w", "x,y", "$")
WORDS = ("Oude", "ouder", "Zoë", "zo", "b1", "van")
TYPES = ("Patient", "Organization", "ServiceRequest")
IDS = ("1", "2")
POSTCODES = ("7921 AB", "7921ab", "9401 XY")
URIS = ("https://a.example/x", "https://a.example/x|1", "urn:oid:1.2")
DAYS = ("1940-02-29", "1940-02", "1941", "1941-07-01")
TIMES = (
    "2025", "2026", "2026-03", "2026-03-29", "2026-03-28", "2026-10-25",
    "2026-03-29T00:30:00Z", "2026-03-29T01:30:00+01:00", "2026-03-28T23:30:00Z",
    "2026-03-28T23:30:00.5Z", "2026-10-25T12:00:00+02:00",
)  # fmt: skip
PREFIXES = ("", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
_FIRST, _LAST = datetime(1, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
Span = tuple[datetime, datetime]


class Asked(msgspec.Struct, frozen=True):
    """A parameter as it is asked: its values are alternatives."""

    name: str
    modifier: str
    values: tuple[str, ...]

    @property
    def given(self) -> tuple[str, str]:
        """As it stands in a query."""
        name = f"{self.name}:{self.modifier}" if self.modifier else self.name
        return name, ",".join(self.values)


# Resources.


def resource(kind: str, chance: Random) -> dict[str, Any]:
    """Elements of a resource of a type, some of those by which it is searched."""
    made: dict[str, Any] = {}
    for one in PARAMETERS[kind].values():
        path = chance.choice(one.paths) if one.paths else ()
        if path and chance.random() < 0.6 and not (one.axis and _has(made, one)):
            _put(made, path, _value(one, path, chance), chance)
    return made


def _has(made: dict[str, Any], one: Parameter) -> bool:
    return any(path[0] in made for path in one.paths)


def _put(made: dict[str, Any], path: tuple[str, ...], value: Any, chance: Random) -> None:
    """Sets what is not there yet; elements may repeat, or not."""
    for name in path[:-1]:
        inner = made.setdefault(name, {})
        made = inner[0] if isinstance(inner, list) else inner
        if not isinstance(made, dict):
            return
    listed = path[-1] == "given" or (
        chance.random() < 0.5 and isinstance(value, dict) and not {"start", "end"} & {*value}
    )
    made.setdefault(path[-1], [value] if listed else value)


def _value(one: Parameter, path: tuple[str, ...], chance: Random) -> Any:
    if one.axis:
        return _time(path[-1], chance)
    some: dict[str, Callable[[], Any]] = {
        "token": lambda: _coded(chance),
        "code": lambda: chance.choice(("draft", "active", "x")),
        "boolean": lambda: chance.random() < 0.5,
        "plain": lambda: chance.choice(("1", "2")),
        "reference": lambda: _pointing(chance),
        "canonical": lambda: chance.choice(URIS[:2]),
        "uri": lambda: chance.choice(URIS),
        "string": lambda: " ".join(chance.sample(WORDS, 2)),
        "name": lambda: {"family": chance.choice(WORDS), "given": [chance.choice(WORDS)]},
        "postcode": lambda: chance.choice(POSTCODES),
        "day": lambda: chance.choice(DAYS),
    }
    return some[one.reads]()


def _time(name: str, chance: Random) -> Any:
    if name.endswith("Timing"):
        return {"event": chance.sample(TIMES, 2)}
    if not name.lower().endswith("period"):
        return chance.choice(TIMES)
    first, last = sorted(chance.sample(TIMES[1:], 2), key=lambda text: _span(text)[0])
    if _span(first)[0] >= _span(last)[1]:
        return {"start": first}
    return chance.choice(({"start": first, "end": last}, {"start": first}, {"end": last}))


def _coded(chance: Random) -> dict[str, Any]:
    coding: dict[str, Any] = {"code": chance.choice(CODES)}
    if chance.random() < 0.7:
        coding["system"] = chance.choice(SYSTEMS)
    if chance.random() < 0.3:  # an Identifier
        return {"value" if name == "code" else name: one for name, one in coding.items()}
    return {"coding": [coding, {"code": "x"}] if chance.random() < 0.3 else [coding]}


def _pointing(chance: Random) -> dict[str, Any]:
    if chance.random() < 0.2:
        return {"identifier": {"system": chance.choice(SYSTEMS), "value": chance.choice(CODES)}}
    target = f"{chance.choice(TYPES)}/{chance.choice(IDS)}"
    if chance.random() < 0.2:
        return {"reference": f"https://elsewhere.example/{target}"}
    return {"reference": target + ("/_history/3" if chance.random() < 0.2 else "")}


# Searches.


def search(kind: str, chance: Random) -> list[Asked]:
    """One to three parameters of a type."""
    known = list(parameters_of(kind).values())
    return [_asked(chance.choice(known), chance) for _ in range(chance.randint(1, 3))]


def _asked(one: Parameter, chance: Random) -> Asked:
    if one.name == "_id":
        return Asked("_id", "", ("no-such-id",))
    if one.paths and chance.random() < 0.15:
        return Asked(one.name, "missing", (chance.choice(("true", "false")),))
    modifier = ""
    if one.kind == "token" and chance.random() < 0.25:
        modifier = "not"
    elif one.reads in {"string", "name", "postcode"} and chance.random() < 0.25:
        modifier = "exact"
    elif one.reads == "reference" and chance.random() < 0.4:
        modifier = chance.choice(("identifier", *TYPES))
    many = chance.choice((1, 1, 2))
    return Asked(one.name, modifier, tuple(_wanted(one, modifier, chance) for _ in range(many)))


def _wanted(one: Parameter, modifier: str, chance: Random) -> str:
    if one.axis:
        return chance.choice(PREFIXES) + chance.choice(TIMES)
    if modifier == "identifier" or one.reads == "token":
        system, code = chance.choice(SYSTEMS), escaped(chance.choice(CODES))
        return chance.choice((code, f"{system}|{code}", f"{system}|", f"|{code}"))
    if one.reads == "reference":
        return _wanted_reference(modifier, chance)
    some = {
        "code": (*("draft", "active", "x"), *(f"{each}|draft" for each in one.systems), "no|x"),
        "boolean": ("true", "false"),
        "plain": ("1", "2"),
        "canonical": tuple(map(escaped, URIS[:2])),
        "uri": tuple(map(escaped, URIS)),
        "string": (*WORDS, "oud zo", "ou"),
        "name": (*WORDS, "oud zo", "ou"),
        "postcode": (*POSTCODES, "7921", "79 21 a"),
        "day": (*DAYS, "1940"),
    }
    return chance.choice(some[one.reads])


def _wanted_reference(modifier: str, chance: Random) -> str:
    identity, kind = chance.choice(IDS), modifier or chance.choice(TYPES)
    return chance.choice(
        (identity, f"{kind}/{identity}", f"https://elsewhere.example/{kind}/{identity}")
    )


def escaped(text: str) -> str:
    """A value with what has a meaning in a query written with a backslash."""
    for one in ("\\", ",", "|", "$"):
        text = text.replace(one, "\\" + one)
    return text


# What a search finds.


def fits(kind: str, made: dict[str, Any], updated: datetime, asked: list[Asked]) -> bool:
    """Whether a resource is what all of the parameters ask."""
    return all(_fits(parameters_of(kind)[each.name], made, updated, each) for each in asked)


def _fits(one: Parameter, made: dict[str, Any], updated: datetime, asked: Asked) -> bool:
    if one.name == "_id":
        return False
    if one.reads == "changed":
        moment = (updated, updated + timedelta(microseconds=1))
        return any(_in_time(each, moment) for each in asked.values)
    found = said(one, made)
    if one.name == "patient":
        found = [each for each in found if _of_patient(each)]
    if asked.modifier == "missing":
        return (not found) is (asked.values == ("true",))
    if one.axis:
        all_of = [span for each in found for span in spans(each)]
        whole = (min(low for low, _ in all_of), max(high for _, high in all_of)) if all_of else None
        return whole is not None and any(_in_time(each, whole) for each in asked.values)
    if one.reads in {"string", "name", "postcode"}:
        texts = [text for each in found for text in _texts(each)]
        return any(_in_text(one, asked.modifier, each, texts) for each in asked.values)
    any_of = any(_is(one, asked.modifier, each, value) for each in asked.values for value in found)
    return any_of is not (asked.modifier == "not")


def said(one: Parameter, made: dict[str, Any]) -> list[Any]:
    """What a resource says of a parameter."""
    return [value for path in one.paths for value in _at(made, path)]


def decoded(body: bytes) -> dict[str, Any]:
    """A resource of its JSON."""
    return msgspec.json.decode(body, type=dict[str, Any])


def _at(value: Any, path: tuple[str, ...]) -> Iterator[Any]:
    for each in value if isinstance(value, list) else [value]:
        if not path:
            yield each
        elif isinstance(each, dict) and path[0] in each:
            yield from _at(each[path[0]], path[1:])


def _of_patient(value: dict[str, Any]) -> bool:
    return "reference" not in value or "Patient/" in value["reference"]


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    given = value.get("given", [])
    family = [value["family"]] if "family" in value else []
    return [*family, *given]


def _in_text(one: Parameter, modifier: str, wanted: str, texts: list[str]) -> bool:
    if modifier == "exact":
        return wanted in texts
    if one.reads == "postcode":
        return any(_squeezed(text).startswith(_squeezed(wanted)) for text in texts)
    words = [word for text in texts for word in _plain(text).split()]
    return all(any(word.startswith(part) for word in words) for part in _plain(wanted).split())


def _plain(text: str) -> str:
    return text.lower().replace("ë", "e")


def _squeezed(text: str) -> str:
    return text.replace(" ", "").lower()


def _is(one: Parameter, modifier: str, wanted: str, value: Any) -> bool:  # noqa: PLR0911 - by type
    if modifier == "identifier":
        return "identifier" in value and _is_token(wanted, value["identifier"])
    if one.reads == "token":
        return _is_token(wanted, value)
    if one.reads == "code":
        system, _, code = wanted.rpartition("|")
        return bool(code == value and (not system or system in one.systems))
    if one.reads == "reference":
        return _points(one, modifier, wanted, value.get("reference", ""))
    if one.reads == "boolean":
        return value is (wanted == "true")
    if one.reads == "day":
        return bool(value == wanted or value.startswith(f"{wanted}-"))
    plain = wanted.replace("\\", "")
    return bool(value == plain or (one.reads == "canonical" and value.split("|")[0] == plain))


def _is_token(wanted: str, value: dict[str, Any]) -> bool:
    plain = wanted.replace("\\,", ",").replace("\\$", "$").replace("\\|", "\0")
    system, bar, code = plain.rpartition("|")
    code = code.replace("\0", "|")
    for coding in value.get("coding", [value]):
        of, is_ = coding.get("system", ""), coding.get("code", coding.get("value"))
        if (not bar or system == of) and (code in {"", is_}):
            return True
    return False


def _points(one: Parameter, modifier: str, wanted: str, reference: str) -> bool:
    target = reference.partition("/_history/")[0]
    kinds = (modifier,) if modifier else one.targets
    if wanted in IDS:
        return target in {f"{kind}/{wanted}" for kind in kinds}
    return target == wanted


def _in_time(wanted: str, whole: Span) -> bool:
    prefix = wanted[:2] if wanted[:2].isalpha() else "eq"
    low, high = _span(wanted[2:] if wanted[:2].isalpha() else wanted)
    first, last = whole
    if prefix == "ap":
        around = high - low
        return first < high + around and last > low - around
    inside = low <= first and last <= high
    return {
        "eq": inside,
        "ne": not inside,
        "gt": last > high,
        "lt": first < low,
        "ge": last > high or inside,
        "le": first < low or inside,
        "sa": first >= high,
        "eb": last <= low,
    }[prefix]


def spans(value: Any) -> list[Span]:
    """The stretches of an element that says a time."""
    if isinstance(value, str):
        return [_span(value)]
    if "event" in value:
        return [_span(each) for each in value["event"]]
    low = _span(value["start"])[0] if "start" in value else _FIRST
    high = _span(value["end"])[1] if "end" in value else _LAST
    return [(low, high)]


def _span(text: str) -> Span:
    """The stretch that a date or time leaves open; dates are days of this country."""
    if "T" in text:
        low = datetime.fromisoformat(text).astimezone(UTC)
        return low, low + timedelta(seconds=0.1 if "." in text else 1)
    year, month, day = (*map(int, text.split("-")), 0, 0)[:3]
    last = calendar.monthrange(year, month or 12)[1]
    begin = datetime(year, month or 1, day or 1, tzinfo=HERE)
    end = datetime(year, month or 12, day or last, tzinfo=HERE) + timedelta(days=1)
    return begin.astimezone(UTC), end.astimezone(UTC)
