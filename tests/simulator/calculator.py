# SPDX-License-Identifier: EUPL-1.2
"""An independent calculator: from an exported journal alone, who is on which phone, the gaps, and by when.

It imports nothing of Tröskel. It follows the document (P1, P2, P5, P6, A4, A8) and the lines as docs/journal.md and
docs/acts.md tell them; where it and the system differ, one of them is wrong.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

STOCKHOLM = ZoneInfo("Europe/Stockholm")
FREE = {(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)}
"""Holidays and free eves by month and day; the movable ones are outside the days that the tests live."""
ONE_DAY = timedelta(days=1)


@dataclass
class Period:
    """A decision or an allocation: both days are included; `meant`: a person has confirmed the ending."""

    begins: date
    through: date | None
    client: str
    service: str = ""
    organisation: str = ""
    decision: str = ""
    meant: bool = False
    is_void: bool = False

    def covers(self, day: date) -> bool:
        """Does it hold on the day?"""
        return not self.is_void and self.begins <= day <= (self.through or day)


@dataclass
class Person:
    """What the journal tells of a client."""

    is_own: bool = True
    died: date | None = None
    home: str = ""
    absences: list[tuple[date, date | None]] = field(default_factory=list)
    visits: dict[str, tuple[str, date]] = field(default_factory=dict)
    """By visit, since the move became known: by whom, and when."""
    told: date | None = None
    left: dict[str, tuple[date, date]] = field(default_factory=dict)
    """By former home: the last day there, and when that became known."""

    def is_away(self, day: date) -> bool:
        """In hospital or away, by any absence."""
        return any(first <= day <= (last or day) for first, last in self.absences)


@dataclass(frozen=True)
class Asked:
    """A duty, as the system tells it: what it is, of whom and of what, and since when."""

    paragraph: str
    client: str
    organisation: str
    door: str
    decision: str
    through: date | None
    opened: date


class Calculator:
    """Reads the lines of an export, up to a number."""

    def __init__(self, lines: Iterable[Mapping[str, str]], through: int | None = None) -> None:
        self.people: dict[str, Person] = {}
        self.decisions: dict[str, Period] = {}
        self.allocations: dict[str, Period] = {}
        self.doors: dict[str, set[str]] = {}
        self.happened: list[tuple[int, date, str, str, dict[str, Any]]] = []
        for line in lines:
            if "event" in line and (through is None or int(line["number"]) <= through):
                self._read(line)

    def _read(self, line: Mapping[str, str]) -> None:
        body, client, event = json.loads(line["body"]), line["client"], line["event"]
        day = _day(line["recorded"])
        homes = json.loads(line["homes"])
        self.happened.append((int(line["number"]), day, event, client, body))
        person = self.people.setdefault(client, Person()) if client else None
        if event == "door.registered":
            self.doors.setdefault(body["door"], set()).update(homes)
        elif event == "client.registered" and person:
            person.is_own, person.home = body["own"], body["home"]
        elif event == "client.municipality_changed" and person:
            person.is_own = body["own"]
        elif event == "client.moved" and person:
            person.left[person.home] = (date.fromisoformat(body["on"]) - ONE_DAY, day)
            person.home, person.visits = body["to_home"], {}
            person.left.pop(person.home, None)
        elif event == "client.died" and person:
            person.died = _iso(body["on"])
            person.told = day
        elif event == "suspension.began" and person:
            person.absences.append((date.fromisoformat(body["from"]), _iso(body["through"])))
        elif event == "suspension.ended" and person:
            self._home_again(person, body)
        elif event == "visit.registered" and person:
            person.visits[body["visit"]] = (body["organisation"], _day(body["arrived"]))
        elif event == "visit.corrected" and person and body["visit"] in person.visits:
            del person.visits[body["visit"]]
            if body["made"]:
                person.visits[body["visit"]] = (body["organisation"], _day(body["arrived"]))
        elif event.startswith(("decision.", "allocation.", "ending.")):
            self._read_care(event, client, body, day)

    def _read_care(self, event: str, client: str, body: dict[str, Any], day: date) -> None:
        if event.startswith("decision."):
            self._decision(event.partition(".")[2], client, body, day)
        elif event.startswith("allocation."):
            self._allocation(event.partition(".")[2], client, body)
        elif event == "ending.confirmed":
            for period in self.decisions.values():
                if period.client == client and period.through is not None and period.through < day:
                    period.meant = True

    def _home_again(self, person: Person, body: dict[str, Any]) -> None:
        home = date.fromisoformat(body["on"])
        for was in body["absences"]:
            absence = (date.fromisoformat(was["from"]), _iso(was["through"]))
            person.absences.remove(absence)
            if absence[0] < home:
                person.absences.append((absence[0], home - ONE_DAY))

    def _decision(self, what: str, client: str, body: dict[str, Any], day: date) -> None:
        if what == "made":
            self.decisions[body["decision"]] = _period(body, client, service=body["service"])
            return
        _change(self.decisions[body["decision"]], what, body)
        if what == "ended" and body["confirmed"]:
            self.people[client].told = day

    def _allocation(self, what: str, client: str, body: dict[str, Any]) -> None:
        if what == "made":
            self.allocations[body["allocation"]] = _period(
                body,
                client,
                service=body["service"],
                organisation=body["organisation"],
                decision=body["decision"],
            )
        else:
            _change(self.allocations[body["allocation"]], what, body)

    # -- phones and gaps

    def on_phone(self, organisation: str, day: date) -> set[str]:
        """The clients on the organisation's phones on the day (rule 4)."""
        return {
            allocation.client
            for allocation in self.allocations.values()
            if allocation.organisation == organisation
            and self._holds(allocation, day)
            and self.people[allocation.client].is_own
            and not self.people[allocation.client].is_away(day)
        }

    def _holds(self, allocation: Period, day: date) -> bool:
        died = self.people[allocation.client].died
        decided = self.decisions[allocation.decision].covers(day)
        return allocation.covers(day) and decided and (died is None or day < died)

    def gaps(self, day: date, days: int) -> dict[tuple[str, str], set[date]]:
        """By client and service that somebody carries out today: the coming days on which nobody does (A8)."""
        found: dict[tuple[str, str], set[date]] = {}
        for client, person in self.people.items():
            for service in ("home_care", "safety_alarm"):
                mine = [a for a in self.allocations.values() if (a.client, a.service) == (client, service)]
                if not person.is_own or person.died or not any(self._holds(a, day) for a in mine):
                    continue
                coming = [day + timedelta(days=n) for n in range(1, days + 1)]
                uncovered = {
                    on
                    for on in coming
                    if not any(self._holds(a, on) for a in mine)
                    and not self._is_meant(client, service, mine, on)
                }
                if uncovered:
                    found[client, service] = uncovered
        return found

    def _is_meant(self, client: str, service: str, mine: list[Period], on: date) -> bool:
        """Has a person said that it ends: the last decision, or of one that goes on the last to carry it out?"""
        granted = [d for d in self.decisions.values() if (d.client, d.service) == (client, service)]
        of = [a for a in mine if self.decisions[a.decision].covers(on)] if _any(granted, on) else granted
        over = [p for p in of if not p.is_void and p.through is not None and p.through < on]
        return bool(over) and max(over, key=lambda p: p.through or date.max).meant

    # -- by when, and when it was done

    def due(self, asked: Asked) -> date | None:
        """The day by which it is to be done; never before it was asked of this owner (rule 9). None: not known yet."""
        found = self._counted(asked)
        since = self._theirs_since(asked) if asked.paragraph == "P1" else asked.opened
        return max(found, since) if found is not None else None

    def _theirs_since(self, asked: Asked) -> date:
        """The day on which the order last passed to this provider: it is asked anew, and has that day for it."""
        day = self.happened[-1][1]
        if not self._leads(asked, day):
            return asked.opened
        while day > asked.opened and self._leads(asked, day - ONE_DAY):
            day -= ONE_DAY
        return day

    def _leads(self, asked: Asked, day: date) -> bool:
        """Is it the one to order: home care before alarm, then who was allocated first, of those still to come?"""
        behind = self._behind(asked)
        going_on = [
            (a.service != "home_care", a.begins, number, a.organisation)
            for number, a in enumerate(self.allocations.values())
            if a.client in behind and not a.is_void and self._goes_on(a, day)
        ]
        return bool(going_on) and min(going_on)[-1] == asked.organisation

    def _goes_on(self, allocation: Period, day: date) -> bool:
        decision = self.decisions[allocation.decision]
        ends = [one for one in (allocation.through, decision.through) if one is not None]
        return not decision.is_void and min(ends, default=day) >= day

    def _counted(self, asked: Asked) -> date | None:
        if asked.paragraph == "A4":
            return self._care_begins(asked)
        if asked.paragraph == "A8":
            return asked.through
        if asked.paragraph in ("P1", "P2", "P5"):
            clients = self._behind(asked) if asked.paragraph == "P1" else [asked.client]
            visits = [visit for c in clients for visit in self.people[c].visits.values()]
            days = [d for by, d in visits if by == asked.organisation and d >= self._stay(asked.client)]
            first = min(days, default=None)
            if asked.paragraph == "P5" and first is not None:
                return max(first, asked.opened) + timedelta(days=2)
            return first
        behind = self._behind(asked)
        told = [day for c in behind if (day := self.people[c].told)]
        ended = [day for c in behind if (day := self._last_day(c))]
        for client, person in self.people.items():
            for last, known in (person.left[h] for h in self.doors[asked.door] if h in person.left):
                told.append(known)
                ended.append(min(last, self._last_day(client) or last))
        if not told or not ended:
            return None
        return max(working_days_after(max(told), 2), working_days_after(max(ended), 2))

    def _behind(self, asked: Asked) -> list[str]:
        """The own clients of the home, or behind the door."""
        homes = self.doors.get(asked.door) or {self.people[asked.client].home}
        return [c for c, person in self.people.items() if person.home in homes and person.is_own]

    def _periods(self, client: str) -> list[Period]:
        return [d for d in self.decisions.values() if d.client == client and not d.is_void]

    def _stay(self, client: str) -> date:
        """The first day of the present care: of decisions with no confirmed ending between them."""
        begins, ended, is_meant = date.max, date.min, True
        for period in sorted(self._periods(client), key=lambda p: p.begins):
            if period.begins > ended + ONE_DAY and is_meant:
                begins = period.begins
            last = period.through or date.max - ONE_DAY
            if last >= ended:
                ended, is_meant = last, period.meant
        return begins

    def _care_begins(self, asked: Asked) -> date:
        return self._stay(asked.client)

    def _last_day(self, client: str) -> date | None:
        days = [p.through for p in self._periods(client) if p.through]
        died = self.people[client].died
        last = max(days, default=None)
        return min(last, died) if last and died else last

    def done(self, asked: Asked, after: int) -> date | None:
        """The day of the first line after `after` that does what was asked."""
        for number, day, event, client, body in self.happened:
            if number > after and self._does(asked, event, client, body):
                return day
        return None

    def _does(self, asked: Asked, event: str, client: str, body: dict[str, Any]) -> bool:
        if asked.paragraph == "A4":
            return event == "allocation.made" and body["decision"] == asked.decision
        if asked.paragraph == "P1":
            return event == "installation.ordered" and body["door"] == asked.door
        if asked.paragraph == "P6":
            return event == "removal.ordered" and body["door"] == asked.door
        if asked.paragraph == "P2":
            to_client = event == "tag.handed_over" and body["to"]["kind"] == "client"
            return to_client and (client, body["organisation"]) == (asked.client, asked.organisation)
        return False


def working_days_after(day: date, count: int) -> date:
    """The count-th day after `day` that is no Saturday, Sunday or holiday."""
    while count:
        day += ONE_DAY
        count -= day.weekday() < 5 and (day.month, day.day) not in FREE
    return day


def _any(periods: Iterable[Period], day: date) -> bool:
    return any(period.covers(day) for period in periods)


def _period(body: dict[str, Any], client: str, **of: str) -> Period:
    return Period(date.fromisoformat(body["from"]), _iso(body["through"]), client, **of)


def _change(period: Period, what: str, body: dict[str, Any]) -> None:
    if what == "changed":
        period.begins, period.through = date.fromisoformat(body["from"]), _iso(body["through"])
        period.meant = False
    elif what == "ended":
        period.through = _iso(body["through"])
        period.meant = bool(body["confirmed"])
    elif what == "withdrawn":
        period.is_void = True
    if period.through is not None and period.through < period.begins:
        period.is_void = True
    elif what != "withdrawn":
        period.is_void = period.is_void and what != "changed"


def _iso(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _day(instant: str) -> date:
    return datetime.fromisoformat(instant.replace("Z", "+00:00")).astimezone(STOCKHOLM).date()
