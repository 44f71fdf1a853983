"""What is written at the FHIR door: each resource goes to the use case that takes it."""
