"""What care organisations do: describe services, report what is free, keep their contacts."""
