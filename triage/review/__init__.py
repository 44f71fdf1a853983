"""What whoever maintains a protocol looks at: its gaps, faults and overlaps, and how two differ."""
