"""How long validation takes, beside fhir.resources on the same bundles.

Run from the top folder: ``python tests/bench/validation_bench.py``. Two lines per bundle, the
compiled validation alone and with the limits before it: name, ours and floor (the R4B model
reading the same JSON, which checks less), both microseconds a bundle and the best of the rounds'
medians, their ratio, p50 and p99 of ours. And one line of every published example that is taken,
one after the other: ours, floor (microseconds a file on average, best of the rounds), ratio.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from statistics import quantiles
from time import perf_counter_ns
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

import msgspec
from fhir.resources.R4B import get_fhir_model_class  # noqa: TID251 - what we measure against
from fhir.resources.R4B.bundle import Bundle  # noqa: TID251 - idem

from fhir import validation
from fhir.outcome import FhirRefused

TESTS = Path(__file__).parents[1]
BUNDLES = {
    "bars-message": "data/fhir/nhs-bars/examples/process_message/POST-body.json",
    "nl-directory": "data/fhir/nl-generic-functions/Bundle-phi-org1.json",
    "hl7-report": "data/fhir/hl7-r4-examples/Bundle-b248b1b2-1686-4b94-9936-37d7a5f94b51.json",
    "referral-elv-high": "scenarios/elv-high.json",
    "referral-nursing": "scenarios/nursing-technical.json",
}
ROUNDS, OURS_A_ROUND, FLOOR_A_ROUND = 8, 250, 25
ROUNDS_OF_ALL = 3


def checked(body: bytes) -> None:
    validation.accept(body, "Bundle")


def floor(body: bytes) -> None:
    Bundle.model_validate(msgspec.json.decode(body))


def measured(run: Callable[[bytes], Any], body: bytes, times: int) -> list[float]:
    took = []
    for _ in range(times):
        started = perf_counter_ns()
        run(body)
        took.append((perf_counter_ns() - started) / 1000)
    return took


def middle(took: list[float]) -> float:
    return sorted(took)[len(took) // 2]


def taken() -> list[tuple[str, bytes]]:
    """Every published example that is taken, with its type."""
    found = []
    for path in sorted((TESTS / "data" / "fhir").rglob("*.json")):
        body = path.read_bytes()
        try:
            validation.accept(body)
        except FhirRefused:
            continue
        tree = msgspec.json.decode(body)
        found.append((tree["resourceType"], msgspec.json.encode(tree)))
    return found


def corpus() -> str:
    """The line of all examples."""
    files = taken()
    models = {kind: get_fhir_model_class(kind) for kind, _ in files}

    def ours() -> None:
        for kind, body in files:
            validation.accept(body, kind)

    def theirs() -> None:
        for kind, body in files:
            models[kind].model_validate(msgspec.json.decode(body))

    each = []
    for run in (ours, theirs):
        run()
        took = []
        for _ in range(ROUNDS_OF_ALL):
            started = perf_counter_ns()
            run()
            took.append((perf_counter_ns() - started) / 1000 / len(files))
        each.append(min(took))
    best, bound = each
    size = sum(len(body) for _, body in files) // len(files)
    return (
        f"with limits all {len(files)} examples of {size} bytes, {best:.0f} us, {bound:.0f} us, "
        f"{best / bound:.3f}"
    )


def main() -> None:
    validation.warm()
    print(corpus())
    for name, path in BUNDLES.items():
        # As programs send it: without the indentation of an example.
        body = msgspec.json.encode(msgspec.json.decode((TESTS / path).read_bytes()))
        measured(floor, body, 5)
        rounds = [measured(floor, body, FLOOR_A_ROUND) for _ in range(ROUNDS)]
        bound = min(middle(took) for took in rounds)
        for label, run in (("validation", validation.validate_bundle), ("with limits", checked)):
            measured(run, body, 50)
            rounds = [measured(run, body, OURS_A_ROUND) for _ in range(ROUNDS)]
            best = min(middle(took) for took in rounds)
            percent = quantiles((each for took in rounds for each in took), n=100)
            print(
                f"{label} {name} {len(body)} bytes, {best:.0f} us, {bound:.0f} us, "
                f"{best / bound:.3f}, {percent[49]:.0f} us, {percent[98]:.0f} us"
            )


if __name__ == "__main__":
    main()
