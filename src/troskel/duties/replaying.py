# SPDX-License-Identifier: EUPL-1.2
"""The whole journal again: to see that what is stored is what it says, or what another routine would have asked."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from troskel.duties import routines
from troskel.duties.models import Duty, HomeState
from troskel.journal import queries as journal
from troskel.people.models import Client
from troskel.routine import duty as asked
from troskel.routine.line import Line
from troskel.routine.model import Routine
from troskel.routine.replay import Difference, History, Lived, replay
from troskel.routine.replay import compare as compare_histories


def lines(municipality: str) -> Iterator[Line]:
    """Every line of the municipality's acts, in order."""
    for told in journal.lines_after(municipality):
        yield Line(**told._asdict())


def history(municipality: str, instead: Routine | None = None) -> History:
    """All duties that follow from the journal, under the versions that were in force or under another."""
    versions = routines.of_municipality(municipality, routines.newest(municipality))
    return replay(versions, lines(municipality), instead=instead)


def compare(municipality: str, proposed: Routine) -> list[dict[str, Any]]:
    """The duties that would have been otherwise under the proposed version; clients by case number."""
    found = compare_histories(history(municipality), history(municipality, proposed))
    cases = dict(Client.objects.filter(municipality=municipality).values_list("id", "case_number"))
    return [_told(difference, cases) for difference in found]


def _told(difference: Difference, cases: dict[Any, str]) -> dict[str, Any]:
    lived = difference.before or difference.after
    assert lived is not None
    return {
        "paragraph": lived.duty.paragraph,
        "ask": lived.duty.ask,
        "case": cases.get(lived.duty.client) if lived.duty.client else None,
        "before": _fate(difference.before),
        "after": _fate(difference.after),
    }


def _fate(lived: Lived | None) -> dict[str, Any] | None:
    if lived is None:
        return None
    return {
        "opened": lived.duty.opened,
        "due": lived.duty.due,
        "role": lived.duty.role,
        "state": lived.state,
        "closed": lived.day,
    }


def departures(municipality: str) -> list[str]:
    """Where what is stored is not what the journal gives: must be empty, always."""
    again = history(municipality)
    wrong = []
    stored = {row.id: row for row in Duty.objects.filter(municipality=municipality)}
    for identifier, lived in again.duties.items():
        row = stored.pop(identifier, None)
        if row is None:
            wrong.append(f"duty {lived.duty.paragraph} {lived.duty.ask} {identifier} is not stored")
        elif (row.state, row.due, row.closed, row.organisation_id, row.role) != (
            lived.state,
            lived.duty.due,
            lived.day,
            lived.duty.organisation,
            lived.duty.role,
        ):
            wrong.append(f"duty {row.paragraph} {row.ask} {identifier} is stored otherwise than it was lived")
    wrong += [
        f"duty {row.paragraph} {row.ask} {row.id} is stored but does not follow" for row in stored.values()
    ]
    for state in HomeState.objects.filter(municipality=municipality):
        known = msgspec.json.decode(state.state, type=asked.HomeState)
        lived_state = again.homes.get(state.home_id)
        if lived_state is None or known.facts != lived_state.facts or _ids(known) != _ids(lived_state):
            wrong.append(f"the state of home {state.home_id} is not what the journal gives")
    return wrong


def _ids(state: asked.HomeState) -> list[str]:
    return sorted(str(duty.id) for duty in state.open)
