"""Every route below /fhir."""

from __future__ import annotations

from fhir.interactions.capabilities import capabilities
from fhir.interactions.create import create
from fhir.interactions.read import read
from fhir.interactions.search import search
from fhir.interactions.transaction import transaction
from fhir.interactions.update import update

ROUTES = (capabilities, transaction, create, read, update, search)
