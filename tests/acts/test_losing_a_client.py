# SPDX-License-Identifier: EUPL-1.2
"""A8 as the document means it: no day without an ongoing decision that is allocated, asked for each provider."""

from __future__ import annotations

import json
import random
from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.routine.slow_losses import DAY, NOBODY, Care, Row
from tests.town import ALARM, CODE, EAST, MEADOW, Town
from troskel.people.models import Organisation
from troskel.people.roles import Actor, ActorKind
from troskel.reading import coverage
from troskel.runner.register import REGISTER

NOTICE, LISTED = timedelta(days=60), timedelta(days=30)
A8 = "A8.allocation"
Lost = dict[str, list[date]]


def gaps(town: Town, client: str, by: coverage.By = coverage.By.PROVIDER) -> Lost:
    """The gaps of the client in the next 30 days, by organisation."""
    with town.standing():
        found = coverage.gaps(town.actor("anna"), town.today, LISTED.days, by)
    return {gap.organisation or NOBODY: gap.days for gap in found if gap.client == client}


def asked(town: Town, client: str) -> set[tuple[str, str]]:
    """The provider (or nobody) that each open A8.allocation is about, and the last day before the gap."""
    numbers = {str(row.id): row.orgnr for row in Organisation.objects.all()}
    about = [json.loads(duty.about) for duty in town.duties(A8, client)]
    return {(numbers.get(one.get("provider"), NOBODY), one["through"]) for one in about}


def ends(town: Town, reference: str, through: str, kind: str = "decisions", **more: Any) -> None:
    town.does("anna", f"end_{kind}", endings=[{"reference": reference, "valid_through": through, **more}])


def changes(town: Town, reference: str, first: str, through: str | None, kind: str = "decisions") -> None:
    period = {"reference": reference, "valid_from": first, "valid_through": through}
    town.does("anna", f"change_{kind}", periods=[period])


def also(town: Town, reference: str, to: str, first: str, through: str | None = None) -> None:
    """A second allocation of the decision."""
    given = {"decision": reference, "reference": f"G{reference}", "organisation": to}
    town.does("anna", "allocate", allocations=[given | {"valid_from": first, "valid_through": through}])


def established(town: Town) -> tuple[str, str]:
    """A client with a lock in use, and the home care's decision, which has no end."""
    client = town.locked()
    return client, f"B{town.count}"


def test_a8_an_allocation_is_shorter_than_its_decision(town: Town) -> None:
    client = town.client()
    decision = town.grant(client, to=None)
    town.allocate(decision, EAST, town.day(0), town.day(20))
    assert asked(town, client) == {(EAST, town.day(20))}
    assert list(gaps(town, client)) == [EAST] and len(gaps(town, client)[EAST]) == 10
    assert not town.duties("A8.investigation")


def test_a8_an_allocation_is_ended_and_nobody_follows(town: Town) -> None:
    client, decision = established(town)
    ends(town, f"F{decision[1:]}", town.day(9), "allocations")
    assert asked(town, client) == {(EAST, town.day(9))}
    assert gaps(town, client).keys() == {EAST}
    also(town, decision, MEADOW, town.day(10))
    assert not town.duties(A8) and gaps(town, client) == {}, "the other follows"


def test_a4_asks_again_when_a_new_clients_allocation_is_withdrawn(town: Town) -> None:
    client = town.client()
    decision = town.grant(client, begins=town.day(9))
    assert not town.duties("A4.allocate") and not town.duties(A8)
    town.does("anna", "withdraw_allocations", references=[f"F{decision[1:]}"])
    assert town.the("A4.allocate").due == town.today + 9 * DAY and not town.duties(A8)
    assert gaps(town, client)[NOBODY][0] == town.today + 9 * DAY


def test_a8_an_allocation_is_withdrawn_before_it_began(town: Town) -> None:
    client, _ = established(town)
    town.days_pass(1)
    decision = town.grant(client, ALARM, "safety_alarm", begins=town.day(9))
    town.does("anna", "withdraw_allocations", references=[f"F{decision[1:]}"])
    assert asked(town, client) == {(NOBODY, town.day(8))} and not town.duties("A4.allocate")
    assert gaps(town, client)[NOBODY][0] == town.today + 9 * DAY


