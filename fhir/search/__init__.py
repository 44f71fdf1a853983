"""FHIR search without a database: what can be asked, what a resource says of it, and what fits."""
