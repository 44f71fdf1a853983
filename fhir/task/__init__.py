"""Tasks: how a referral is followed and moved, its states and codes as data."""
