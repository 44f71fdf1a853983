"""The R4B models read as plain shapes: which elements a type has, how many, and of what.

The one place that looks inside fhir.resources. Both the compiled decoder and the walker that
lists faults are made from these shapes, so they cannot disagree about an element.
"""

from __future__ import annotations

import keyword
from typing import Any, get_args, get_origin

import msgspec

from fhir.resources.R4B import get_fhir_model_class  # noqa: TID251 - fhir/ is where it may
from fhir.validation import bindings
from fhir.validation.primitives import PRIMITIVES, Primitive, one_of, reference_to, type_among

_ACCEPTED = """AllergyIntolerance Appointment AuditEvent Binary Bundle CarePlan CareTeam
    ClinicalImpression Communication Composition Condition Consent Coverage Device
    DeviceUseStatement DiagnosticReport DocumentReference Encounter Endpoint Flag Goal Group
    HealthcareService Immunization List Location MeasureReport Medication MedicationRequest
    MedicationStatement MessageHeader NutritionOrder Observation OperationOutcome Organization
    Parameters Patient Practitioner PractitionerRole Procedure Provenance Questionnaire
    QuestionnaireResponse RelatedPerson RiskAssessment Schedule ServiceRequest Slot Specimen
    Subscription Substance Task"""
ACCEPTED = frozenset(_ACCEPTED.split())
"""Resource types that this service takes."""

_PASSIVE = """AppointmentResponse Basic CommunicationRequest DeviceRequest EpisodeOfCare
    FamilyMemberHistory Media MedicationAdministration MedicationDispense Person
    ValueSet"""
PASSIVE = frozenset(_PASSIVE.split())
"""Resource types that come along with those, contained or in a Bundle, and are only kept."""

COMPILED = tuple(sorted(ACCEPTED | PASSIVE))

RESOURCE = "Resource"
"""Name of the shape that stands for any compiled resource."""

_INSTEAD = {"Extension": ("extension",), "ParametersParameter": ("resource", "part")}
"""What may stand instead of the value, one of them always (ext-1; inv-1 of Parameters)."""


