# SPDX-License-Identifier: EUPL-1.2
"""Duties judged anew: what is stored is made again from the journal, after days that have not been are taken back."""

from __future__ import annotations

from datetime import date

from troskel.duties import replay
from troskel.duties.models import Duty, HomeState
from troskel.duties.operations import BATCH_SIZE, duty_row


def judge_anew(municipality: str, not_after: date) -> int:
    """Stores duties and homes' states as the journal gives them without the turn of days after `not_after`.

    Locks every home of the municipality, and replays the whole journal: seconds for 20,000 lines. Returns how many
    duties are other than they were. E-mails that were sent are not sent again.
    """
    states = {
        row.home_id: row
        for row in HomeState.objects.select_for_update().filter(municipality=municipality).order_by("home_id")
    }
    again = replay.history(municipality, not_after=not_after)
    stored = {row.id: row for row in Duty.objects.filter(municipality=municipality)}
    other = [
        duty
        for duty, outcome in again.duties.items()
        if duty not in stored or replay.differs(stored[duty], outcome)
    ]
    gone = [duty for duty in stored if duty not in again.duties]
    _delete([*gone, *(duty for duty in other if duty in stored)])
    rows = []
    for duty in other:
        outcome = again.duties[duty]
        row = duty_row(municipality, outcome.duty)
        row.state, row.closed, row.closed_line = outcome.state, outcome.day, outcome.line
        rows.append(row)
    Duty.objects.bulk_create(rows, batch_size=BATCH_SIZE)
    for home, snapshot in again.homes.items():
        if home in states:
            states[home].state, states[home].wake = snapshot.stored(), snapshot.wake
    HomeState.objects.bulk_update(states.values(), ["state", "wake"], batch_size=BATCH_SIZE)
    return len(other) + len(gone)


def _delete(duties: list[object]) -> None:
    for start in range(0, len(duties), BATCH_SIZE):
        Duty.objects.filter(id__in=duties[start : start + BATCH_SIZE]).delete()
