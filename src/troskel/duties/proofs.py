# SPDX-License-Identifier: EUPL-1.2
"""The proof of a version: every course of events in small households to depth one, run once for each file (D).

It is a function of the file alone, so it is kept in the process, not in the database.
"""

from __future__ import annotations

from troskel import prover
from troskel.ground import waiting
from troskel.prover import Proof
from troskel.routine import Routine

DEPTH = 1
"""Moves in a course. It takes seconds; a deeper proof is run by command (docs/proving.md)."""
HOUSEHOLDS = tuple(prover.HOUSEHOLDS.values())
KEPT = 16

_proofs: dict[str, Proof] = {}


def known(routine: Routine) -> Proof | None:
    """The proof, if it has been run here."""
    return _proofs.get(routine.version)


def proof_of(routine: Routine) -> Proof:
    """The proof; it is run where it has not been. Takes seconds then."""
    found = known(routine)
    if found is None:
        with waiting.costly():
            found = prover.prove(routine, HOUSEHOLDS, DEPTH)
        while len(_proofs) >= KEPT:
            _proofs.pop(next(iter(_proofs)))
        _proofs[routine.version] = found
    return found
