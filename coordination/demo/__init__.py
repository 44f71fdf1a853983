"""A region that does not exist, on the map of one that does: for demo and tests."""
