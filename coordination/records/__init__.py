"""FHIR resources as they are read, found, followed and changed here, each sort from its shelf."""