def test_a8_one_of_two_allocations_runs_out_while_the_other_goes_on(town: Town) -> None:
    client, decision = established(town)
    also(town, decision, MEADOW, town.day(0))
    changes(town, f"F{decision[1:]}", town.day(0), town.day(9), "allocations")
    assert asked(town, client) == {(EAST, town.day(9))}
    assert gaps(town, client).keys() == {EAST} and gaps(town, client, coverage.By.CLIENT) == {}
    ends(town, f"F{decision[1:]}", town.day(9), "allocations")
    assert [duty.state for duty in town.duties(A8, state="moot")] == ["moot"], (
        "a person has said that it ends"
    )
    assert gaps(town, client) == {}


def test_a8_one_of_two_decisions_runs_out_while_the_other_goes_on(town: Town) -> None:
    client, decision = established(town)
    town.grant(client, MEADOW)
    changes(town, decision, town.day(0), town.day(9))
    assert asked(town, client) == {(EAST, town.day(9))}
    assert gaps(town, client).keys() == {EAST}
    town.does("anna", "end_care", client=client, service="home_care", on=town.day(9), reason="x")
    assert not town.duties(A8) and gaps(town, client) == {}


def test_a8_an_ending_is_written_far_back(town: Town) -> None:
    client, decision = established(town)
    town.days_pass(120)
    changes(town, decision, town.day(-120), town.day(-100))
    assert asked(town, client) == {(EAST, town.day(-100))}
    assert {duty.due for duty in town.duties("A8")} == {town.today}, "nobody could have kept an earlier day"


def test_a8_care_is_confirmed_to_end_and_decided_anew_but_not_allocated(town: Town) -> None:
    client, decision = established(town)
    town.days_pass(5)
    ends(town, decision, town.day(0))
    assert not town.duties(A8) and gaps(town, client) == {}
    town.grant(client, None, begins=town.day(1))
    assert asked(town, client) == {(EAST, town.day(0))}
    assert gaps(town, client).keys() == {EAST} and gaps(town, client, coverage.By.CLIENT)[NOBODY]
    town.days_pass(1)
    assert not town.duties("P5.return_keys"), "it is a gap: the provider has not left"


def test_a8_a_second_service_is_never_allocated(town: Town) -> None:
    client, _ = established(town)
    town.days_pass(1)
    town.grant(client, None, "safety_alarm", begins=town.day(12))
    assert asked(town, client) == {(NOBODY, town.day(11))}
    assert gaps(town, client).keys() == {NOBODY} and gaps(town, client, coverage.By.CLIENT) == {}
    assert town.the(A8).due is not None and town.the(A8).due > town.today


def test_case_4_a_change_of_provider_is_no_loss(town: Town) -> None:
    client, decision = established(town)
    changes(town, f"F{decision[1:]}", town.day(0), town.day(9), "allocations")
    assert town.duties(A8)
    also(town, decision, MEADOW, town.day(10))
    assert not town.duties(A8) and gaps(town, client) == {}


def test_a8_an_ending_that_only_the_case_system_brings_stays_in_the_lists(town: Town) -> None:
    client, decision = established(town)
    system = Actor.system(CODE, ActorKind.IMPORT)
    with town.standing():
        REGISTER["end_decisions"].perform(
            system, {"endings": [{"reference": decision, "valid_through": town.day(9), "confirmed": True}]}
        )
    assert not town.duties("A8"), "the case system closed it: nothing is to follow"
    assert gaps(town, client).keys() == {EAST} and gaps(town, client, coverage.By.CLIENT)
    town.does("anna", "confirm_ending", client=client)
    assert gaps(town, client) == gaps(town, client, coverage.By.CLIENT) == {}


def test_a8_an_investigation_is_finished_and_the_allocation_is_still_asked_for(town: Town) -> None:
    client = town.client()
    decision = town.grant(client, through=town.day(20))
    begun = {"client": client, "reference": "U1", "replaces": decision}
    town.does("anna", "start_investigations", investigations=[begun])
    assert town.duties("A8.investigation")
    town.does("anna", "finish_investigation", client=client, investigation="U1")
    assert town.the("A8.investigation", state="done")
    assert asked(town, client) == {(EAST, town.day(20))}


def test_a8_the_investigation_of_another_decision_follows_nothing_up(town: Town) -> None:
    client = town.client()
    town.grant(client, through=town.day(20))
    alarm = town.grant(client, ALARM, "safety_alarm")
    begun = {"client": client, "reference": "U1", "replaces": alarm}
    town.does("anna", "start_investigations", investigations=[begun])
    town.does("anna", "finish_investigation", client=client, investigation="U1")
    assert town.duties("A8.investigation")


