"""The service: all input and output lives here."""

from pkgutil import extend_path

import fhir

# Makes our fhir/ and the library's fhir/resources one package, also in an installed
# wheel, which leaves our fhir/__init__.py out (docs/decisions/0003).
fhir.__path__ = extend_path(fhir.__path__, fhir.__name__)