class Element(msgspec.Struct, frozen=True, kw_only=True):
    """One element of a type.

    Attributes:
        name: as in the JSON.
        attribute: as in the struct (a Python word can't be one).
        many: a list of them.
        primitive: the primitive it holds, or None.
        shape: the name of the shape that it holds, or None.
        required: at least one; a required primitive is in ``Shape.needed`` instead.
    """

    name: str
    attribute: str
    many: bool
    primitive: Primitive | None = None
    shape: str | None = None
    required: bool = False

    @property
    def holed(self) -> bool:
        """An array that may have nulls: of primitives, or of their extensions."""
        return self.many and (self.primitive is not None or self.name.startswith("_"))


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Elements of which at most one may be present, and one must if it is required."""

    name: str
    attributes: tuple[str, ...]
    required: bool


class Shape(msgspec.Struct, frozen=True, kw_only=True):
    """One type: a resource, a data type or a part of a resource.

    Attributes:
        name: unique; references to different targets have each their own.
        base: the name that rules go by.
        resource: whether it is a resource, told by its resourceType.
        elements: by their name in the JSON.
        needed: names of the required primitives (or their extension).
        choices: the ``value[x]`` of the type.
    """

    name: str
    base: str
    resource: bool
    elements: dict[str, Element]
    needed: tuple[str, ...]
    choices: tuple[Choice, ...]


def read_shapes() -> dict[str, Shape]:
    """Every shape that the compiled resource types need, by name; parts come first."""
    shapes: dict[str, Shape] = {}
    for name in COMPILED:
        _Reader(shapes).read(get_fhir_model_class(name))
    return shapes


class _Reader:
    """Reads one resource type and whatever it is made of, depth first."""

    def __init__(self, shapes: dict[str, Shape]) -> None:
        self.shapes = shapes
        self.open: set[str] = set()

    def read(self, model: Any, targets: frozenset[str] = frozenset()) -> str:
        base = model.__resource_type__
        if base in {"Resource", "DomainResource"}:
            return RESOURCE
        name = f"{base}({'|'.join(sorted(targets))})" if targets else base
        if name in self.shapes or name in self.open:
            return str(name)
        self.open.add(name)
        elements: dict[str, Element] = {}
        needed: list[str] = []
        groups: dict[str, tuple[list[str], bool]] = {}
        for field_name, field in model.model_fields.items():
            if field_name == "fhir_comments":
                continue
            alias = field.alias or field_name
            extra = field.json_schema_extra or {}
            element = self._element(base, alias, field, extra, targets)
            elements[alias] = element
            if extra.get("element_required"):
                needed.append(alias)
            if group := extra.get("one_of_many"):
                names, _ = groups.setdefault(group, ([], bool(extra["one_of_many_required"])))
                names.append(element.attribute)
        self.shapes[name] = Shape(
            name=name,
            base=base,
            resource=model.has_resource_base(),
            elements=elements,
            needed=tuple(needed),
            choices=tuple(
                Choice(
                    name=" or ".join((f"{group}[x]", *_INSTEAD.get(base, ()))),
                    attributes=(*names, *_INSTEAD.get(base, ())),
                    required=required or base in _INSTEAD,
                )
                for group, (names, required) in groups.items()
            ),
        )
        return str(name)

    def _element(
        self, base: str, alias: str, field: Any, extra: dict[str, Any], targets: frozenset[str]
    ) -> Element:
        many, kind = _unwrap(field.annotation)
        attribute = _attribute(alias)
        path = f"{base}.{alias}"
        if hasattr(kind, "get_model_klass"):
            model = kind.get_model_klass()
            inner: frozenset[str] = frozenset()
            if model.__resource_type__ == "Reference":
                named = bindings.TARGETS.get(path) or extra.get("enum_reference_types") or ()
                inner = frozenset(named) - {RESOURCE}
                inner = frozenset() if len(inner) < len(named) else inner
            return Element(
                name=alias,
                attribute=attribute,
                many=many,
                shape=self.read(model, inner),
                required=field.is_required(),
            )
        return Element(
            name=alias,
            attribute=attribute,
            many=many,
            primitive=_primitive(path, kind, extra, targets),
        )


def _unwrap(annotation: Any) -> tuple[bool, Any]:
    """Whether an annotation is a list, and of what, without its optionality."""
    many = False
    while get_origin(annotation) is not None and not hasattr(annotation, "__metadata__"):
        many = many or get_origin(annotation) is list
        annotation = next(part for part in get_args(annotation) if part is not type(None))
    return many, annotation


def _attribute(alias: str) -> str:
    if alias.startswith("_"):
        return f"{alias[1:]}__ext"
    return f"{alias}_" if keyword.iskeyword(alias) else alias


def _primitive(path: str, kind: Any, extra: dict[str, Any], targets: frozenset[str]) -> Primitive:
    if path in bindings.FORMS:
        return bindings.FORMS[path]
    codes = bindings.CODES.get(path) or extra.get("enum_values")
    if codes and path not in bindings.UNBOUND:
        return one_of(tuple(codes))
    if path == "Reference.reference":
        return reference_to(targets) if targets else PRIMITIVES["uri"]
    if path == "Reference.type" and targets:
        return type_among(targets)
    return PRIMITIVES["boolean"] if kind is bool else _marked(kind)


def _marked(kind: Any) -> Primitive:
    """The primitive that a model's annotation names."""
    for mark in kind.__metadata__:
        name = type(mark).__name__
        name = "uuid" if name == "UuidVersion" else name[0].lower() + name[1:]
        if name in PRIMITIVES:
            return PRIMITIVES[name]
    raise TypeError(f"a primitive type that is not known here: {kind}")
