"""The protocol in force as a model, made once for all theorems."""

from __future__ import annotations

from triage.conclude import conclude
from triage.picture import Picture
from triage.proof.bits import Bit
from triage.proof.prover import Prover
from triage.protocol import load

PROTOCOL = load()
PROVER = Prover(PROTOCOL)


def proves(*against: Bit) -> None:
    """Nothing contradicts: there is no picture of which all of this is true."""
    shown = PROVER.find(*against)
    assert shown is None, describe(shown)


def describe(picture: Picture) -> str:
    """The known facts of a counterexample."""
    names = [name for name in picture.__struct_fields__ if name not in {"origins", "notes"}]
    known = {n: v for n in names if (v := getattr(picture, n)) is not None}
    told = {n: v for n, v in known.items() if v is not False}
    denied = sorted(n for n, v in known.items() if v is False)
    said = conclude(PROTOCOL, picture)
    return (
        f"{said.urgency} {'acute' if said.acute else 'not acute'} {said.kind} "
        f"{'provisional' if said.open else 'final'}{' undecided' if said.undecided else ''}, "
        f"alternatives {list(map(str, said.alternatives))}, by {[r.row.id for r in said.fired]}, "
        f"open {[r.row.id for r in said.open]}, exempted {[r.row.id for r in said.exempted]}\n"
        f"of {told}; denied: {', '.join(denied)}"
    )
