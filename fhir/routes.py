"""Every route below /fhir."""

from __future__ import annotations

from litestar import Router

from fhir.interactions.addressed import received
from fhir.interactions.capabilities import capabilities
from fhir.interactions.create import create
from fhir.interactions.delete import remove
from fhir.interactions.history import history, history_of_type
from fhir.interactions.read import read
from fhir.interactions.search import search, search_by_form
from fhir.interactions.subscription_status import events, post_events, post_status, status
from fhir.interactions.transaction import transaction
from fhir.interactions.update import update
from fhir.interactions.validate import validate, validate_one, validate_type
from fhir.interactions.vread import vread

ROUTES = (
    Router(
        path="/",
        before_request=received,
        route_handlers=[
            capabilities,
            transaction,
            create,
            read,
            vread,
            history,
            history_of_type,
            update,
            remove,
            search,
            status,
            post_status,
            events,
            post_events,
            search_by_form,
            validate,
            validate_type,
            validate_one,
        ],
    ),
)
