"""The language of conditions: what it takes, what it refuses, and its three values."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from triage_examples import hanging

from triage.compiler import compile_hangs, compile_values
from triage.condition import (
    All,
    AnyOf,
    Compare,
    ConditionError,
    Flag,
    Not,
    OneOf,
    Tree,
    facts_of,
    read,
)
from triage.picture import Picture
from triage.scores.news2 import news2

REFUSED = {
    "ag < 3": ("unknown word: ag", "did you mean age?"),
    "age": ("age is a number", "compare age with a number"),
    "pregnant >= 1": ("pregnant is yes or no", "by itself"),
    "age < 200": ("outside the range of age", "0 to 130"),
    "news2 > 21": ("outside the range of news2", "0 to 20"),
    "age < True": ("compared with True", "plain number"),
    "age < news2": ("compared with news2", "plain number"),
    "urgency == 'U9'": ("'U9' is no code of urgency", "U0, U1, U2"),
    "urgency in ['U1', age]": ("age is no code of urgency", "U0, U1, U2"),
    "urgency < 'U3'": ("urgency is a code", "by == or in"),
    "age == 18": ("age is a number", "compare age with a number"),
    "equipment": ("equipment is nothing", "leave equipment out"),
    "1 < age < 3": ("chained", "joined by 'and'"),
    "pregnant is True": ("only <", "instead of 'is'"),
    "age + 1 > 3": ("a word is expected", "name a fact"),
    "__import__('os')": ("not part of the language", "use and, or, not"),
    "age.real": ("not part of the language", "use and, or, not"),
    "True": ("not part of the language", "use and, or, not"),
    "age <": ("cannot be read", "write it as"),
    "": ("cannot be read", "write it as"),
}


@pytest.mark.parametrize("text", REFUSED)
def test_what_the_vocabulary_does_not_allow_is_refused_with_a_cure(text: str) -> None:
    fault, cure = REFUSED[text]
    with pytest.raises(ConditionError) as refused:
        read(text)
    assert fault in refused.value.fault
    assert cure in refused.value.cure


def test_a_condition_is_read_into_a_tree_that_knows_its_facts() -> None:
    tree = read("age >= 60 and (sex == 'male' or not pregnant)")
    assert tree == All(
        (
            Compare("age", ">=", 60.0),
            AnyOf((OneOf("sex", ("male",)), Not(Flag("pregnant")))),
        )
    )
    assert facts_of(tree) == ("age", "pregnant", "sex")
    assert read("60 <= age") == Compare("age", ">=", 60.0)


def test_a_term_stands_for_its_condition() -> None:
    terms = {"old": read("age >= 60")}
    assert read("not old", terms) == Not(Compare("age", ">=", 60.0))


WORDS = ("red_flag_airway", "red_flag_stroke", "red_flag_fall", "pregnant")
trees = st.recursive(
    st.sampled_from(WORDS).map(Flag),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=2, max_size=3).map(lambda of: All(tuple(of))),
        st.lists(inner, min_size=2, max_size=3).map(lambda of: AnyOf(tuple(of))),
    ),
    max_leaves=6,
)
values = st.fixed_dictionaries({word: st.sampled_from([True, False, None]) for word in WORDS})


def kleene(tree: Tree, facts: dict[str, bool | None]) -> bool | None:
    """The textbook tables: false, unknown, true as 0, 1/2, 1; and is least, or is most."""

    def level(of: Tree) -> float:
        match of:
            case Not(of=part):
                return 1 - level(part)
            case All(of=parts):
                return min(level(part) for part in parts)
            case AnyOf(of=parts):
                return max(level(part) for part in parts)
            case _:
                return {True: 1.0, False: 0.0, None: 0.5}[facts[of.word]]

    return {1.0: True, 0.0: False, 0.5: None}[level(tree)]


@given(trees, values)
def test_compiled_conditions_follow_kleene(tree: Tree, facts: dict[str, bool | None]) -> None:
    picture = Picture(**facts)  # type: ignore[arg-type]
    (value,) = compile_values([tree])(picture, news2(picture))
    assert value is kleene(tree, facts)


@given(trees, values)
def test_an_unknown_condition_hangs_on_unknown_facts_and_no_answer_to_others_settles_it(
    tree: Tree, facts: dict[str, bool | None]
) -> None:
    picture = Picture(**facts)  # type: ignore[arg-type]
    if kleene(tree, facts) is not None:
        return
    hangs = set(hanging(compile_hangs(tree), picture))
    assert hangs
    assert all(facts[fact] is None for fact in hangs)
    others = [fact for fact in WORDS if facts[fact] is None and fact not in hangs]
    for answers in itertools.product((True, False), repeat=len(others)):
        assert kleene(tree, {**facts, **dict(zip(others, answers, strict=True))}) is None


def test_a_score_is_compared_as_a_range() -> None:
    (condition,) = [read("news2 >= 5")]
    evaluate = compile_values([condition, read("news2 < 5"), read("news2_any_three")])
    nothing = Picture()
    assert evaluate(nothing, news2(nothing)) == (None, None, None)
    ill = Picture(respiration_rate=25.0, pulse=131.0)
    assert evaluate(ill, news2(ill)) == (True, False, True)
    assert "temperature" in hanging(compile_hangs(condition), nothing)
