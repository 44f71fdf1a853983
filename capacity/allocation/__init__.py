"""Best for all: who waits beside every place, and the assignment that serves everyone best.

From the question to the answer: ``openings`` (what can be given), ``edges`` and ``conditions`` (who
fits where), ``markets`` (who competes with whom, and what each place is worth), ``sharing`` (in
turn, or in rounds of the ``heaviest`` matching), ``assignment`` (all of it). SciPy takes a quarter
of a second to load: import this where it is worked with, and not at the start.
"""

from __future__ import annotations

from capacity.allocation.assignment import first_come, propose

__all__ = ["first_come", "propose"]
