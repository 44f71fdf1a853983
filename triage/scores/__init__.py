"""Published instruments, one file each: what a score is, and its range when parts are missing."""
