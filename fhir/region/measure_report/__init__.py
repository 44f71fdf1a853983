"""A MeasureReport: what services have is shown as one, and one that is sent is read and kept."""
