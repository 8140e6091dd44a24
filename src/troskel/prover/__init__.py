# SPDX-License-Identifier: EUPL-1.2
"""Proves a routine: every course of events in small households, to a depth, against what the document asks.

Pure Python, over the engine alone. docs/proving.md tells how to read what it finds.
"""

from troskel.prover.checks import PROPERTIES, Finding
from troskel.prover.edges import EDGES
from troskel.prover.households import HOUSEHOLDS, Household
from troskel.prover.proof import Counterexample, Event, Mutation, Proof, mutate, prove

__all__ = [
    "EDGES",
    "HOUSEHOLDS",
    "PROPERTIES",
    "Counterexample",
    "Event",
    "Finding",
    "Household",
    "Mutation",
    "Proof",
    "mutate",
    "prove",
]
