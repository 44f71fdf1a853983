"""The CSV file in which people report capacity: the template, and the sheet that comes back."""
