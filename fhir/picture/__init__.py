"""The picture of a person: every fact that triage knows, from the resources that say it."""
