"""The model against the evaluator: both compiled from the tables, by different ways."""

from __future__ import annotations

from random import Random

import pytest
from proof_fold import fold
from proof_pictures import random_pictures
from proof_protocol import PROTOCOL
from proof_words import PRESENT
from red_flags import FLAGS

from triage.conclude import Conclusion, conclude
from triage.need import Kind
from triage.picture import Picture
from triage.proof.outcome import outcome
from triage.proof.prover import Prover
from triage.proof.reading import Reading
from triage.proof.symbols import Symbols
from triage.urgency import Urgency

QUICK, LONG = 1_500, 20_000


def expected(concluded: Conclusion) -> list[bool]:
    return [
        *(concluded.urgency <= urgency for urgency in Urgency),
        concluded.acute,
        not concluded.open,
        concluded.undecided,
        *(concluded.kind is kind for kind in Kind),
        *(kind in concluded.alternatives for kind in Kind),
        *(rule in concluded.fired for rule in PROTOCOL.rules),
        *(rule is concluded.chosen for rule in PROTOCOL.rules),
        *(rule in concluded.open for rule in PROTOCOL.rules),
    ]


def compare(pictures: int, seed: int) -> int:
    """How many different conclusions were met; every one is as the model has it."""
    symbols = Symbols()
    model = outcome(PROTOCOL, symbols)
    values = fold(
        [
            *(model.at_least[urgency] for urgency in Urgency),
            model.acute,
            model.final,
            model.undecided,
            *(model.kind[kind] for kind in Kind),
            *(model.alternative[kind] for kind in Kind),
            *model.counts,
            *model.chosen,
            *model.open,
        ]
    )
    met = set()
    for picture in random_pictures(PROTOCOL, Random(seed), pictures):
        concluded = conclude(PROTOCOL, picture)
        assert list(values(assigned(symbols, picture))) == expected(concluded), picture
        met.add((concluded.kind, concluded.urgency, not concluded.open))
    return len(met)


def assigned(symbols: Symbols, picture: Picture) -> dict[str, bool]:
    return {bit.decl().name(): value for bit, value in symbols.assignment(picture)}


def test_the_model_concludes_what_the_evaluator_concludes() -> None:
    assert compare(QUICK, seed=20261122) > 30


@pytest.mark.long
def test_the_model_concludes_what_the_evaluator_concludes_over_many_pictures() -> None:
    assert compare(LONG, seed=3) > 60


def test_the_list_of_flags_says_the_same_to_people_and_to_the_solver() -> None:
    symbols = Symbols()
    reading = Reading(symbols)
    formulas = {flag.name: PRESENT[flag.name](reading).true for flag in FLAGS}
    values = fold(list(formulas.values()))
    for picture in random_pictures(PROTOCOL, Random(11), 1000):
        told = values(assigned(symbols, picture))
        assert told == tuple(flag.present(picture) for flag in FLAGS), picture


def test_a_picture_that_the_solver_shows_is_concluded_as_the_model_says() -> None:
    prover = Prover(PROTOCOL)
    kinds = list(prover.outcome.kind)
    shown = prover.which(list(prover.outcome.kind.values()), prover.outcome.final)
    for number, picture in shown.items():
        concluded = conclude(PROTOCOL, picture)
        assert (concluded.kind, concluded.open) == (kinds[number], [])
