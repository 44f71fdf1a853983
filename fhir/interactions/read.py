"""Read a resource by its id.

https://hl7.org/fhir/R4/http.html#read
"""

from __future__ import annotations

from uuid import UUID

from litestar import Response, get
from litestar.params import FromPath

from coordination import capacity_resources, reading
from coordination.db.engine import Transaction
from coordination.parts import Who, With
from coordination.shelf import Found
from fhir.interactions.answer import answer
from fhir.questionnaire import ID, questionnaire_json


@get("/fhir/{kind:str}/{identity:str}", include_in_schema=False)
async def read(
    kind: FromPath[str], identity: FromPath[str], parts: With, actor: Who
) -> Response[bytes]:
    """A resource, as it was sent but for id, meta, references, and the state it has now.

    Services, sites, beds and their figures are shown as they are now.
    """
    if (kind, identity) == ("Questionnaire", ID):
        return answer(questionnaire_json())

    async def find(tx: Transaction) -> Found:
        if kind in capacity_resources.TYPES and (key := _key(identity)) is not None:
            now = parts.now()
            ours = await capacity_resources.find(tx, actor, kind, key, parts.vault, now)
            if ours is not None:
                return ours
        return await reading.read(tx, actor, kind, identity, parts.vault)

    found = await parts.database.transact(find)
    return answer(found.body, headers={"ETag": f'W/"{found.version}"'})


def _key(identity: str) -> UUID | None:
    try:
        return UUID(identity)
    except ValueError:
        return None
