"""How long a decision takes, and its explanation, beside a bare loop that explains nothing.

Run from the top folder: ``python tests/bench/triage_bench.py``. One line per benchmark:
name, ours and floor (microseconds a decision, median), their ratio, p50 and p99 of ours.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter_ns

sys.path.insert(0, str(Path(__file__).parents[2]))
sys.path.insert(0, str(Path(__file__).parents[1] / "triage"))

from test_many_pictures import drawn, picture_of, without
from triage_examples import NOW, PROTOCOL

from triage.conclude import conclude
from triage.decide import decide
from triage.explanation import explain
from triage.need import Kind
from triage.picture import FACTS, Picture
from triage.scores.news2 import news2

PICTURES = 2_000
ROUNDS = 3


def floor(picture: Picture) -> Kind | None:
    """The first rule that holds, without urgency, lane, reasons or questions."""
    values = PROTOCOL.evaluate(picture, news2(picture))
    for rule, holds in zip(PROTOCOL.rules, values, strict=True):
        if holds and rule.row.kind is not None:
            return rule.row.kind
    return None


def timed(call: Callable[[Picture], object], pictures: list[Picture]) -> tuple[float, float]:
    """Median and 99th percentile of one call, in microseconds."""
    spent = []
    for _ in range(ROUNDS):
        for picture in pictures:
            start = perf_counter_ns()
            call(picture)
            spent.append((perf_counter_ns() - start) / 1000)
    cuts = quantiles(spent, n=100)
    return cuts[49], cuts[98]


CALLS: dict[str, Callable[[Picture], object]] = {
    "conclude": lambda picture: conclude(PROTOCOL, picture),
    "decide": lambda picture: decide(PROTOCOL, picture, NOW),
    "explain": lambda picture: explain(PROTOCOL, picture, NOW),
}
"""The rules alone (aim: 50 us), the advice in words, and all of its explanation (aim: 300 us)."""


def main() -> None:
    """A line for each call, with everything answered, with a few gaps, and with nothing known."""
    random = Random(1)
    facts = [drawn(random) for _ in range(PICTURES)]
    sets = {
        "everything answered": [picture_of(each) for each in facts],
        "ten facts unknown": [
            picture_of(without(each, set(random.sample(FACTS, 10)))) for each in facts
        ],
        "nothing known": [Picture()] * PICTURES,
    }
    for ours in CALLS.values():
        ours(Picture())  # what is made once, is made before
    for name, pictures in sets.items():
        bare, _ = timed(floor, pictures)
        for call, ours in CALLS.items():
            median, slowest = timed(ours, pictures)
            print(
                f"triage {call} ({name}), {median:.0f} us, {bare:.0f} us, "
                f"{median / bare:.1f}, {median:.0f} us, {slowest:.0f} us"
            )


if __name__ == "__main__":
    main()
