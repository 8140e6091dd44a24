# SPDX-License-Identifier: EUPL-1.2
"""The engine: a line comes in, the homes it names move on, and what the routine then asks comes out. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from uuid import UUID

from troskel.routine import calendar, changing, dues, happenings, owners, subjects
from troskel.routine.duty import Closed, Effects, Email, Happening, HomeState, OpenDuty, Seen, derived_id
from troskel.routine.facts import ClientFacts, HomeFacts
from troskel.routine.fold import fold
from troskel.routine.fold_things import visited_on
from troskel.routine.line import STOCKHOLM, Line, stockholm_day, told_on, uid_in
from troskel.routine.rules import Rule, Rules
from troskel.routine.standing import is_being_taken_over
from troskel.routine.subjects import Case
from troskel.routine.versions import Routines

# What a duty or an e-mail remembers of the happening it came from.
ABOUT = (
    *("order", "number", "lock", "serial", "link", "tag", "key", "decision", "service"),
    *("through", "former", "starts", "presence", "reason_code", "code", "locksmith"),
    *("month", "form", "form_number"),
)


def needed(homes: Mapping[UUID, HomeState], line: Line) -> set[UUID]:
    """Homes that must be loaded before the line can be laid in: those who share a door, or to which a
    client moved.
    Call again after loading, until it answers with none. (A home named by the line and not known is made
    anew.)"""
    start = _asleep(homes, homes, _day_of(line)) if line.event == "day.turned" else line.homes
    return {home for home in _around(homes, start) if home not in homes} - set(line.homes)


def advance(routines: Routines, homes: dict[UUID, HomeState], line: Line) -> Effects:
    """Lay one line into the homes, and say what the routine then asks. Changes the states in `homes` in
    place."""
    effects = Effects()
    if line.event == "routine.in_force":
        begins = date.fromisoformat(line.body["from"])
        routines.enter(begins, line.body["version"])
        effects.wake_all = max(begins, told_on(line))
    elif line.event == "day.turned":
        turn(routines, homes, homes, _day_of(line), effects)
    elif line.homes:
        for home in line.homes:
            if home not in homes:
                homes[home] = HomeState(facts=HomeFacts(home=home))
        day = stockholm_day(line.recorded)
        around = _around(homes, line.homes)
        if missing := [str(home) for home in around if home not in homes]:
            raise LookupError(f"line {line.number} needs the homes {', '.join(missing)}")
        _Turn(routines, homes, around, effects).take_in(line, day)
    return effects


def turn(
    routines: Routines, homes: dict[UUID, HomeState], due: Iterable[UUID], day: date, effects: Effects
) -> None:
    """Turn the day for these homes: each wakes on every day it has slept past, in order, neighbours
    together."""
    done: set[UUID] = set()
    for home in sorted(_asleep(homes, due, day)):
        if home not in done:
            around = _around(homes, (home,))
            if missing := [str(h) for h in around if h not in homes]:
                raise LookupError(f"the turn of {day} needs the homes {', '.join(missing)}")
            done.update(around)
            _Turn(routines, homes, around, effects).catch_up(day)


def _asleep(homes: Mapping[UUID, HomeState], due: Iterable[UUID], day: date) -> list[UUID]:
    """Of the homes that are due, those that have slept past the day."""
    return [home for home in due if (wake := homes[home].wake) is not None and wake <= day]


def _day_of(line: Line) -> date:
    return date.fromisoformat(line.body["day"])


def wake_by(state: HomeState, day: date) -> None:
    """Let the home wake on this day at the latest (a new version of the routine)."""
    state.wake = day if state.wake is None else min(state.wake, day)


def _around(homes: Mapping[UUID, HomeState], start: Iterable[UUID]) -> list[UUID]:
    """The homes, those who share a door with them (and so on), and those their clients moved to."""
    found = list(dict.fromkeys(start))
    for home in found:
        state = homes.get(home)
        if state is not None:
            for door in state.facts.doors.values():
                if len(door.homes) > 1:
                    found.extend(other for other in door.homes if other not in found)
            for client in state.facts.clients.values():
                if client.moved_to is not None and client.moved_to not in found:
                    found.append(client.moved_to)
    return found


class _Turn:
    """One line, or one waking, being worked through."""

    def __init__(
        self, routines: Routines, homes: dict[UUID, HomeState], around: list[UUID], effects: Effects
    ) -> None:
        self.routines, self.states, self.around, self.effects = routines, homes, around, effects
        self.facts = {home: homes[home].facts for home in around}

    # -- the calendar
    # --------------------------------------------------------------------------------------------

    def catch_up(self, day: date) -> None:
        """Wake on every day slept past, the earliest first."""
        while True:
            wakes = [
                (w, home) for home in self.around if (w := self.states[home].wake) is not None and w <= day
            ]
            if not wakes:
                return
            on, home = min(wakes)
            midnight = datetime.combine(on, time(), STOCKHOLM)
            state = self.states[home]
            found: list[Happening] = []
            for client in list(state.facts.clients.values()):
                found += self.derived(state, client, on, on, midnight, None)
            self.settle(found, [home], on, on, None)
            self.effects.changed += changing.escalate(state.open, on)
            self.sleep(home, on)

    def sleep(self, home: UUID, day: date) -> None:
        """Set when the home is to wake next."""
        rules = self.routines.rules_on(day)
        state = self.states[home]
        state.wake = happenings.next_wake(self.facts[home], day, rules.notices if rules else ())
        for later in (self.routines.next_change(day), changing.next_escalation(state.open)):
            if later is not None:
                wake_by(state, later)
        self.effects.touched.add(home)

    # -- a line
    # --------------------------------------------------------------------------------------------------

    def take_in(self, line: Line, day: date) -> None:
        """Catch up to the day, lay the line in, and settle what follows."""
        self.catch_up(day)
        first_visit = self.first_visit(line)
        touched = fold(self.facts, line)
        occurred = stockholm_day(line.occurred)
        if line.event == "client.moved":
            self.move_duties(line)
        found = [self.told(line, touched, day, occurred)]
        if line.event == "visit.registered" and first_visit != self.first_visit(line):
            found.append(self.first_visit_happening(line, touched, day))
        if line.client is not None and line.event in LOOK_AFTER:
            for home in touched:
                client = self.facts[home].clients.get(line.client)
                if client is not None:
                    found += self.derived(
                        self.states[home], client, day, occurred, line.recorded, line.number
                    )
        self.settle(found, touched, day, occurred, line)
        for home in touched:
            self.effects.touched.add(home)
            if line.event in LOOK_AFTER:
                self.sleep(home, day)

    def told(self, line: Line, touched: list[UUID], day: date, occurred: date) -> Happening:
        body = line.body
        return Happening(
            name=line.event,
            home=self.home_of(line, touched),
            day=day,
            occurred=occurred,
            since=line.recorded,
            line=line.number,
            client=line.client,
            organisation=uid_in(body, "organisation"),
            door=uid_in(body, "door"),
            about=body,
        )

    def home_of(self, line: Line, touched: list[UUID]) -> UUID:
        """Where it happened: where the client lives, else the first home named."""
        here = [h for h in touched if line.client is not None and line.client in self.facts[h].clients]
        living = [h for h in here if self.facts[h].clients[line.client].moved_to is None]  # type: ignore[index]
        return (living or here or list(line.homes))[0]

    def derived(
        self,
        state: HomeState,
        client: ClientFacts,
        day: date,
        occurred: date,
        since: datetime,
        line: int | None,
    ) -> list[Happening]:
        found = list(happenings.since_last_look(state, client, self.facts, day, occurred, since, line))
        rules = self.routines.rules_on(day)
        if rules is not None and rules.notices:
            found += happenings.endings_near(client, state.facts, day, max(rules.notices), since)
        return found

    def first_visit(self, line: Line) -> date | None:
        organisation = uid_in(line.body, "organisation")
        if line.event != "visit.registered" or organisation is None or line.client is None:
            return None
        days = [
            client.first_visits[organisation]
            for home in line.homes
            if (client := self.facts[home].clients.get(line.client)) and organisation in client.first_visits
        ]
        return min(days, default=None)

    def first_visit_happening(self, line: Line, touched: list[UUID], day: date) -> Happening:
        return Happening(
            name="first.visit",
            home=self.home_of(line, touched),
            day=day,
            occurred=visited_on(line),
            since=line.recorded,
            line=line.number,
            client=line.client,
            organisation=uid_in(line.body, "organisation"),
        )

    def move_duties(self, line: Line) -> None:
        """What is about the client and not about a door goes along to the new home."""
        old, new = self.states[uid_in(line.body, "from_home")], self.states[uid_in(line.body, "to_home")]  # type: ignore[index]
        for duty in list(old.open):
            ask = self.routines.rules_of(duty.version).rule(duty).ask
            if duty.client == line.client and ask.per in GOES_ALONG:
                old.open.remove(duty)
                duty.home = new.facts.home
                new.open.append(duty)
                self.effects.changed.append(duty)
        if line.client is not None and line.client in old.seen:
            new.seen.setdefault(line.client, Seen()).months = old.seen[line.client].months

    # -- settling: first what is over, then what is new
    # ------------------------------------------------------------

    def settle(
        self, found: list[Happening], touched: list[UUID], day: date, occurred: date, line: Line | None
    ) -> None:
        self.effects.happened += found
        for home in self.around:
            state = self.states[home]
            if state.open:
                near = home in touched
                for duty in list(state.open):
                    if near or duty.door is not None:
                        self.judge(state, duty, found, day, occurred, line)
        rules = self.routines.rules_on(day)
        if rules is not None:
            for happening in found:
                for rule in rules.on.get(happening.name, ()):
                    self.open(rules, rule, happening)

    def judge(
        self,
        state: HomeState,
        duty: OpenDuty,
        found: list[Happening],
        day: date,
        occurred: date,
        line: Line | None,
    ) -> None:
        """Is the duty done, moot, or otherwise than it was?"""
        rules = self.routines.rules_of(duty.version)
        rule = rules.rule(duty)
        case = subjects.case_of_duty(duty, self.facts, day)
        end = rule.end(duty, case, found, line)
        if end is not None:
            state.open.remove(duty)
            self.effects.touched.add(duty.home)
            on = occurred if end == "done" else day
            self.effects.closed.append(Closed(duty, end, on, line.number if line else None))
            return
        if changing.change(duty, rule, case, found, day, line, rules.eves):
            self.effects.touched.add(duty.home)
            self.effects.changed.append(duty)
            self.wake_to_escalate(duty)

    def wake_to_escalate(self, duty: OpenDuty) -> None:
        if duty.escalated is None and duty.escalate_on is not None:
            wake_by(self.states[duty.home], duty.escalate_on)

    def open(self, rules: Rules, rule: Rule, happening: Happening) -> None:
        """Open what the paragraph asks, once for each case in which its conditions hold."""
        ask = rule.ask
        for case in subjects.cases(ask.per, happening, self.facts):
            if not rule.applies(case, happening):
                continue
            if not ask.at_take_over and case.client is not None and is_being_taken_over(case.client):
                continue
            if ask.kind == "email":
                self.send(rules, rule, case, happening)
            elif not rule.is_over(case):
                self.open_duty(rules, rule, case, happening)

    def send(self, rules: Rules, rule: Rule, case: Case, happening: Happening) -> None:
        to = dict.fromkeys(owners.OWNERS[name](case) for name in rule.ask.of)
        which = happening.line if happening.line is not None else happening.day
        self.effects.emails.append(
            Email(
                key=f"{rule.paragraph.id}.{rule.ask.ask}.{which}.{case.client.client if case.client else ''}",
                paragraph=rule.paragraph.id,
                ask=rule.ask.ask,
                version=rules.routine.version,
                to=tuple(to),
                home=case.home.home,
                client=case.client.client if case.client else None,
                door=case.door.door if case.door else happening.door,
                about=_about(case),
            )
        )

    def open_duty(self, rules: Rules, rule: Rule, case: Case, happening: Happening) -> None:
        ask = rule.ask
        role, organisation = owners.OWNERS[ask.of[0]](case)
        case.organisation = organisation if role != owners.LOCKSMITH else case.organisation
        duty = OpenDuty(
            id=case.home.home,
            kind=ask.kind,
            paragraph=rule.paragraph.id,
            ask=ask.ask,
            version=rules.routine.version,
            home=case.home.home,
            role=role,
            organisation=organisation,
            client=case.client.client if case.client else None,
            door=case.door.door if case.door else None,
            about=_about(case),
            opened=happening.day,
            since=happening.since,
            opened_line=happening.line,
        )
        same = subjects.identity(ask.per, duty)
        if self.is_open(rule, same):
            return
        source = happening.line if happening.line is not None else happening.day
        duty.id = derived_id(happening.since, source, duty.paragraph, duty.ask, *same)
        if ask.due is not None:
            duty.due = dues.due_day(ask.due, case, rules.eves)
        if ask.also_of is not None:
            duty.also_role, duty.also_organisation = owners.OWNERS[ask.also_of](case)
            duty.also_from = calendar.add_working_days(duty.opened, ask.also_after, rules.eves)
        duty.escalate_on = changing.escalation_day(ask, duty.due, duty.opened, rules.eves)
        self.states[duty.home].open.append(duty)
        self.wake_to_escalate(duty)
        self.effects.touched.add(duty.home)
        self.effects.opened.append(duty)

    def is_open(self, rule: Rule, same: tuple[object, ...]) -> bool:
        """Is the same duty open already, here or (for a shared door) at a neighbour's?"""
        return any(
            duty.ask == rule.ask.ask
            and duty.paragraph == rule.paragraph.id
            and subjects.identity(rule.ask.per, duty) == same
            for home in self.around
            for duty in self.states[home].open
        )


def _about(case: Case) -> dict[str, object]:
    return {key: value for key in ABOUT if (value := case.about.get(key)) is not None}


# Duties about the client and not about a door, which go along when the client moves.
GOES_ALONG = frozenset({"client", "decision", "provider_and_month", "basis_form"})

# Events after which coverage, providers, endings or doors may stand otherwise than before.
LOOK_AFTER = frozenset(
    {
        *("client.registered", "client.moved", "client.died", "client.municipality_changed"),
        *("decision.made", "decision.changed", "decision.ended", "decision.withdrawn", "ending.confirmed"),
        *("allocation.made", "allocation.changed", "allocation.ended", "allocation.withdrawn"),
    }
)