def test_a4_home_care_is_not_given_to_an_organisation_that_only_answers_alarms(town: Town) -> None:
    client = town.client()
    decision = town.grant(client, to=None)
    given = {"decision": decision, "reference": "F9", "organisation": ALARM, "valid_from": town.day(0)}
    refusal = town.refused("anna", "allocate", "A4", allocations=[given])
    assert refusal.code == "organisation.only_answers_alarms"


def test_p2_no_tag_is_asked_of_who_only_answers_alarms(town: Town) -> None:
    client = town.client()
    town.grant(client, ALARM, "safety_alarm")
    assert town.duties("P1.order") and town.duties("P5.collect_keys") and not town.duties("P2")
    town.grant(client, EAST)
    assert town.the("P2").organisation.orgnr == EAST


def test_p1_is_the_providers_that_was_allocated_first(town: Town) -> None:
    for first, second in ((EAST, MEADOW), (MEADOW, EAST)):
        client = town.client()
        decision = town.grant(client, first)
        also(town, decision, second, town.day(0))
        assert town.owner("P1.order", client) == ("provider", first)


class Life:
    """A client whose decisions and allocations come, change and go, by acts and in the rows of the slow count."""

    def __init__(self, town: Town, chance: random.Random) -> None:
        self.town, self.chance, self.care = town, chance, Care()
        self.began, self.client = town.today, town.client()
        self.named: dict[str, Row] = {}
        self.decides(0)
        self.allocates(0)
        town.days_pass(1)

    def day(self, least: int, most: int) -> date:
        return self.town.today + timedelta(days=self.chance.randint(least, most))

    def through(self, first: date) -> date | None:
        return self.chance.choice([None, first + timedelta(days=self.chance.randint(0, 50))])

    def one_of(self, rows: list[Row]) -> tuple[str, Row] | None:
        named = [(name, row) for name, row in self.named.items() if any(row is one for one in rows)]
        return self.chance.choice(named) if named else None

    def decides(self, least: int = -10) -> None:
        first = self.day(least, 30 if least else 0)
        row = Row(first, self.through(first))
        self.town.count += 1
        name = f"B{self.town.count}"
        period = {"valid_from": str(row.first), "valid_through": str(row.through) if row.through else None}
        decision = {"client": self.client, "reference": name, "service": "home_care", **period}
        self.town.does("anna", "make_decisions", decisions=[decision])
        self.care.decisions.append(row)
        self.named[name] = row

    def allocates(self, least: int = -10) -> None:
        if found := self.one_of(self.care.decisions):
            decision, granted = found
            first = self.chance.choice([granted.first, self.day(least, 30 if least else 0)])
            row = Row(first, self.chance.choice([granted.through, self.through(first)]))
            if row.through is not None and row.through < row.first:
                return
            row.decision, row.organisation = granted, self.chance.choice([EAST, MEADOW])
            self.town.count += 1
            name = f"F{self.town.count}"
            given = {"decision": decision, "reference": name, "organisation": row.organisation}
            period = {
                "valid_from": str(row.first),
                "valid_through": str(row.through) if row.through else None,
            }
            self.town.does("anna", "allocate", allocations=[given | period])
            self.care.allocations.append(row)
            self.named[name] = row

    def changes_days(self) -> None:
        for kind, rows in (("decisions", self.care.decisions), ("allocations", self.care.allocations)):
            if self.chance.random() < 0.5 and (found := self.one_of(rows)):
                name, row = found
                row.first = self.chance.choice([row.first, self.day(-10, 10)])
                row.through, row.stated, row.ended = self.through(row.first), False, False
                changes(self.town, name, str(row.first), str(row.through) if row.through else None, kind)

    def is_ended(self) -> None:
        for kind, rows in (("decisions", self.care.decisions), ("allocations", self.care.allocations)):
            if self.chance.random() < 0.5 and (found := self.one_of(rows)):
                name, row = found
                end, row.stated, row.ended = self.day(-5, 40), self.chance.random() < 0.6, True
                ends(self.town, name, str(end), kind, confirmed=row.stated)
                row.through = min(end, row.through or end)
                if row.through < row.first:
                    self.is_gone(name, row, rows)

    def is_confirmed(self) -> None:
        if any(row.ended and not row.stated for row in self.care.decisions):
            self.town.does("anna", "confirm_ending", client=self.client)
            for row in self.care.decisions:
                row.stated |= row.ended or (row.through is not None and row.through < self.town.today)

    def is_withdrawn(self) -> None:
        for kind, rows in (("decisions", self.care.decisions), ("allocations", self.care.allocations)):
            found = self.one_of([row for row in rows if row.first > self.town.today])
            if self.chance.random() < 0.5 and found:
                name, row = found
                self.town.does("anna", f"withdraw_{kind}", references=[name])
                self.is_gone(name, row, rows)

    def is_gone(self, name: str, row: Row, rows: list[Row]) -> None:
        """It never covered a day."""
        rows[:] = [one for one in rows if one is not row]
        del self.named[name]

    def days_pass(self) -> None:
        self.town.days_pass(self.chance.choice([1, 2, 7, 20]))

    def agrees(self) -> None:
        """The duties and both lists say what the slow count says."""
        today, since = self.town.today, self.began - timedelta(days=20)
        runs = list(self.care.runs(since, today + timedelta(days=150)))
        duties = asked(self.town, self.client)
        expected = {
            (whose, str(first - DAY))
            for whose, first, last in runs
            if last >= today and first - DAY <= today + NOTICE
        }
        missing = expected - duties
        assert duties <= expected
        assert not missing or (
            {whose for whose, _ in missing} == {NOBODY} and self.town.duties("A4.allocate", self.client)
        )
        listed = gaps(self.town, self.client)
        days = [today + timedelta(days=n) for n in range(1, LISTED.days + 1)]
        lost = {
            whose: [d for first, last in self.ahead(runs, whose, today) for d in days if first <= d <= last]
            for whose, _, _ in runs
            if whose
        }
        nobody = [
            d
            for d in days
            if self.care.decided(d)
            and not self.care.having(d)
            and not any(d in found for found in lost.values())
        ]
        assert listed == {whose: found for whose, found in {**lost, NOBODY: nobody}.items() if found}
        assert all(duty.due >= duty.opened for duty in self.town.duties(A8, self.client))

    @staticmethod
    def ahead(runs: list[tuple[str, date, date]], whose: str, today: date) -> list[tuple[date, date]]:
        """The losses of an organisation that has, or will have, the client from today on."""
        return [(first, last) for one, first, last in runs if one == whose and first > today]


@settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.generate],
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
@given(st.randoms(use_true_random=False), st.integers(3, 12))
def test_a8_duties_and_gaps_are_what_a_slow_count_says(town: Town, chance: random.Random, steps: int) -> None:
    life = Life(town, chance)
    events = [
        *(life.decides, life.allocates, life.allocates, life.changes_days, life.changes_days),
        *(life.is_ended, life.is_confirmed, life.is_withdrawn, life.days_pass, life.days_pass),
    ]
    for _ in range(steps):
        chance.choice(events)()
        life.agrees()


def test_a4_an_allocation_outside_its_decision_allocates_nothing(town: Town) -> None:
    """It begins after the decision's last day, so no day of the decision has a provider: it is still asked."""
    client = town.client()
    decision = town.grant(client, None, begins=town.day(3), through=town.day(5))
    town.allocate(decision, EAST, town.day(20), town.day(40))
    assert town.names(client).count("A4.allocate") == 1
    given = {"decision": decision, "reference": "FX", "organisation": EAST}
    period = {"valid_from": town.day(3), "valid_through": town.day(5)}
    town.does("anna", "allocate", allocations=[given | period])
    assert "A4.allocate" not in town.names(client)
    town.is_sound()


def test_a8_a_decision_after_one_that_nobody_got_is_asked_about(town: Town) -> None:
    """The first decision of home care ran out without a provider; the next begins the day after it."""
    client = town.client()
    town.grant(client, None, begins=town.day(0), through=town.day(1))
    town.grant(client, ALARM, "safety_alarm")
    town.days_pass(4)
    following = town.grant(client, None, begins=town.day(-2), through=town.day(90))
    assert "A8.allocation" in town.names(client) or "A4.allocate" in town.names(client)
    town.allocate(following, EAST, town.day(0))
    assert not {"A4.allocate", "A8.allocation"} & set(town.names(client))
    town.is_sound()
