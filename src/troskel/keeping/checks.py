# SPDX-License-Identifier: EUPL-1.2
"""All that `journal verify` looks at: chains, known heads, triggers, blanked details, duties and rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from django.db import DatabaseError

from troskel.duties import kept_judgements
from troskel.journal import verification
from troskel.journal.form import Fault, Verdict
from troskel.keeping import blankings, guards, rows
from troskel.keeping.heads import KnownHeads

Tell = Callable[[str], None]
CHAINS = ("acts", "reads")


class Looked(NamedTuple):
    """One thing that was looked at, and what is wrong with it."""

    about: str
    wrong: list[str]


def verify_chain(code: str, kind: str, known: KnownHeads, tell: Tell) -> tuple[Verdict, list[str]]:
    """Checks a chain against itself and the heads that are known; says from where on it differs from these."""
    hashes = known.chains.get((code, kind), {})
    verdict = verification.verify(code, kind, hashes, tell=tell)
    return verdict, _since(verdict, hashes)


def look(code: str, known: KnownHeads, tell: Tell) -> Iterator[Looked]:
    """Looks at everything but the chains themselves. Replays the whole journal once."""
    yield Looked("known heads", known.faults)
    yield Looked("triggers", _differing_triggers())
    yield Looked("blanked details", [str(fault) for fault in blankings.faults(code)])
    tell("duties and rows: the journal is replayed")
    for change in kept_judgements.changes(code):
        if change.kept:
            kept = f"{change.duties} duties in {change.homes} homes"
            tell(f"line {change.number}: {kept} stand as an earlier version judged them")
    yield Looked("duties and rows", rows.discrepancies(code, tell))


def _differing_triggers() -> list[str]:
    try:
        return guards.differing()
    except DatabaseError as error:
        return [f"the triggers can't be compared: {str(error).strip().splitlines()[0]}"]


def unchanged(code: str, known: KnownHeads, tell: Tell) -> list[str]:
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
    words = (
        f"{verdict.head.municipality} {verdict.head.kind}: up to line {agreed} it is the chain that was known; "
        f"from there it differs, at line {first} at the latest"
    )
    return [words]


def _is_of_known(fault: Fault) -> bool:
    return "noted earlier" in fault.what
