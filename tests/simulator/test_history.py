# SPDX-License-Identifier: EUPL-1.2
"""A life that breaks a rule stops, and tells what led there: the lines and duties of the homes concerned alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

import pytest

from tests.town import CODE, EAST, Town
from troskel.duties import routines
from troskel.ground import clock
from troskel.people.models import Client
from troskel.simulator import invariants
from troskel.simulator.history import first_of_each_kind, tell
from troskel.simulator.invariants import BrokenRule
from troskel.simulator.run import SimulationResult, simulate
from troskel.simulator.tables import Tables

pytestmark = [pytest.mark.django_db, pytest.mark.once]
EVENING = datetime(2026, 11, 26, 0, 30, tzinfo=clock.STOCKHOLM)


def nobody_has_a_lock(tables: Tables) -> Iterator[str]:
    """A rule that some day of every life breaks."""
    yield from (f"link {link.id}" for link in tables.links if link.until is None)


def lived(*, is_stopped: bool) -> SimulationResult:
    routines.of_municipality.cache_clear()
    values = {"days": 25, "clients": 4, "seed": 2, "check": True, "tell": lambda text: None}
    with clock.frozen_at(EVENING):
        return simulate(CODE, **values, is_stopped=is_stopped)


def test_a_life_stops_on_the_first_day_on_which_a_rule_is_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(invariants, "RULES", (nobody_has_a_lock,))
    result = lived(is_stopped=True)
    assert 0 < result.days_checked < 25
    assert {one.day for one in result.broken} == {result.broken[0].day}
    story = "\n".join(result.history)
    assert "nobody has a lock" in result.history[0]
    assert "link_lock: link.made" in story
    assert "S2.link (duty)" in story


def test_of_breaks_that_differ_in_whom_and_when_the_first_is_told() -> None:
    one, other = "01a17c28-efa0-77be-8100-944d91b48441", "01a181bc-da80-74bf-a56d-cab300340489"
    broken = [
        BrokenRule("2026-03-02", "a rule", f"client {one} on 2026-03-02"),
        BrokenRule("2026-03-03", "a rule", f"client {other} on 2026-03-03"),
        BrokenRule("2026-03-03", "a rule", f"door {other}"),
        BrokenRule("2026-03-04", "another rule", f"client {one} on 2026-03-04"),
    ]
    assert first_of_each_kind(broken) == [broken[0], broken[2], broken[3]]


def test_what_is_told_is_about_the_homes_concerned_and_has_short_names(town: Town) -> None:
    here, elsewhere = town.locked(EAST), town.new_client(EAST)
    row, other = (Client.objects.get(reference=one) for one in (here, elsewhere))
    lines = list(tell(CODE, BrokenRule("2026-03-02", "a rule", f"client {row.id.hex}")))
    assert lines[0] == f"2026-03-02: a rule: client {row.case_number}"
    told = "\n".join(lines[1:-1])
    assert f'allocate: allocation.made ["H1"] {row.case_number}' in told
    assert EAST in told
    assert "L1.install (duty)" in told
    assert other.case_number not in told
    assert str(row.id) not in told
