"""Subscriptions after the R4 backport: what is asked, which topics, and how it is told."""
