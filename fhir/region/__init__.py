"""The region on FHIR: who takes part, where, with which services and how much room."""
