# SPDX-License-Identifier: EUPL-1.2
"""What holds of planned duties however events come: the properties of test_properties.py, with asks that open later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from tests.routine.battery import TEXT
from tests.routine.muddle import EVERY, SEEDS, Muddle, fates, plain
from tests.routine.story import NORTH
from troskel.routine import HomeSnapshot, Routines, advance, parse_routine, rebuild
from troskel.routine.subjects import identity

SHOWN = 'duty = { sv = "x", en = "x" }\nfulfilled = { sv = "x", en = "x" }\n'


def ask(name: str, lines: str) -> str:
    return f'\n[[paragraph.asks]]\nask = "{name}"\nkind = "duty"\nby_hand = true\n{SHOWN}{lines}'


# one for each way to be planned: per client, provider, key and door; from days that come, go and change
ROUTINE = parse_routine(
    (
        TEXT.replace("days = 182", "days = 40")
        + ask(
            "client",
            """of = "assessor"
per = "client"
on = ["decision.made", "decision.changed", "client.moved"]
when = ["own_client"]
due = { after = "care_begins", days = 30 }
opens = { before = "due", working_days = 5 }
attest_from = { on = "due" }
escalate = { after_working_days = 2 }
moot_when = ["refused"]
""",
        )
        + ask(
            "provider",
            """of = "provider"
per = "provider"
on = ["allocation.made", "first.visit"]
when = ["provider_serves"]
due = { latest_of = [{ after = "first_visit", days = 20 }, { before = "provider_ended", days = 3 }] }
opens = { before = "due", days = 7 }
escalate = { after_working_days = 1 }
moot_when = ["provider_left"]
""",
        )
        + ask(
            "key",
            """of = "provider"
per = "key"
on = ["key.handed_over"]
due = { after = "key_received", days = 20 }
opens = { on = "due" }
moot_on = ["key.lost"]
""",
        )
        + ask(
            "follows",
            """of = "lead_provider"
per = "door"
on = ["installation.ordered", "duty.attested:P8.battery"]
due = { latest_of = [{ after = "opened", days = 2 }, { after = "lock_mounted", days = 9 }] }
escalate = { after_working_days = 1 }
""",
        )
    ).encode(),
    "planned.toml",
)


class Planned(Muddle):
    """A municipality that also attests duties, too early at times, and gets locks replaced."""

    def __init__(self, seed: int, steps: int, stored: bool = False) -> None:
        more = ["attests", "attests", "attests", "replaces", "replaces", "orders_", "works", "works"]
        super().__init__(seed, steps, stored=stored, routine=ROUTINE, more=more)

    def attests(self, c: Any) -> None:
        duties = [duty for duty in self.s.open("P8") if duty.kind == "duty"]
        if duties:
            duty = self.chance.choice(duties)
            on, body = self.day(10, 0), {"paragraph": duty.paragraph, "ask": duty.ask}
            self.s.line("duty.attested", [duty.home], duty.client, duty=duty.id, occurred=on, **body)

    def replaces(self, c: Any) -> None:
        if self.links:
            index = self.chance.randrange(len(self.links))
            who, lock, door, link = self.links[index]
            order, new = self.s.order(who, door, NORTH, "repair", lock), self.s.id("lock")
            self.s.about_order("repair.reported", who, order, NORTH, lock=new, serial="S")
            self.links[index] = (who, new, door, link)


@EVERY
@given(SEEDS, st.integers(1, 60))
def test_duties_step_by_step_are_the_duties_of_a_replay(seed: int, steps: int) -> None:
    live = Planned(seed, steps).s
    live.until(live.today + timedelta(days=60))
    again = live.replayed()
    assert fates(again) == fates(live.history)
    assert plain(again.homes) == plain(live.homes)


@EVERY
@given(SEEDS, st.integers(1, 40))
def test_stored_states_are_what_the_journal_folds_to(seed: int, steps: int) -> None:
    stored = Planned(seed, steps, stored=True).s
    assert plain(stored.homes) == plain(rebuild(stored.routines, stored.lines))


@EVERY
@given(SEEDS, st.integers(1, 40))
def test_catching_up_after_a_standstill_is_turning_each_day(seed: int, steps: int) -> None:
    s = Planned(seed, steps).s
    without = [line for line in s.lines if line.event != "day.turned"]
    last = s.today + timedelta(days=60)
    s.until(last)
    homes: dict[Any, HomeSnapshot] = {}
    routines = Routines(s.routines.by_hash)
    for line in without:
        advance(routines, homes, line)
    advance(routines, homes, msgspec.structs.replace(s.lines[-1], body={"day": last.isoformat()}))
    assert plain(sorted((d for x in homes.values() for d in x.open), key=lambda d: d.id)) == plain(s.open())
    assert [plain(homes[home].planned) for home in s.homes] == [
        plain(s.homes[home].planned) for home in s.homes
    ]


@EVERY
@given(SEEDS, st.integers(1, 60))
def test_nothing_is_open_or_attested_before_its_day_nor_planned_after_it(seed: int, steps: int) -> None:
    s = Planned(seed, steps).s
    s.until(s.today + timedelta(days=30))
    rules = s.routines.rules_of(ROUTINE.version)
    attested = {UUID(line.body["duty"]): line for line in s.lines if line.event == "duty.attested"}
    for lived in s.history.duties.values():
        asked = rules.rule(lived.duty).ask
        if asked.ask in ("battery", "key") and lived.duty.due not in (None, lived.duty.passed):
            ahead = timedelta(days=14 if asked.ask == "battery" else 0)
            assert lived.duty.opened >= lived.duty.due - ahead
        line = s.lines[lived.line - 1] if lived.line is not None else None
        if asked.opens is not None and line is not None and line is attested.get(lived.duty.id):
            assert lived.day is not None and lived.day >= lived.duty.opened
            if asked.attest_from is not None:
                assert lived.duty.due is not None and lived.day >= lived.duty.due
    planned = [plan for state in s.homes.values() for plan in state.planned]
    assert all(plan.opens is None or plan.opens > s.today for plan in planned)
    same = [
        (p.paragraph, p.ask, identity(rules.by_name[p.paragraph, p.ask].ask.per, p))  # never planned twice
        for p in planned
    ]
    assert len(same) == len(set(same))


@EVERY
@given(SEEDS, st.integers(1, 60))
def test_a_fact_with_another_day_gives_another_due_day(seed: int, steps: int) -> None:
    s = Planned(seed, steps).s
    for duty in s.open("P8.follows"):
        door = s.homes[duty.home].facts.doors[duty.door]  # type: ignore[index]
        mounted = (door.replaced or door.since) if door.lock is not None else None
        if mounted is not None:
            theirs = duty.passed or duty.opened
            assert duty.due == max(theirs + timedelta(days=2), mounted + timedelta(days=9))


def test_there_is_much_to_see() -> None:
    """The muddle does plan, open, attest, refuse and drop."""
    closed: set[tuple[str, str]] = set()
    for seed in range(40):
        s = Planned(seed, 60).s
        closed |= {(x.duty.ask, x.state) for x in s.history.duties.values() if x.duty.paragraph == "P8"}
    asks = ("battery", "client", "provider", "key", "follows")
    assert {(name, "done") for name in asks} <= closed
    assert {("battery", "moot"), ("tell", "open"), ("key", "open")} <= closed
