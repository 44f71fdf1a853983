"""Who someone is, and how what is stored of a person is kept closed."""
