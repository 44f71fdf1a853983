"""Real resources with something wrong: Hypothesis draws what, and where."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st

OTHER: tuple[Any, ...] = (
    None, True, False, 0, -1, 1.5, "", " ", "x", [], {}, [[]], [None], [{}], {"a": None}, "[]",
    {"reference": "Patient/1"}, {"coding": [{"code": "x"}]}, [1, "a", {}],
)  # fmt: skip
NUMBERS = (
    "1e400", "-1e400", "9" * 400, "1" + "0" * 30, "-0", "0.1e-999", "1E5", "00", "0x1", "NaN",
    "Infinity", "4294967296", "9223372036854775808", "2.50", "1.", "-",
)  # fmt: skip
TEXTS = (
    "2026-02-30", "0000-00-00", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:60Z",
    "2026-11-22T10:00:00", "Patient/../Task/1", "#", "#x", "urn:uuid:x", "urn:uuid:", "Patient/",
    "http://[::1/Patient/1", "https://x.example/fhir/Patient/1/_history/0", "Patient?name=x",
    "999900018", "javascript:alert(1)", "\u202etxt", "\ufeff", "\uffff", "\U0001d4b3", "I\u0307",
    "ß" * 300,
    "\u2028", "a\tb", "%00", "'; --", "{}", "| |", "$,|\\",
)  # fmt: skip
ESCAPES = (
    '"\\u0000"',
    '"\\ud800"',
    '"\\udc00\\ud800"',
    '"a\\u0000b"',
    '"\\u000b"',
    '"\x00"',
    '"\n"',
)
WORDS = (
    "resourceType", "id", "meta", "extension", "modifierExtension", "contained", "text", "status",
    "identifier", "subject", "_status", "_id", "valueString", "value", "entry", "item", "reference",
    "fhir_comments", "Patient", "", "__proto__", "\u0000",
)  # fmt: skip
TYPES = ("Patient", "Task", "Bundle", "Parameters", "Dragon", "", "OperationOutcome", "Binary")
LENGTHS = (65, 257, 5_000, 70_000, 400_000)
DEPTHS = (1, 2, 30, 59, 60, 61, 200, 3_000)
MANY = (2, 3, 40, 1_000)


@st.composite
def spoiled(draw: st.DrawFn, resource: Any) -> bytes:
    """The JSON of a resource in which one to four things are wrong, or a byte or two."""
    tree, raw = copy.deepcopy(resource), list[str]()
    for _ in range(draw(st.integers(0, 4))):
        places = list(_places(tree))
        if not places:
            break
        parent, key = places[draw(st.integers(0, len(places) - 1))]
        draw(st.sampled_from(WAYS))(draw, parent, key, raw)
    text = json.dumps(tree, ensure_ascii=draw(st.booleans()))
    for at, verbatim in enumerate(raw):
        text = text.replace(f'"{_mark(at)}"', verbatim)
    body = text.encode("utf-8", "surrogatepass")
    return draw(st.just(body) | _torn(body)) if len(body) < 100_000 else body


@st.composite
def _torn(draw: st.DrawFn, body: bytes) -> bytes:
    """Cut off, or with other bytes in between."""
    at = draw(st.integers(0, len(body)))
    return body[:at] + draw(st.binary(max_size=3)) + body[at + draw(st.integers(0, 40)) :]


def _other() -> st.SearchStrategy[Any]:
    """A value of another type, to be changed at will."""
    return st.sampled_from(OTHER).map(copy.deepcopy)


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every element: what holds it, and under which name or number."""
    todo = [tree]
    while todo:
        parent = todo.pop()
        keys = parent.keys() if isinstance(parent, dict) else range(len(parent))
        for key in keys:
            yield parent, key
            if isinstance(parent[key], dict | list):
                todo.append(parent[key])


def _mark(at: int) -> str:
    return f"@@{at}@@"


def _verbatim(raw: list[str], text: str) -> str:
    """What stands for a text that no JSON writer would write."""
    raw.append(text)
    return _mark(len(raw) - 1)


def _leave_out(_: st.DrawFn, parent: Any, key: Any, __: list[str]) -> None:
    del parent[key]


def _repeat(draw: st.DrawFn, parent: Any, key: Any, raw: list[str]) -> None:
    """Again in the array; or the element twice in its object, the second time otherwise."""
    if isinstance(parent, list):
        parent[key:key] = [copy.deepcopy(parent[key])] * draw(st.sampled_from(MANY))
    else:
        other = json.dumps(draw(st.sampled_from(OTHER)))
        parent[key] = _verbatim(raw, f"1, {json.dumps(key)}: {other}")


def _rename(draw: st.DrawFn, parent: Any, key: Any, _: list[str]) -> None:
    if isinstance(parent, dict):
        value = parent.pop(key)
        parent[draw(st.sampled_from(WORDS) | st.text(max_size=8))] = value


def _retype(draw: st.DrawFn, parent: Any, _: Any, __: list[str]) -> None:
    if isinstance(parent, dict):
        parent["resourceType"] = draw(st.sampled_from(TYPES) | _other())


def _replace(draw: st.DrawFn, parent: Any, key: Any, _: list[str]) -> None:
    parent[key] = draw(_other() | st.sampled_from(TEXTS) | st.text(max_size=20))


def _number(draw: st.DrawFn, parent: Any, key: Any, raw: list[str]) -> None:
    parent[key] = _verbatim(raw, draw(st.sampled_from(NUMBERS)))


def _escape(draw: st.DrawFn, parent: Any, key: Any, raw: list[str]) -> None:
    parent[key] = _verbatim(raw, draw(st.sampled_from(ESCAPES)))


def _lengthen(draw: st.DrawFn, parent: Any, key: Any, _: list[str]) -> None:
    parent[key] = draw(st.sampled_from("aé€ ")) * draw(st.sampled_from(LENGTHS))


def _deepen(draw: st.DrawFn, parent: Any, key: Any, raw: list[str]) -> None:
    """Under so many extensions, items, or arrays of arrays."""
    before, after = draw(
        st.sampled_from(
            (
                ('{"extension":[', "]}"),
                ("[", "]"),
                ('{"item":[', "]}"),
                ('{"resourceType":"Bundle","type":"collection","entry":[{"resource":', "}]}"),
            )
        )
    )
    times = draw(st.sampled_from(DEPTHS))
    parent[key] = _verbatim(raw, before * times + json.dumps(str(key)) + after * times)


def _swap(draw: st.DrawFn, parent: Any, key: Any, _: list[str]) -> None:
    """With another element beside it."""
    keys = list(parent) if isinstance(parent, dict) else list(range(len(parent)))
    other = keys[draw(st.integers(0, len(keys) - 1))]
    parent[key], parent[other] = parent[other], parent[key]


WAYS = (
    _leave_out, _repeat, _rename, _retype, _replace, _replace, _number, _escape, _lengthen, _deepen,
    _swap,
)  # fmt: skip
"""All that may be wrong with an element."""
