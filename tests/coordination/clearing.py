"""The statement that leaves the worklist empty and nothing promised.

Apart from the fixture: a plugin is imported by pytest and by nobody before it.
"""

from __future__ import annotations

CLEARED = """
UPDATE offer SET state = 'withdrawn'
WHERE state IN ('requested', 'countered', 'waiting', 'accepted');
UPDATE offer SET state = 'ended', kept_until = NULL, destination = 'other'
WHERE state IN ('completed', 'away');
UPDATE capacity SET held = 0, reserved = 0, conflict = false;
DELETE FROM capacity_slot;
DELETE FROM bed;
UPDATE referral SET state = 'closed' WHERE state NOT IN ('placed', 'closed', 'cancelled');
"""
"""Leaves the worklist empty and nothing promised, for the tests of the next module."""
