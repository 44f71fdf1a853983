"""A hostile body is refused in our own words, whatever it is."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.outcome import FhirRefused
from fhir.validation import limits


def check(body: bytes) -> None:
    limits.check(body)
    limits.check_keys(body, msgspec.json.encode(limits.decode(body)))


def refusal(body: bytes) -> tuple[str, str]:
    with pytest.raises(FhirRefused) as caught:
        check(body)
    assert caught.value.issues[0].diagnostics
    return caught.value.kind, caught.value.issues[0].details


def refusal_or_none(body: bytes) -> FhirRefused | None:
    try:
        check(body)
    except FhirRefused as refused:
        return refused
    return None


def nested(levels: int) -> bytes:
    return b'{"a":' + b"[" * (levels - 1) + b"]" * (levels - 1) + b"}"


def test_an_ordinary_body_passes() -> None:
    check(b'{"resourceType": "Patient", "name": [{"given": ["A\\"b\\\\", "[{:,"]}]}')
    check(b'{"a": "\\t\\r\\n\\u0009\\u000A\\u000d \\\\b \\\\u0007 \\u007f"}')


@pytest.mark.parametrize(
    ("body", "kind", "details"),
    [
        (b"", "invalid", "body-empty"),
        (b" \n\t", "invalid", "body-empty"),
        (b'{"a":"' + b"x" * limits.MAX_BYTES + b'"}', "too-large", "body-too-large"),
        (b'{"a":"\x00"}', "invalid", "nul-character"),
        (b'{"a":"\\u0000"}', "invalid", "nul-character"),
        (b'{"a":"\\\\\\u0000"}', "invalid", "nul-character"),
        (b'{"a\\u0000":1}', "invalid", "nul-character"),
        (b'{"a":"\\u0007"}', "invalid", "control-character"),
        (b'{"a":"\\u001F"}', "invalid", "control-character"),
        (b'{"a":"\\\\\\b"}', "invalid", "control-character"),
        (b'{"a":"\\f"}', "invalid", "control-character"),
        (b'{"a":"\xff"}', "invalid", "not-utf-8"),
        (b'{"\x80a":1}', "invalid", "not-utf-8"),
        (b'{"a":"\xed\xa0\x80"}', "invalid", "not-utf-8"),
        (b'{"a":"\\ud800"}', "invalid", "not-json"),
        (b'\xef\xbb\xbf{"a":1}', "invalid", "not-an-object"),
        (b'{"a":NaN}', "invalid", "not-json"),
        (b'{"a":1e999}', "invalid", "not-json"),
        (b'{"a":' + b"9" * 10_000 + b"}", "invalid", "not-json"),
        (b'{"a":1', "invalid", "not-json"),
        (b'{"a":1}}', "invalid", "not-json"),
        (b'{"a":1} {"b":2}', "invalid", "not-json"),
        (b"{" * 50, "invalid", "not-json"),
        (b'"\\', "invalid", "not-an-object"),
        (b"[]", "invalid", "not-an-object"),
        (b'"text"', "invalid", "not-an-object"),
        (b"null", "invalid", "not-an-object"),
        (b'{"a":' + b"[" * 15_000, "too-large", "too-deep"),
        (b"[" * 100_000, "too-large", "too-many-values"),
        (b'{"a":' * 15_000, "too-large", "too-deep"),
        (b'{"a":' * 100_000, "too-large", "too-many-values"),
        (b'{"a":[' + b"1," * 30_000 + b"1]}", "too-large", "too-many-values"),
        (b'{"extension":[' + b'{"url":"x"},' * 20_000 + b"{}]}", "too-large", "too-many-values"),
    ],
)
def test_a_hostile_body_is_refused_by_name(body: Any, kind: Any, details: Any) -> None:
    assert refusal(body) == (kind, details)


def test_depth_is_counted_to_the_level() -> None:
    check(nested(limits.MAX_DEPTH))
    assert refusal(nested(limits.MAX_DEPTH + 1)) == ("too-large", "too-deep")


def test_brackets_in_strings_neither_deepen_nor_hide_depth() -> None:
    check(json.dumps({"a": "[" * 500, "b": ['"[', '\\"{', "}{" * 100]}).encode())
    deep: object = "]]"
    for _ in range(limits.MAX_DEPTH + 1):
        deep = ["]", deep, '\\"]']
    assert refusal(json.dumps({"a": deep}).encode()) == ("too-large", "too-deep")


def test_an_escaped_backslash_before_u0000_is_no_nul() -> None:
    check(b'{"a":"\\\\u0000"}')


@pytest.mark.parametrize(
    "body",
    [
        b'{"a":1,"a":1}',
        b'{"a":1 , "a" : 2}',
        b'{"b":{"c":[{"a":1,"b":2,"a":3}]}}',
        b'{"a":1,"\\u0061":2}',
        b'{"x":"\\u003a","y":"\\u003a","a":1,"a":2}',
        b'{"x":":::\\":","a":1,"a":2}',
    ],
)
def test_an_element_named_twice_is_refused(body: Any) -> None:
    assert refusal(body) == ("invalid", "duplicate-key")


def test_the_same_name_in_two_objects_is_fine() -> None:
    check(b'{"a":{"a":1},"b":[{"a":1},{"a":"\\u00e9:\\u003a"}]}')


@given(st.binary(max_size=200))
def test_no_bytes_raise_anything_but_a_refusal(body: Any) -> None:
    refused = refusal_or_none(body)
    assert refused is None or refused.issues


texts = st.text().filter(lambda text: all(one >= " " or one in "\t\r\n" for one in text))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | texts,
    lambda inner: st.lists(inner) | st.dictionaries(texts, inner),
    max_leaves=30,
)


@given(st.dictionaries(texts, json_values), st.sampled_from([None, 1]), st.booleans())
def test_any_json_object_of_texts_passes(value: Any, indent: Any, ascii_only: Any) -> None:
    check(json.dumps(value, indent=indent, ensure_ascii=ascii_only).encode("utf-8", "replace"))
