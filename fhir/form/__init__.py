"""The published form: its questions, and what was answered to them."""
