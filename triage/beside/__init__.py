"""Many pictures at once: the one that is known, and every other answer beside it, a bit each."""
