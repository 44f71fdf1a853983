"""What is free, and where a need fits: pure functions over counters and services."""
