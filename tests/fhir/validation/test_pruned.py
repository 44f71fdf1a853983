"""What is wrong is taken out, so that the rest of a body can be judged; nothing else goes."""

from __future__ import annotations

import copy
import json
import random
from typing import Any

import msgspec
import pytest
from fhir_examples import observation, patient, request, transaction

from fhir import validation

NEEDED = frozenset({"Patient", "ServiceRequest"})


def left(resource: Any, needed: frozenset[str] = NEEDED) -> Any:
    kept = validation.sound(json.dumps(resource).encode(), None, needed)
    if kept is None:
        return None
    validation.accept(kept.body)
    return msgspec.json.decode(kept.body)


def test_what_is_right_stays_as_it_is() -> None:
    body = json.loads(transaction(observation("8867-4", 80, "/min")))
    assert left(body) == body


def test_an_element_goes_and_the_others_stay_where_they_were() -> None:
    body = patient(gender="v", name=[{"family": 5}, {"family": "Voorbeeldsma"}], strange=1)
    kept = left(body)
    assert "gender" not in kept
    assert "strange" not in kept
    assert kept["name"][1] == {"family": "Voorbeeldsma"}
    assert kept["identifier"] == body["identifier"]
    assert left(patient(deceasedBoolean="yes")) == patient()


def test_a_resource_that_can_not_be_without_it_goes_as_a_whole() -> None:
    sent = json.loads(transaction(observation("8867-4", 80, "/min", status="done")))
    kept = left(sent)
    assert [one["resource"]["resourceType"] for one in kept["entry"]] == [
        "Patient", "ServiceRequest", "Basic",
    ]  # fmt: skip
    assert kept["entry"][:2] == sent["entry"][:2]
    whole = validation.sound(json.dumps(sent).encode(), "Bundle", NEEDED)
    assert whole is not None
    assert whole.touched == {"Bundle.entry[2].resource"}


def test_without_the_person_or_the_request_nothing_is_left() -> None:
    assert left(json.loads(transaction(request=request(subject=5)))) is None
    assert left({"resourceType": "Task", "status": "draft"}) is None
    assert left({"resourceType": "Dragon"}) is None
    assert left([1]) is None


@pytest.mark.parametrize("wrong", [{"status": "bogus", "intent": 5}, {"status": None}])
def test_a_request_is_tried_with_a_right_code_for_a_wrong_one(wrong: dict[str, Any]) -> None:
    sent = request(**wrong)
    for name in [name for name, value in wrong.items() if value is None]:
        del sent[name]
    kept = left(json.loads(transaction(request=sent)))
    right = request(status="active", intent="order")
    assert kept["entry"][1]["resource"] == right


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_wrong_what_is_left_is_right(seed: int) -> None:
    draw = random.Random(seed)
    tree = json.loads(transaction(observation("8867-4", 80, "/min"), patient(), request()))
    for _ in range(draw.randint(1, 6)):
        places = [(tree, key) for key in tree]
        for holder, key in places:
            inner = holder[key]
            if isinstance(inner, dict | list):
                names = list(inner) if isinstance(inner, dict) else range(len(inner))
                places += [(inner, name) for name in names]
        holder, key = draw.choice(places[2:])
        holder[key] = copy.deepcopy(draw.choice([None, 5, "x y ", [], {}, [{}], ["x"], {"a": 1}]))
    left(tree, frozenset())
