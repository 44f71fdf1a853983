"""FHIR's REST interactions, one a file; its page of the specification stands at the top."""
