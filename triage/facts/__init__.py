"""The facts of a picture by topic; each topic adds to the one before, as a struct has one base."""
