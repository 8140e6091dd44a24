# SPDX-License-Identifier: EUPL-1.2
"""Whole nights: the small one in tests/data, and the two of the shared example if present."""

from __future__ import annotations

import json
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.exchange.apply_plan import apply_plan
from tests.exchange.nights import DAY, files, many_clients, rejected
from tests.exchange.oracle import Truth
from troskel.exchange.case_extract.known_records import KnownState
from troskel.exchange.case_extract.plan import NightPlan
from troskel.exchange.case_extract.planning import plan_night
from troskel.exchange.case_extract.reading import read_folder, read_night

SMALL = Path(__file__).parents[1] / "data" / "small-extract"
SHARED = Path(__file__).parents[3] / "shared" / "data" / "case-extract"
needs_shared = pytest.mark.skipif(
    not (SHARED / "truth.json").exists(), reason="the shared example nights are not beside this checkout"
)
EXAMPLES = [SMALL, pytest.param(SHARED, marks=needs_shared)]
YESTERDAY = DAY - timedelta(days=1)


def truth_of(folder: Path) -> Any:
    return json.loads((folder / "truth.json").read_text("utf-8"))


def take_in(known: KnownState, folder: Path, day: date) -> tuple[NightPlan, list[tuple[str, int, str]]]:
    night = read_folder(folder, day=day, known_ids=known.ids())
    plan = plan_night(night, known, day=day, first_night=not known.clients)
    apply_plan(plan, known)
    return plan, rejected(night)


def after_both(folder: Path) -> tuple[KnownState, NightPlan]:
    known = KnownState("0999")
    take_in(known, folder / "night-1", YESTERDAY)
    return known, take_in(known, folder / "night-2", DAY)[0]


@pytest.mark.parametrize("folder", EXAMPLES)
def test_rejected_lines_of_both_nights(folder: Path) -> None:
    truth, known = truth_of(folder), KnownState("0999")
    _, first = take_in(known, folder / "night-1", YESTERDAY)
    _, second = take_in(known, folder / "night-2", DAY)
    assert sorted(first) == sorted(map(tuple, truth["rejected_night_1"]))
    assert sorted(second) == sorted(map(tuple, truth["rejected"]))


@pytest.mark.parametrize("folder", EXAMPLES)
def test_second_night_twice_changes_nothing(folder: Path) -> None:
    known, plan = after_both(folder)
    assert not plan.is_empty()
    for day in (DAY, DAY + timedelta(days=1)):
        again, _ = take_in(known, folder / "night-2", day)
        assert again.is_empty(), again.counts()


@pytest.mark.parametrize("folder", EXAMPLES)
def test_state_after_both_nights_matches_the_truth(folder: Path) -> None:
    truth, (known, _) = truth_of(folder), after_both(folder)
    others = [c for c in known.clients.values() if c.home_municipality != known.municipality]
    assert (len(known.clients), len(others)) == (truth["clients"], truth["other_municipality"])
    assert gaps_in(known, DAY) == truth["gaps"]
    assert phone_clients_in(known, DAY) == truth["phone_clients_today"]


@pytest.mark.parametrize("folder", EXAMPLES)
def test_oracle_matches_the_truth(folder: Path) -> None:
    truth, slow = truth_of(folder), Truth()
    slow.take_in(folder / "night-1", {(f, line) for f, line, _ in truth["rejected_night_1"]}, YESTERDAY)
    slow.take_in(folder / "night-2", {(f, line) for f, line, _ in truth["rejected"]}, DAY)
    assert slow.gaps("0999", DAY) == truth["gaps"]
    assert slow.phone_clients("0999", DAY) == truth["phone_clients_today"]
    assert len(slow.clients) == truth["clients"]


@needs_shared
def test_plan_of_the_shared_second_night() -> None:
    _, plan = after_both(SHARED)
    assert plan.counts() == {
        "homes_registered": 1,
        "homes_moved": 3,
        "deaths": 6,
        "decisions_changed": 1,
        "decisions_ended": 11,
        "decisions_made": 3,
        "allocations_changed": 1,
        "allocations_ended": 23,
        "allocations_made": 10,
    }
    assert not [change for change in plan.mass_changes if change.is_too_much(0.05)]
    unconfirmed = [e.reference for e in plan.decisions.ended if not e.confirmed]
    assert unconfirmed == ["B200055"]
    assert sum(not e.confirmed for e in plan.allocations.ended) == 6


def gaps_in(known: KnownState, day: date) -> dict[str, list[str]]:
    """Day by day, from the picture."""
    codes = {"home_care": "HTJ", "safety_alarm": "TLARM"}
    covered: dict[str, set[date]] = {}
    days = [day + timedelta(days=n) for n in range(31)]
    for allocation in known.allocations.values():
        decision = known.decisions[allocation.decision]
        client = known.clients[decision.client]
        if client.home_municipality == known.municipality and not (client.died and client.died <= day):
            periods = [p for p in (allocation, decision) if not p.withdrawn]
            key = f"{client.reference}/{codes[decision.service]}"
            covered.setdefault(key, set()).update(
                d
                for d in days
                if len(periods) == 2
                and all(
                    p.valid_from <= d and (p.valid_through is None or d <= p.valid_through) for p in periods
                )
            )
    return {
        key: missing
        for key, those in covered.items()
        if day in those and (missing := [d.isoformat() for d in days if d not in those])
    }


def phone_clients_in(known: KnownState, day: date) -> dict[str, int]:
    clients: dict[str, set[str]] = {}
    for allocation in known.allocations.values():
        client = known.clients[known.decisions[allocation.decision].client]
        if client.home_municipality != known.municipality or (client.died and client.died <= day):
            continue
        ongoing = allocation.valid_from <= day and (
            allocation.valid_through is None or day <= allocation.valid_through
        )
        if ongoing and not allocation.withdrawn:
            clients.setdefault(allocation.organisation, set()).add(client.reference)
    return {organisation: len(those) for organisation, those in clients.items()}


def test_night_of_twelve_hundred_clients() -> None:
    night, known = files(many_clients(1_200)), KnownState("0999")
    apply_plan(plan_night(read_night(night, day=DAY), known, day=DAY, first_night=True), known)
    started = time.perf_counter()
    plan = plan_night(read_night(night, day=DAY, known_ids=known.ids()), known, day=DAY)
    assert time.perf_counter() - started < 1
    assert plan.is_empty()
