"""What others published is taken; what is refused is really wrong, and says so here."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fhir.resources.R4B import get_fhir_model_class  # noqa: TID251 - the oracle

from fhir import validation
from fhir.outcome import FhirRefused

CORPUS = Path(__file__).parents[2] / "data" / "fhir"
FILES = sorted(path.relative_to(CORPUS).as_posix() for path in CORPUS.rglob("*.json"))

BARS, BARS_11, BARS_12, BARS_14 = (
    f"nhs-bars/examples{version}" for version in ("", "1.1.0", "1.2.0", "1.4.0")
)

# Both this service and the R4B models refuse these: they are not R4.
REFUSED_BY_BOTH = {
    "hl7-r4-examples/Questionnaire-qs1.json": "items without linkId",
    f"{BARS}/appointment/PATCH-body.json": "a patch: no participant, no start",
    f"{BARS}/message_definition/MessageDefinition_ServiceRequest-request_CaseTransfer.json": (
        "holds a MessageDefinition that isn't one either"
    ),
    f"{BARS}/process_message/POST-success.json": "participant without status, Slot.Schedule",
    f"{BARS}/service_request/GET-success.json": "the resource stands in the entry itself",
    f"{BARS}/service_request/POST-success.json": "basedOn no array, PatientInstruction",
    f"{BARS_11}/appointment/GET-success.json": "a time of 12:011:30",
    f"{BARS_11}/document_reference/id/PUT-body.json": "an id with spaces and a bar",
    f"{BARS_12}/Endpoint/success_Endpoint_Atomic.json": "objects for arrays and texts for objects",
    f"{BARS_12}/Endpoint/success_bundle.json": "the type stands in meta",
    f"{BARS_12}/HealthcareService/success_HealthcareService_Atomic.json": "endpoint no array",
    f"{BARS_12}/document_reference/POST-body.json": "no status, no content",
    f"{BARS_12}/document_reference/POST-success.json": "no status, no content",
    f"{BARS_12}/document_reference/id/GET-success.json": "an id with spaces and a bar",
    f"{BARS_12}/service_request/PATCH-body.json": "a patch: no subject; PatientInstruction",
    f"{BARS_14}/Endpoint/post_Endpoint_Atomic.json": "objects for arrays, texts for objects",
    f"{BARS_14}/Endpoint/post_Endpoint_template.json": "objects for arrays, texts for objects",
    f"{BARS_14}/Endpoint/success_Endpoint_Atomic.json": "objects for arrays, texts for objects",
    f"{BARS_14}/Endpoint/success_Endpoint_template.json": "objects for arrays, texts for objects",
    f"{BARS_14}/Endpoint/success_bundle.json": "objects for arrays, texts for objects",
    f"{BARS_14}/Endpoint/success_bundle_template.json": "objects for arrays, texts for objects",
    f"{BARS_14}/HealthcareService/post_HealthcareService_Atomic.json": "providedBy is a text",
    f"{BARS_14}/HealthcareService/success_HealthcareService_Atomic.json": "providedBy is a text",
    f"{BARS_14}/HealthcareService/success_bundle.json": "providedBy is a text",
}

# The models take these, R4 does not.
REFUSED_BY_US = {
    "hl7-r4-examples/DeviceUseStatement-example.json": "reasonReference to a Procedure",
    "hl7-r4-examples/MedicationRequest-medrx0301.json": "a Practitioner as dispensing organization",
    "hl7-r4-examples/Observation-clinical-gender.json": "an Encounter as performer",
    "hl7-r4-examples/Questionnaire-zika-virus-exposure-assessment.json": "an empty narrative",
    f"{BARS}/invalid-base64.json": "issue code 400",
    f"{BARS}/unavailable.json": "issue code 503",
    f"{BARS}/OperationOutcome/REC/500-REC_SERVER_ERROR-too_costly.json": "issue code with a space",
    f"{BARS}/appointment/POST-success.json": "a reference's type is serviceRequest",
    f"{BARS}/document_reference/GET-success-empty.json": "an empty array",
}


def refusal(body: bytes) -> FhirRefused | None:
    try:
        validation.accept(body)
    except FhirRefused as refused:
        return refused
    return None


def oracle_refuses(body: bytes) -> bool:
    tree = json.loads(body)
    try:
        get_fhir_model_class(tree["resourceType"]).model_validate(tree)
    except ValueError:
        return True
    return False


def test_the_corpus_is_there_and_every_exception_names_one_of_its_files() -> None:
    assert len(FILES) > 500
    assert {*REFUSED_BY_BOTH, *REFUSED_BY_US} <= set(FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_published_file_is_judged_as_r4_judges_it(name: Any) -> None:
    body = (CORPUS / name).read_bytes()
    ours = refusal(body)
    exceptions = name in REFUSED_BY_BOTH or name in REFUSED_BY_US
    assert (ours is not None) == exceptions, ours
    assert oracle_refuses(body) == (name in REFUSED_BY_BOTH)


@pytest.mark.parametrize("name", FILES)
def test_the_walker_finds_a_fault_exactly_where_the_decoder_refuses(name: Any) -> None:
    body = (CORPUS / name).read_bytes()
    issues = validation.faults_of(msgspec.json.decode(body))
    assert bool(issues) == (refusal(body) is not None)
    assert all(issue.diagnostics.startswith(issue.expression[0]) for issue in issues)


@pytest.mark.parametrize("kind", ["NutritionProduct", "Citation", "DomainResource"])
def test_a_type_that_r4_has_not_is_named(kind: Any) -> None:
    refused = refusal(json.dumps({"resourceType": kind}).encode())
    assert refused is not None
    assert kind in refused.issues[0].diagnostics
    assert refused.issues[0].code == "not-supported"
