"""From a match to a place and its end: asking, answering, waiting, and proposing for all."""
