"""A model of a protocol that a solver can reason about, compiled from the same tables."""
