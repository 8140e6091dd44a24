# SPDX-License-Identifier: EUPL-1.2
"""All that `journal verify` looks at: chains, known heads, triggers, blanked details, duties and rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from troskel.journal import verification
from troskel.journal.form import Fault, Verdict
from troskel.keeping import blankings, guards, heads, rows
from troskel.keeping.heads import Known

Tell = Callable[[str], None]
CHAINS = ("acts", "reads")


class Looked(NamedTuple):
    """One thing that was looked at: how many there were, and what is wrong with it."""

    about: str
    count: int
    wrong: list[str]


def verify_chain(code: str, kind: str, known: Known, tell: Tell) -> tuple[Verdict, list[str]]:
    """Checks a chain against itself and the heads that are known; says from where on it differs from these."""
    hashes = known.chains.get((code, kind), {})
    verdict = verification.verify(code, kind, hashes, tell=tell)
    return verdict, _since(verdict, hashes)


def look(code: str, known: Known, tell: Tell) -> Iterator[Looked]:
    """Looks at everything but the chains themselves. Replays the whole journal once."""
    yield Looked("known heads", sum(map(len, known.chains.values())), known.faults)
    yield Looked("triggers", len(guards.OF_ROOMS), guards.differing())
    told = blankings.erasures(code)
    found = [str(fault) for fault in blankings.faults(code)]
    yield Looked("blanked details", sum(len(erasure.blanked) for erasure in told), found)
    tell("duties and rows: the journal is replayed")
    discrepancies = rows.discrepancies(code)
    yield Looked("duties and rows", 0, discrepancies)


def unchanged(code: str, known: Known, tell: Tell) -> list[str]:
    """Returns all that is wrong with a municipality, in words: empty where nothing is."""
    wrong = []
    for kind in CHAINS:
        verdict, since = verify_chain(code, kind, known, tell)
        wrong += [] if verdict.is_sound else [str(verdict)]
        wrong += since
    return wrong + [words for looked in look(code, known, tell) for words in looked.wrong]


def _since(verdict: Verdict, known: dict[int, str]) -> list[str]:
    """From which line on the chain is another than the one that is known."""
    wrong = [fault.number for fault in verdict.faults if _is_of_known(fault)]
    if not wrong:
        return []
    first = min(wrong)
    agreed = max((number for number in known if number < first), default=0)
    chain = f"{verdict.head.municipality} {verdict.head.kind}"
    return [
        f"{chain}: up to line {agreed} it is the chain that was known; it differs from there, at line {first} at the latest"
    ]


def _is_of_known(fault: Fault) -> bool:
    return "noted earlier" in fault.what
