# SPDX-License-Identifier: EUPL-1.2
"""A clock that goes back is told: `recorded` never goes back by more than an act may last."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta

import pytest

from tests.journal.conftest import WriteLines
from troskel.ground import clock
from troskel.journal.verification import export, verify, verify_export

START = datetime(2026, 11, 20, 7, tzinfo=UTC)


@pytest.mark.django_db
def test_a_clock_that_went_back_is_told(write_lines: WriteLines) -> None:
    for minutes in (
        0,
        60,
        51,
        -100,
        61,
    ):  # an hour on; nine minutes back, as a long act; much too far; on again
        with clock.frozen_at(START + timedelta(minutes=minutes)):
            write_lines(1)
    verdict = verify("0999")
    assert [fault.number for fault in verdict.faults] == [4]
    assert "2026-11-20T05:20" in verdict.faults[0].what and "2026-11-20T08:00" in verdict.faults[0].what
    written = io.StringIO()
    export("0999", to=written)
    written.seek(0)
    assert verify_export(written).faults == verdict.faults


@pytest.mark.django_db
def test_a_clock_that_a_person_has_put_right_is_no_fault(write_lines: WriteLines) -> None:
    """A year ahead, back again, and a person says so; what goes back after that is told as ever."""
    for minutes, event in ((0, "a.b"), (525_600, "a.b"), (2, "a.b"), (3, "days.taken_back"), (4, "a.b")):
        with clock.frozen_at(START + timedelta(minutes=minutes)):
            write_lines(1, event=event)
    assert verify("0999").is_sound
    with clock.frozen_at(START - timedelta(minutes=60)):
        write_lines(1)
    assert [fault.number for fault in verify("0999").faults] == [6]
