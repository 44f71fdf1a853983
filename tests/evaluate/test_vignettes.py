"""Every vignette comes out safe: never less acute than its label, through the FHIR front door.

The labels are a reading of public criteria (domain.md), made apart from the tables of rules.
"""

import pytest
from fhir.resources.R4B.bundle import Bundle  # noqa: TID251 - the oracle
from verdicts import Judged, Verdict, judge, judged
from vignette_bundle import BUNDLES, texts
from vignettes import Vignette, Wanted, base, themes

from fhir.validation import validate_bundle
from triage.need import Kind
from triage.protocol import load

MOST_UNSAFE = 0
"""How many vignettes may come out unsafe."""

LEAST_RIGHT = 0.9
"""The share that comes out as labelled; the rest is more careful, or other care as acute."""

FOUND = judged(load())
EVERY = [one for theme in FOUND.values() for one in theme]


def told(found: list[Judged]) -> str:
    return "\n".join(
        f"{one.vignette.id}: {one.advice.kind} {one.advice.urgency} {one.advice.lane}"
        f" {one.advice.status}: {'; '.join(one.why)}"
        for one in found
    )


@pytest.mark.parametrize("theme", FOUND)
def test_no_vignette_of_a_theme_comes_out_unsafe(theme: str) -> None:
    print(told([one for one in FOUND[theme] if one.verdict is not Verdict.RIGHT]))
    unsafe = [one for one in FOUND[theme] if one.verdict is Verdict.UNSAFE]
    assert len(unsafe) <= MOST_UNSAFE, told(unsafe)


def test_most_vignettes_come_out_as_labelled() -> None:
    wrong = [one for one in EVERY if one.verdict is not Verdict.RIGHT]
    assert 1 - len(wrong) / len(EVERY) >= LEAST_RIGHT, told(wrong)


def test_there_are_enough_and_every_kind_of_care_is_the_label_of_one() -> None:
    assert len(EVERY) >= 150
    labelled = {kind for one in EVERY for kind in one.vignette.expect.kind}
    assert labelled == set(Kind)


def test_every_red_flag_is_there_present_and_not_asked() -> None:
    common = base()
    links = {f"red-flag.{flag}" for flag in common.flags}
    answered = [common.answers(one.vignette) for one in EVERY]
    assert {link for link in links for each in answered if each.get(link)} == links
    asks = {fact for one in EVERY for fact in one.vignette.expect.asks}
    assert links <= asks


def test_every_label_says_which_criterion_gives_it() -> None:
    named = ("domain.md", "contract.md", "issue")
    assert [one.vignette.id for one in EVERY if not any(n in one.vignette.why for n in named)] == []


def test_the_bundles_are_what_the_vignettes_make() -> None:
    on_file = {path.stem: path.read_text("utf-8") for path in BUNDLES.glob("*.json")}
    assert on_file == texts(), "run python tests/evaluate/vignette_bundle.py"


def test_the_bundles_are_valid_for_us() -> None:
    for path in BUNDLES.glob("*.json"):
        validate_bundle(path.read_bytes())


@pytest.mark.parametrize("vignette", ["elv-hoog", "fahrenheit", "alarm-geen-contact"])
def test_a_bundle_is_valid_for_the_specification(vignette: str) -> None:
    Bundle.model_validate_json((BUNDLES / f"{vignette}.json").read_bytes())


def of(name: str) -> Judged:
    return next(one for one in EVERY if one.vignette.id == name)


def labelled(name: str) -> Vignette:
    return next(one for theme in themes().values() for one in theme.vignette if one.id == name)


@pytest.mark.parametrize(
    ("advice_of", "label_of", "verdict"),
    [
        ("vlag-beroerte", "vlag-beroerte", Verdict.RIGHT),
        ("wijkverpleging-steunkousen", "vlag-beroerte", Verdict.UNSAFE),  # less acute
        ("vlag-buik", "vlag-beroerte", Verdict.UNSAFE),  # only 112 answers it
        ("elv-laag-pols", "elv-met-wlz", Verdict.UNSAFE),  # forbidden
        ("wijkverpleging-steunkousen", "niet-gevraagd-stroke", Verdict.UNSAFE),  # had to ask
        ("wijkverpleging-steunkousen", "hap-wordt-verpleging", Verdict.UNSAFE),  # not acute
        ("elv-laag-pols", "seh-wordt-elv", Verdict.UNSAFE),  # no safety net
        ("niet-gevraagd-stroke", "wijkverpleging-steunkousen", Verdict.CAREFUL),  # asks
        ("vlag-beroerte", "elv-laag-pols", Verdict.CAREFUL),  # more acute
        ("elv-hoog", "elv-laag-pols", Verdict.OTHER),
        ("niet-gevraagd-stroke", "niet-gevraagd-sepsis", Verdict.OTHER),  # asks something else
    ],
)
def test_a_verdict_says_what_an_advice_is_worth_for_a_label(
    advice_of: str, label_of: str, verdict: Verdict
) -> None:
    assert judge(labelled(label_of), of(advice_of).advice).verdict is verdict


def test_a_label_that_asks_something_is_provisional() -> None:
    asking = [one.vignette for one in EVERY if one.vignette.expect.asks]
    assert {one.expect.status for one in asking} == {Wanted.PROVISIONAL}
