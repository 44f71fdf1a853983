"""Subscribers: who asks to be told, of which change, and how they stand."""
