# SPDX-License-Identifier: EUPL-1.2
"""The engine: applies a journal line to the homes it names, and returns what the routine then asks."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from uuid import UUID

from troskel.routine import (
    assignees,
    derived_events,
    duty_updates,
    line_events,
    openings,
    planning,
    silence,
    subjects,
)
from troskel.routine.client_state import are_being_taken_over
from troskel.routine.door_state import first_behind
from troskel.routine.duty import (
    ClientSnapshot,
    ClosedDuty,
    Effects,
    HomeSnapshot,
    OpenDuty,
    PlannedDuty,
    RoutineEvent,
)
from troskel.routine.event_groups import ENDING, MOVES_WITH_CLIENT, WITH_A_DAY
from troskel.routine.facts import ClientFacts, HomeFacts
from troskel.routine.fold import FOLDED, fold
from troskel.routine.line import STOCKHOLM, LineFacts, day_known, stockholm_day, uid_in
from troskel.routine.merging import merge_duties
from troskel.routine.neighbours import around
from troskel.routine.rules import Rule, Rules, is_quiet
from troskel.routine.subjects import Case
from troskel.routine.versions import Routines
from troskel.routine.vocabulary import OF_A_DUTY


def needed(homes: Mapping[UUID, HomeSnapshot], line: LineFacts) -> set[UUID]:
    """Homes that must be loaded before the line: those that share a door, or to which a client moved.

    Call again after loading until the set is empty. (A home that the line names and nobody knows is created.)
    """
    start = _to_wake(homes, homes, _day_of(line)) if line.event == "day.turned" else line.homes
    return {home for home in around(homes, start) if home not in homes} - set(line.homes)


def advance(routines: Routines, homes: dict[UUID, HomeSnapshot], line: LineFacts) -> Effects:
    """Apply one line to the homes and return what the routine asks. Changes the states in `homes` in place."""
    effects = Effects()
    if line.event == "routine.in_force":
        begins = date.fromisoformat(line.body["from"])
        routines.enter(begins, line.body["version"])
        effects.wake_all = max(begins, day_known(line))
    elif line.event == "day.turned":
        turn(routines, homes, homes, _day_of(line), effects)
    elif line.homes:
        for home in [named for named in line.homes if named not in homes]:
            homes[home] = HomeSnapshot(facts=HomeFacts(home=home))
            effects.touched.add(home)
        day = stockholm_day(line.recorded)
        near = around(homes, line.homes)
        if missing := [str(home) for home in near if home not in homes]:
            raise LookupError(f"line {line.number} needs the homes {', '.join(missing)}")
        _Advance(routines, homes, near, effects).apply_line(line, day)
    return effects


def turn(
    routines: Routines, homes: dict[UUID, HomeSnapshot], due: Iterable[UUID], day: date, effects: Effects
) -> None:
    """Turn the day for these homes: each wakes on every day it missed, in order, together with its neighbours."""
    done: set[UUID] = set()
    for home in sorted(_to_wake(homes, due, day)):
        if home not in done:
            near = around(homes, (first_behind(homes[home].facts),))
            if missing := [str(h) for h in near if h not in homes]:
                raise LookupError(f"the turn of {day} needs the homes {missing}")
            done.update(near)
            _Advance(routines, homes, near, effects).catch_up(day)


def _to_wake(homes: Mapping[UUID, HomeSnapshot], due: Iterable[UUID], day: date) -> list[UUID]:
    """Of the homes, those that wake by the day."""
    return [home for home in due if (wake := homes[home].wake) is not None and wake <= day]


def _day_of(line: LineFacts) -> date:
    return date.fromisoformat(line.body["day"])


def wake_by(state: HomeSnapshot, day: date) -> None:
    """Wake the home on this day at the latest."""
    state.wake = day if state.wake is None else min(state.wake, day)


class _Advance:
    """Applies one line, or one waking."""

    def __init__(
        self, routines: Routines, homes: dict[UUID, HomeSnapshot], around: list[UUID], effects: Effects
    ) -> None:
        self.routines, self.states, self.around, self.effects = routines, homes, around, effects
        self.facts = {home: homes[home].facts for home in around}

    # -- the calendar

    def catch_up(self, day: date) -> None:
        """Wake on every missed day, the earliest first."""
        while True:
            wakes = [
                (w, home) for home in self.around if (w := self.states[home].wake) is not None and w <= day
            ]
            if not wakes:
                return
            on, home = min(wakes, key=lambda wake: wake[0])
            midnight = datetime.combine(on, time(), STOCKHOLM)
            state = self.states[home]
            found: list[RoutineEvent] = []
            for client in list(state.facts.clients.values()):
                found += self.derived(state, client, on, on, midnight, None)
            self.settle(found, on, on, None)
            self.effects.changed += duty_updates.escalate(state.open, on)
            self.sleep(home, on)

    def sleep(self, home: UUID, day: date) -> None:
        """Set the home's next waking day."""
        rules = self.routines.rules_on(day)
        state = self.states[home]
        waking = (rules.notices, rules.silences) if rules else ((), ())
        state.wake = derived_events.next_wake(self.facts[home], day, *waking)
        for later in (
            self.routines.next_change(day),
            duty_updates.next_escalation(state.open),
            planning.next_opening(state.planned),
        ):
            if later is not None:
                wake_by(state, later)
        self.effects.touched.add(home)

    # -- a line

    def apply_line(self, line: LineFacts, day: date) -> None:
        """Catch up to the day, apply the line, and settle what follows."""
        self.catch_up(day)
        if not self.is_heard(line):
            return
        before = line_events.look(self.facts, line)
        touched = fold(self.facts, line)
        occurred = stockholm_day(line.occurred)
        if line.event == "client.moved":
            self.move_duties(line)
        elif line.event == "clients.merged":
            merge_duties(self.routines, self.states, self.facts, self.effects, line, day)
        found = [line_events.line_event(self.facts, line, touched, day, occurred)]
        after = line_events.look(self.facts, line)
        found += line_events.following(self.facts, found[0], before, after, line)
        found += line_events.marked(found[0], line)
        found += self.of_a_duty(found[0], line)
        if before.visited != after.visited:
            found += self.visited(touched, line, day)
        if line.client is not None and line.event in derived_events.CARE_EVENTS:
            for home in touched:
                client = self.facts[home].clients.get(line.client)
                if client is not None:
                    found += self.derived(
                        self.states[home], client, day, occurred, line.recorded, line.number
                    )
        self.settle(found, day, occurred, line)
        self.effects.touched.update(touched)
        if line.event in derived_events.CARE_EVENTS or line.event in WITH_A_DAY:
            for home in touched:
                self.sleep(home, day)

    def is_heard(self, line: LineFacts) -> bool:
        """Does the line change a fact, or a rule hear of it? From others nothing can follow (a door opened)."""
        if line.event in FOLDED or line.event in OF_A_DUTY:
            return True
        return any(self.routines.hear(name) for name in line_events.names(line))

    def derived(
        self,
        state: HomeSnapshot,
        client: ClientFacts,
        day: date,
        occurred: date,
        since: datetime,
        line: int | None,
    ) -> list[RoutineEvent]:
        found = list(derived_events.changes_since(state, client, self.facts, day, occurred, since, line))
        rules = self.routines.rules_on(day)
        if rules is not None and rules.notices and not client.coming:
            found += derived_events.endings_near(client, state.facts, day, max(rules.notices), since)
        if rules is not None and rules.silences:
            seen = state.seen.setdefault(client.client, ClientSnapshot())
            found += silence.events(seen, client, rules.silences, state.facts.home, day, since, line)
        return found

    def visited(self, touched: list[UUID], line: LineFacts, day: date) -> list[RoutineEvent]:
        """After a visit, or one that was not made: is the client silent, and when does the home wake?"""
        rules, found = self.routines.rules_on(day), list[RoutineEvent]()
        if rules is None or not rules.silences or line.client is None:
            return found
        for home in touched:
            client = self.facts[home].clients.get(line.client)
            if client is not None and (seen := self.states[home].seen.get(line.client)) is not None:
                found += silence.events(seen, client, rules.silences, home, day, line.recorded, line.number)
                self.sleep(home, day)
        return found

    def of_a_duty(self, told: RoutineEvent, line: LineFacts) -> list[RoutineEvent]:
        """The event under the name that says which duty: "duty.attested:P4.be_present"."""
        if line.event not in OF_A_DUTY:
            return []
        for duty in (duty for home in self.around for duty in self.states[home].open):
            if line.body.get("duty") == str(duty.id):
                rule = self.routines.rules_of(duty.version).rule(duty)
                if line.event in ENDING and not rule.is_ended_by_hand(duty, line):
                    return []
                return [line_events.of_duty(told, duty)]
        return []

    def move_duties(self, line: LineFacts) -> None:
        """Move the client's duties that are about no door to the new home, and what was told about the client."""
        old, new = self.states[uid_in(line.body, "from_home")], self.states[uid_in(line.body, "to_home")]  # type: ignore[index]
        for duty in list(old.open):
            ask = self.routines.rules_of(duty.version).rule(duty).ask
            of_no_door = duty.door is None and (
                ask.kind == "notice" or ask.per == "key"
            )  # another's, by mistake
            if duty.client == line.client and (of_no_door or ask.per in MOVES_WITH_CLIENT):
                old.open.remove(duty)
                duty.home = new.facts.home
                new.open.append(duty)
                self.effects.changed.append(duty)
        rules = self.routines.rules_on(stockholm_day(line.recorded))
        for planned in list(old.planned):
            rule = planning.rule_of(planned, rules)
            if planned.client == line.client and rule is not None and rule.ask.per in MOVES_WITH_CLIENT:
                old.planned.remove(planned)
                planned.home = new.facts.home
                new.planned.append(planned)
        if line.client is not None and line.client in old.seen:
            here, there = old.seen[line.client], new.seen.setdefault(line.client, ClientSnapshot())
            # what is said of the person is not said again
            there.months, there.endings = here.months, here.endings
            there.provider_changes = here.provider_changes

    # -- settling: first what ends, then what opens

    def settle(
        self,
        found: list[RoutineEvent],
        day: date,
        occurred: date,
        line: LineFacts | None,
    ) -> None:
        self.effects.events += found
        for home in self.around:  # what is known behind a door may end what is asked at a neighbour's
            state = self.states[home]
            for duty in list(state.open):
                if duty.opened <= day:  # a home may wake late
                    self.judge(state, duty, found, day, occurred, line)
            for planned in list(state.planned):
                self.review(state, planned, found, _moment(planned.home, day, line))
        rules = self.routines.rules_on(day)
        if rules is not None:
            on = rules.on_at_take_over if are_being_taken_over(self.facts) else rules.on
            for event in found:
                if listening := on.get(event.name):
                    context = subjects.EventContext(event, self.facts)
                    for rule in listening:
                        self.open(rules, rule, context)

    def judge(
        self,
        state: HomeSnapshot,
        duty: OpenDuty,
        found: list[RoutineEvent],
        day: date,
        occurred: date,
        line: LineFacts | None,
    ) -> None:
        """Close the duty if it is done or moot; otherwise update it."""
        rules = self.routines.rules_of(duty.version)
        rule = rules.rule(duty)
        case = subjects.case_of_duty(duty, self.facts, day)
        renamed = duty_updates.rename(duty, rule, case)
        end = rule.end(duty, case, found, line)
        if end is None and duty.kind == "notice" and assignees.is_closed(duty.organisation, case):
            end = "moot"
        if end is not None:
            state.open.remove(duty)
            self.effects.touched |= {state.facts.home, duty.home}
            on = occurred if end == "done" else day
            self.effects.closed.append(ClosedDuty(duty, end, on, line.number if line else None))
            return
        if rule.ask.opens is not None and (planning.opening_day(rule, case) or day) > day:
            state.open.remove(duty)
            self.effects.closed.append(ClosedDuty(duty, "moot", day, line.number if line else None))
            moment = _moment(duty.home, day, line)
            self.plan(rule, planning.plan_again(duty, moment.since), moment)
            return
        if duty_updates.update(duty, rule, case, found, day, line, rules.eves) or renamed:
            if duty.home != state.facts.home:
                state.open.remove(duty)
                self.states[duty.home].open.append(duty)
            self.effects.touched |= {state.facts.home, duty.home}
            self.effects.changed.append(duty)
            self.wake_to_escalate(duty)

    def wake_to_escalate(self, duty: OpenDuty) -> None:
        if duty.escalated is None and duty.escalate_on is not None:
            wake_by(self.states[duty.home], duty.escalate_on)

    def open(self, rules: Rules, rule: Rule, context: subjects.EventContext) -> None:
        """Open what the paragraph asks, once for each case in which its conditions hold."""
        ask, event = rule.ask, context.event
        for case in subjects.cases(ask.per, context):
            if is_quiet(ask, case.client) or not rule.applies(case, event):
                continue
            if ask.kind == "email":
                self.effects.emails.append(openings.email(rules, rule, case, event))
                self.effects.email_lines.append(event.line)
                continue
            if ask.per in assignees.NAMED_BY_OWNER:
                case.name(assignees.client_of(assignees.owner(ask.of[0], case), case))
            if rule.is_over(case) or openings.is_for_the_closed(rule, case):
                continue
            if ask.opens is not None:
                planned = planning.plan_for(rule, case, openings.about(case), event.since)
                self.plan(rule, planned, event)
            else:
                self.open_duty(rules, rule, case, event)

    def plan(self, rule: Rule, planned: PlannedDuty, event: RoutineEvent) -> None:
        """Plan the duty. Of two plans for the same duty the later one is kept."""
        for home in self.around:
            state = self.states[home]
            for earlier in [plan for plan in state.planned if planning.is_same(plan, planned, rule.ask.per)]:
                if earlier.since >= planned.since:
                    return
                state.planned.remove(earlier)
                self.effects.touched.add(home)
        state = self.states[planned.home]
        state.planned.append(planned)
        self.effects.touched.add(planned.home)
        self.review(state, planned, [], event)

    def review(
        self, state: HomeSnapshot, planned: PlannedDuty, found: list[RoutineEvent], event: RoutineEvent
    ) -> None:
        """Open a planned duty on its day, count its day again, or drop it when there is nothing to ask."""
        rules = self.routines.rules_on(event.day)
        rule = planning.rule_of(planned, rules)
        case = planning.case_of(planned, self.facts, event.day)
        opens = planning.opening_day(rule, case) if rule is not None else None
        is_over = rule is None or rule.is_over(case) or rule.end(planned, case, found, None) is not None
        if is_over or (opens is not None and opens <= event.day):
            state.planned.remove(planned)
            self.effects.touched.add(state.facts.home)
            if not is_over and rules is not None and rule is not None and rule.applies(case, event):
                self.open_duty(rules, rule, case, event)
        elif opens != planned.opens:
            planned.opens = opens
            self.effects.touched.add(state.facts.home)
        if opens is not None and planned in state.planned:
            wake_by(state, opens)

    def open_duty(self, rules: Rules, rule: Rule, case: Case, event: RoutineEvent) -> None:
        duty = openings.duty(rules, rule, case, event)
        same = subjects.identity(rule.ask.per, duty)
        if self.is_open(rule, same):
            return
        self.states[duty.home].open.append(duty)
        self.wake_to_escalate(duty)
        self.effects.touched.add(duty.home)
        self.effects.opened.append(duty)
        self.effects.identities.append(same)

    def is_open(self, rule: Rule, same: tuple[object, ...]) -> bool:
        """Is the same duty, or another that the same fulfils, open here or at a neighbour's (for a shared door)?"""
        return any(
            duty.ask in rule.fulfilled_as
            and duty.paragraph == rule.paragraph.id
            and subjects.identity(rule.ask.per, duty) == same
            for home in self.around
            for duty in self.states[home].open
        )


def _moment(home: UUID, day: date, line: LineFacts | None) -> RoutineEvent:
    """The event at which a planned duty is reviewed: the line's instant, else midnight."""
    since = line.recorded if line is not None else datetime.combine(day, time(), STOCKHOLM)
    number = line.number if line is not None else None
    return RoutineEvent(name="", home=home, day=day, occurred=day, since=since, line=number)
