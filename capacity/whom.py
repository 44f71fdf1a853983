"""For whom a service is there: who pays, what the person needs, and who they are."""

from __future__ import annotations

from capacity import words
from capacity.fitting import Asked, has_level, is_insured, of_age
from capacity.reasons import CLOSED_ONLY, INSURER, LEVEL_UNKNOWN, Reason
from capacity.supply import NO_OLDEST, Service
from triage.need import Need, Requirement


def whom(asked: Asked, service: Service, reasons: list[Reason]) -> None:
    """Adds every reason why a service is not there for this person."""
    need = asked.need
    _payer(need, service, reasons)
    _requirements(need, service, reasons)
    _sex(need, service, reasons)
    _age(need.age, service, reasons)
    if asked.language is not None and asked.language not in service.languages:
        name, name_en = words.language_name(asked.language)
        reasons.append(
            Reason(
                code="language",
                text=f"Hier spreekt niemand {name}.",
                text_en=f"Nobody here speaks {name_en}.",
            )
        )
    if need.level and not has_level(need.level, service):
        reasons.append(_level(need.level, service))


def _payer(need: Need, service: Service, reasons: list[Reason]) -> None:
    if service.payers and need.payer is not None and need.payer not in service.payers:
        law = words.PAYERS[need.payer]
        reasons.append(
            Reason(
                code="payer",
                text=f"Heeft geen plek die uit de {law} wordt betaald.",
                text_en=f"Has no place that the {law} pays for.",
            )
        )
    if not is_insured(need, service):
        reasons.append(INSURER)


def _requirements(need: Need, service: Service, reasons: list[Reason]) -> None:
    if not need.requirements <= service.offers:
        missing = [r for r in Requirement if r in need.requirements - service.offers]
        reasons.append(
            Reason(
                code="missing-requirement",
                text=f"Heeft dit niet: {', '.join(words.REQUIREMENTS[r][0] for r in missing)}.",
                text_en=f"Does not have: {', '.join(words.REQUIREMENTS[r][1] for r in missing)}.",
            )
        )
    if service.closed_only and Requirement.CLOSED_WARD not in need.requirements:
        reasons.append(CLOSED_ONLY)


def _sex(need: Need, service: Service, reasons: list[Reason]) -> None:
    if not service.sexes or need.sex in service.sexes:
        return
    names = [words.SEXES.get(sex, (sex, sex)) for sex in sorted(service.sexes)]
    for_whom = " en ".join(name for name, _ in names)
    for_whom_en = " and ".join(name for _, name in names)
    unknown = need.sex is None
    reasons.append(
        Reason(
            code="sex-unknown" if unknown else "sex",
            text=f"Alleen voor {for_whom}." + (" Het geslacht is niet bekend." if unknown else ""),
            text_en=f"Only for {for_whom_en}." + (" The sex is not known." if unknown else ""),
        )
    )


def _age(age: int | None, service: Service, reasons: list[Reason]) -> None:
    if of_age(age, service):
        return
    span = f"vanaf {service.age_from} jaar"
    span_en = f"from {service.age_from} years"
    if service.age_to < NO_OLDEST:
        span, span_en = f"{span} tot en met {service.age_to}", f"{span_en} up to {service.age_to}"
    reasons.append(
        Reason(
            code="age-unknown" if age is None else "age",
            text=f"Alleen {span}." + (" De leeftijd is niet bekend." if age is None else ""),
            text_en=f"Only {span_en}." + (" The age is not known." if age is None else ""),
        )
    )


def _level(level: int, service: Service) -> Reason:
    if not service.levels:
        return LEVEL_UNKNOWN
    highest = max(service.levels)
    return Reason(
        code="level",
        text=f"Heeft zorgverleners tot niveau {highest}. Nodig: niveau {level}.",
        text_en=f"Has carers up to level {highest}. Needed: level {level}.",
    )
