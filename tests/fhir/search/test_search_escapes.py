"""Commas and bars part a value, unless they are escaped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fhir.search.escapes import alternatives, escaped, parts, plain, well_escaped

AWKWARD = st.text(alphabet=st.sampled_from("a,|$\\ é\n"), max_size=12) | st.text(max_size=12)


@given(st.lists(AWKWARD, min_size=1, max_size=6))
def test_what_was_escaped_comes_apart_as_it_was(texts: list[str]) -> None:
    value = ",".join(escaped(text) for text in texts)
    assert well_escaped(value)
    assert [plain(one) for one in alternatives(value)] == texts
    assert parts("|".join(escaped(text) for text in texts)) == texts


@given(AWKWARD)
def test_no_value_is_lost_however_it_is_escaped(value: str) -> None:
    assert ",".join(alternatives(value)) == value


@pytest.mark.parametrize(("value", "good"), [("a\\,b", True), ("a\\b", False), ("a\\", False)])
def test_a_backslash_escapes_only_what_can_part(value: str, good: bool) -> None:  # noqa: FBT001
    assert well_escaped(value) is good


def test_empty_values_are_seen() -> None:
    assert alternatives("a,,b,") == ["a", "", "b", ""]
    assert parts("|") == ["", ""]
