"""Read a resource by its id.

https://hl7.org/fhir/R4/http.html#read
"""

from __future__ import annotations

from litestar import Response, get
from litestar.params import FromPath

from coordination import reading
from coordination.parts import Who, With
from fhir.interactions.answer import answer
from fhir.questionnaire import ID, questionnaire_json


@get("/fhir/{kind:str}/{identity:str}", include_in_schema=False)
async def read(
    kind: FromPath[str], identity: FromPath[str], parts: With, actor: Who
) -> Response[bytes]:
    """A resource, as it was sent but for id, meta, references, and the state it has now."""
    if (kind, identity) == ("Questionnaire", ID):
        return answer(questionnaire_json())
    found = await parts.database.transact(
        lambda tx: reading.read(tx, actor, kind, identity, parts.vault)
    )
    return answer(found.body, headers={"ETag": f'W/"{found.version}"'})
