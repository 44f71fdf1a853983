"""What we check of R4 is what R4 says, element by element; each difference has its reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin

from conftest import ROOT
from definitions import R4, Declared, codes, declared, invariants, resources, structures
from nodejs import fetched

from fhir.validation import bindings
from fhir.validation.primitives import PRIMITIVES, Primitive
from fhir.validation.shape import Element, Shape
from fhir.validation.shapes import read_shapes
from fhir.validation.type_names import EVERYDAY

pytestmark = fetched
SHAPES = read_shapes()

MEDPLUM = "medplum's own addition: R4 has it not"
R5 = "medplum has R5's; ours are of R4's JSON schema (fhir.schema.json)"
FORM = "the list is not R4's: its form is checked"
_RESEARCH = """
    associatedParty classifier comparisonGroup descriptionSummary label name outcomeMeasure
    progressStatus recruitment region result studyDesign whyStopped"""
_VARIABLE = (
    "definitionByCombination: missing", "definitionByTypeAndValue: missing",
    "definitionDataRequirement: not in R4", "definitionId: missing",
    "definitionReference: targets", "definitionTriggerDefinition: not in R4",
    "description: type", "durationQuantity: missing", "durationRange: missing",
    "groupMeasure: not in R4", "instancesQuantity: missing", "instancesRange: missing",
    "linkId: missing", "note: missing", "participantEffectiveDateTime: not in R4",
    "participantEffectiveDuration: not in R4", "participantEffectivePeriod: not in R4",
    "participantEffectiveTiming: not in R4", "timeFromEvent: missing",
    "timeFromStart: not in R4", "usageContext: not in R4",
)  # fmt: skip
DIFFERENCES = {
    **dict.fromkeys(
        (
            "Meta.project: missing", "Meta.author: missing", "Meta.onBehalfOf: missing",
            "Meta.account: missing", "Meta.accounts: missing", "Meta.compartment: missing",
            "Meta.deleted: missing", "Binary.url: missing", "HealthcareService.offeredIn: missing",
            "AuditEventAgent.who: targets", "AuditEventSource.observer: targets",
            "MeasureReport.subject: targets", "DeviceDefinition.bodySite: missing",
            "DeviceDefinition.classification: missing", "ObservationDefinition.publisher: missing",
            "ResearchStudy.site: targets", "ResearchStudyObjective.description: missing",
        ),
        MEDPLUM,
    ),
    **dict.fromkeys((f"ResearchStudy.{name}: missing" for name in _RESEARCH.split()), MEDPLUM),
    **dict.fromkeys((f"EvidenceVariableCharacteristic.{what}" for what in _VARIABLE), R5),
    "EvidenceVariable.characteristic: required": R5,
    "BundleEntryResponse.outcome: type": "medplum asks for an OperationOutcome, R4 for a resource",
    "QuestionnaireItem.type: codes": "question is abstract: an item may not have it",
    "Attachment.contentType: codes": FORM,
    "Binary.contentType: codes": FORM,
    "CapabilityStatement.format: codes": FORM,
    "CapabilityStatement.patchFormat: codes": FORM,
    "EffectEvidenceSynthesisEffectEstimate.unitOfMeasure: codes": FORM,
    "ElementDefinitionMapping.language: codes": FORM,
    "Endpoint.payloadMimeType: codes": FORM,
    "ImplementationGuide.license: codes": FORM,
    "MolecularSequenceStructureVariant.variantType: codes": FORM,
    "Money.currency: codes": FORM,
    "ResearchElementDefinitionCharacteristic.unitOfMeasure: codes": FORM,
    "RiskEvidenceSynthesisRiskEstimate.unitOfMeasure: codes": FORM,
    "Signature.sigFormat: codes": FORM,
    "Signature.targetFormat: codes": FORM,
    "SubscriptionChannel.payload: codes": FORM,
    "TestScriptSetupActionAssert.contentType: codes": FORM,
    "TestScriptSetupActionOperation.accept: codes": FORM,
    "TestScriptSetupActionOperation.contentType: codes": FORM,
}  # fmt: skip


def shapes_of(base: str) -> list[Shape]:
    return [shape for shape in SHAPES.values() if shape.base == base]


def differences() -> Iterator[str]:
    """Whatever R4 has otherwise than we, for each type that we compile."""
    seen: dict[str, set[str]] = {}
    for one in declared():
        for shape in shapes_of(one.base):
            seen.setdefault(shape.name, set()).add(one.name)
            element = shape.elements.get(one.name)
            what = "missing" if element is None else "".join(_difference(one, shape, element))
            if what:
                yield f"{one.base}.{one.name}: {what}"
    for name, names in seen.items():
        for extra in SHAPES[name].elements.keys() - names:
            if not extra.startswith("_"):
                yield f"{SHAPES[name].base}.{extra}: not in R4"


def _difference(one: Declared, shape: Shape, element: Element) -> Iterator[str]:
    if one.many != element.many:
        yield "how many"
    if one.choice:
        choice = next(
            (each for each in shape.choices if element.attribute in each.attributes), None
        )
        instead = shape.base in {"Extension", "ParametersParameter"}
        if (
            element.step != one.choice
            or choice is None
            or choice.required != one.required | instead
        ):
            yield "choice"
    elif one.required != (element.required or one.name in shape.needed):
        yield "required"
    if element.primitive is not None:
        yield from _of_primitive(one, element.primitive)
    else:
        yield from _of_part(one, shape, SHAPES.get(str(element.shape)))


def _of_primitive(one: Declared, primitive: Primitive) -> Iterator[str]:
    literal = get_origin(primitive.type) is Literal
    ours = frozenset(get_args(primitive.type)) if literal else None
    if one.bound:
        theirs = codes(one.bound)
        if ours is None or ours != theirs:
            yield "codes"
    elif literal:
        yield "codes that R4 does not bind"
    elif one.base == "Reference" or (one.name == "id" and primitive is PRIMITIVES["id"]):
        return  # ours say more; of a resource's id R4's own definition says string
    elif primitive is not PRIMITIVES.get(one.kind):
        yield "type"


def _of_part(one: Declared, shape: Shape, part: Shape | None) -> Iterator[str]:
    if one.kind == "Reference":
        if part is None or part.base != "Reference" or part.targets != one.targets:
            yield "targets"
    elif one.kind in {"BackboneElement", "Element", "", "Resource"}:
        return
    elif part is None or part.base != one.kind:
        yield "type"
    if one.bound and one.name not in {name for name, *_ in bindings.CONCEPTS.get(shape.base, ())}:
        yield "codes"


def test_every_element_has_the_type_number_codes_and_targets_that_r4_gives_it() -> None:
    assert len(list(declared())) > 5_000
    assert set(differences()) == set(DIFFERENCES)


def test_every_type_that_is_compiled_was_compared() -> None:
    known = {one.base for one in declared()}
    assert {shape.base for shape in SHAPES.values()} - known == {"FHIRPrimitiveExtension"}


def test_what_medplum_has_of_r5_has_the_elements_of_the_schema_of_r4() -> None:
    schema = json.loads((R4 / "fhir.schema.json").read_bytes())["definitions"]
    ours = SHAPES["EvidenceVariableCharacteristic"].elements.keys()
    assert ours == schema["EvidenceVariable_Characteristic"]["properties"].keys()


def test_the_schema_of_r4_has_the_same_arrays_and_needs_the_same_parts() -> None:
    schema = json.loads((R4 / "fhir.schema.json").read_bytes())["definitions"]
    ours = {shape.base: shape for shape in SHAPES.values()}
    compared = {name: one for name, one in schema.items() if name.replace("_", "") in ours}
    for name, one in compared.items():
        shape = ours[name.replace("_", "")]
        properties = one.get("properties", {})
        elements = [each for each in shape.elements.values() if each.name in properties]
        needed = {each.name for each in elements if each.required} | set(shape.needed)
        told = set(one.get("required", ())) - {"resourceType"}  # of few primitives
        assert told <= needed, name
        assert {each for each in needed if shape.elements[each].primitive is None} <= told, name
        many = {each for each, of in properties.items() if of.get("type") == "array"}
        assert {each.name for each in elements if each.many} == many & shape.elements.keys(), name
    assert len(compared) > 400


def test_concepts_have_the_codes_of_their_required_binding() -> None:
    bound = {(one.base, one.name): one.bound for one in declared() if one.bound}
    for base, concepts in bindings.CONCEPTS.items():
        for name, _, ours in concepts:
            assert ours == codes(bound[base, name])


NOT_CHECKED = {
    "ctm-1": "asks what a reference in another system refers to",
    "ppc-2": "its own expression names no code system, and never fails",
    "ppc-3": "idem",
    "ppc-4": "idem",
    "ppc-5": "idem",
    "ele-1": "an empty object is refused as such",
    "mqty-1": "no element of our types is a MoneyQuantity",
    "ext-1": "told as a choice, or a value that is missing",
}
_ELSEWHERE = """
    att-1 bdl-1 bdl-2 bdl-3 bdl-4 bdl-5 bdl-7 bdl-8 bdl-11 bdl-12 cpt-2 dom-2 dom-3 dom-4 obs-3
    obs-6 obs-7 pat-1 per-1 qty-3 ref-1"""
TESTED_ELSEWHERE = frozenset(_ELSEWHERE.split())
"""By tests/fhir/validation/test_validation.py."""
ALIAS = {"sqty-1": "unknown-element"}
"""A SimpleQuantity has no comparator at all."""


def test_each_invariant_is_broken_by_an_example_or_left_out_for_a_reason() -> None:
    examples: list[Any] = json.loads((ROOT / "tests" / "data" / "broken_rules.json").read_bytes())
    broken = {rule for _, rule in examples}
    data = {one["name"] for one in resources("profiles-types.json") if "name" in one}
    bases = {shape.base for shape in read_shapes(EVERYDAY).values()} & structures().keys()
    bases |= {shape.base for shape in SHAPES.values()} & data - {"ElementDefinition"}
    asked = {ALIAS.get(one.key, one.key) for one in invariants() if one.path.split(".")[0] in bases}
    assert asked - broken - TESTED_ELSEWHERE - NOT_CHECKED.keys() == set()
    assert TESTED_ELSEWHERE - asked == set()
