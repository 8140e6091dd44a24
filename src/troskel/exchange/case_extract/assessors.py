# SPDX-License-Identifier: EUPL-1.2
"""Who answers for a client's case, as the case system tells it beside each decision (`handlaggare`).

It names a person in its own way: by username, or by name. Whom it names otherwise than the office does is nobody here,
and rejects no line. What is handed over here stands until the case system names another person than before.
"""

from __future__ import annotations

from collections.abc import Iterable

from troskel.exchange.case_extract.known_records import KnownState
from troskel.exchange.case_extract.plan import AssessorNamed
from troskel.exchange.case_extract.rows import DecisionRow, NightExtract


def names_of(assessors: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Returns the username by all that a person may be called; what two are called is left out."""
    found: dict[str, set[str]] = {}
    for username, name in assessors:
        for called in {_spelt(username), _spelt(name), _spelt(_last_name_first(name))}:
            found.setdefault(called, set()).add(username)
    return {called: next(iter(usernames)) for called, usernames in found.items() if len(usernames) == 1}


def named_assessors(night: NightExtract, state: KnownState) -> list[AssessorNamed]:
    """Returns whom the case system names since the night before: of a client's decisions, the one that begins last."""
    latest: dict[str, DecisionRow] = {}
    for row in night.decisions.values():
        before = latest.get(row.client)
        if (
            row.assessor
            and row.status != "closed"
            and (before is None or before.valid_from <= row.valid_from)
        ):
            latest[row.client] = row
    named = []
    for client, row in latest.items():
        known = state.clients.get(client)
        username = state.assessors.get(_spelt(row.assessor))
        if username and row.assessor != (known.assessor_told if known else ""):
            named.append(AssessorNamed(client, username, row.assessor, row))
    return named


def _spelt(text: str) -> str:
    return " ".join(text.replace(",", " ").split()).casefold()


def _last_name_first(name: str) -> str:
    first, _, last = name.strip().rpartition(" ")
    return f"{last} {first}"
