"""FHIR R4 at the edge: our structs to and from resources, and the REST interactions.

The library fhir.resources installs a package of the same name; both are one package to
Python because each side extends ``__path__`` (docs/decisions/0003).
"""

from pkgutil import extend_path

__path__ = extend_path(__path__, __name__)
