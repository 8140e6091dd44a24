# SPDX-License-Identifier: EUPL-1.2
"""A small language to tell a course of events in, line by line, and ask what the routine then asks."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

import msgspec

from troskel.routine import (
    ClosedDuty,
    Effects,
    Email,
    History,
    HomeSnapshot,
    LineFacts,
    OpenDuty,
    Routine,
    Routines,
    advance,
    read_routine,
    replay,
    wake_by,
)
from troskel.routine.line import STOCKHOLM

FILE = Path(__file__).parents[2] / "routines" / "troskelby" / "2016-11-29.toml"
ROUTINE = read_routine(FILE)
START = date(2026, 3, 2)  # a Monday
HOME_CARE, ALARM = "home_care", "safety_alarm"


def day(text: str | date) -> date:
    return text if isinstance(text, date) else date.fromisoformat(text)


def named(name: str) -> UUID:
    """An id one can recognise: the same name always gives the same."""
    return UUID(bytes=name.encode().ljust(16, b".")[:16])


class Story:
    """A municipality's journal as it is written. `today` is the day lines are recorded; `at` the hour."""

    def __init__(self, start: str | date = START, routine: Routine = ROUTINE, stored: bool = False) -> None:
        self.today, self.hour, self.stored = day(start), 9, stored
        self.lines: list[LineFacts] = []
        self.homes: dict[UUID, HomeSnapshot] = {}
        self.routines = Routines({routine.version: routine})
        self.history = History()
        self.last = Effects()
        self.serial = 0
        self.home_of: dict[UUID, UUID] = {}
        self.doors_of: dict[UUID, tuple[UUID, ...]] = {}
        self.order_at: dict[UUID, UUID] = {}
        self.line(
            "routine.in_force", (), version=routine.version, name="2016-11-29", **{"from": "2012-01-01"}
        )

    # -- the journal ------------------------------------------------------------------------------

    def line(
        self,
        event: str,
        homes: tuple[UUID, ...] | list[UUID],
        client: UUID | None = None,
        /,
        *,
        occurred: Any = None,
        **body: Any,
    ) -> Effects:
        recorded = datetime.combine(self.today, time(self.hour, len(self.lines) % 60), STOCKHOLM)
        if occurred is not None and not isinstance(occurred, datetime):
            occurred = datetime.combine(day(occurred), time(10), STOCKHOLM)
        plain = msgspec.to_builtins(body)
        if client is not None:
            plain["client"] = str(client)
        made = LineFacts(
            len(self.lines) + 1, occurred or recorded, recorded, event, tuple(homes), client, plain
        )
        self.lines.append(made)
        return self.lay_in(made)

    def lay_in(self, line: LineFacts) -> Effects:
        if self.stored:
            blob = msgspec.json.encode(self.homes)
            self.homes = msgspec.json.decode(blob, type=dict[UUID, HomeSnapshot])
        self.last = advance(self.routines, self.homes, line)
        if self.last.wake_all is not None:
            for state in self.homes.values():
                wake_by(state, self.last.wake_all)
        # what was told is kept as it was then
        self.last.opened = (
            [msgspec.structs.replace(d) for d in self.last.opened] if self.stored else self.last.opened
        )
        self.history.add(self.last)
        return self.last

    def until(self, to: str | date, turning: bool = True) -> Story:
        """Let the days go, turning each."""
        while self.today < day(to):
            self.today += timedelta(days=1)
            if turning:
                self.turn()
        return self

    def turn(self) -> Effects:
        return self.line("day.turned", (), day=self.today)

    def id(self, kind: str) -> UUID:
        self.serial += 1
        return named(f"{kind}-{self.serial}")

    # -- people -----------------------------------------------------------------------------------

    def home(self, doors: int = 1) -> UUID:
        home = self.id("home")
        self.line("home.registered", [home], home=home)
        for _ in range(doors):
            self.door(home)
        return home

    def door(self, *homes: UUID, kind: str = "apartment") -> UUID:
        door = self.id("door")
        for home in homes:
            self.doors_of[home] = (*self.doors_of.get(home, ()), door)
        self.line("door.registered", homes, door=door, kind=kind, homes=homes)
        return door

    def served_by(self, door: UUID) -> list[UUID]:
        return [home for home, doors in self.doors_of.items() if door in doors]

    def client(
        self,
        home: UUID | None = None,
        own: bool = True,
        take_over: str | date | None = None,
        settling: bool = False,
    ) -> UUID:
        home = home or self.home()
        client = self.id("client")
        self.home_of[client] = home
        body = {"own": own, "take_over": take_over, "settling": settling}
        self.line("client.registered", [home], client, home=home, **body)
        return client

    def taken_over(self, day: date) -> None:
        """The first night has been taken in."""
        self.line("take_over.finished", list(self.homes), day=day)

    def about(self, event: str, client: UUID, /, **body: Any) -> Effects:
        return self.line(event, [self.home_of[client]], client, **body)

    def moves(self, client: UUID, to: UUID, on: str | date) -> None:
        old = self.home_of[client]
        self.line("client.moved", [old, to], client, from_home=old, to_home=to, on=day(on))
        self.home_of[client] = to

    # -- care -------------------------------------------------------------------------------------

    def decision(self, client: UUID, begins: Any, through: Any = None, service: str = HOME_CARE) -> UUID:
        decision = self.id("decision")
        body = {"from": day(begins), "through": through and day(through)}
        self.about("decision.made", client, decision=decision, service=service, replaces=None, **body)
        return decision

    def allocation(
        self,
        client: UUID,
        decision: UUID,
        to: UUID,
        begins: Any,
        through: Any = None,
        service: str = HOME_CARE,
    ) -> UUID:
        allocation = self.id("alloc")
        body = {"from": day(begins), "through": through and day(through)}
        self.about(
            "allocation.made",
            client,
            allocation=allocation,
            decision=decision,
            service=service,
            organisation=to,
            **body,
        )
        return allocation

    def care(
        self, client: UUID, provider: UUID, begins: Any, through: Any = None, service: str = HOME_CARE
    ) -> UUID:
        decision = self.decision(client, begins, through, service)
        self.allocation(client, decision, provider, begins, through, service)
        return decision

    def ends(self, client: UUID, decision: UUID, through: Any, confirmed: bool = True) -> Effects:
        return self.about(
            "decision.ended", client, decision=decision, through=day(through), confirmed=confirmed, reason="x"
        )

    # -- orders, locks, links ---------------------------------------------------------------------

    def at_door(self, event: str, client: UUID, door: UUID, /, **body: Any) -> Effects:
        return self.line(event, self.served_by(door), client, door=door, **body)

    def order(
        self, client: UUID, door: UUID, by: UUID, kind: str = "installation", lock: UUID | None = None
    ) -> UUID:
        order = self.id("order")
        self.order_at[order] = door
        more = {"lock": lock} if lock else {"reason_code": "new"}
        self.at_door(
            f"{kind}.ordered",
            client,
            door,
            order=order,
            number=self.serial,
            organisation=by,
            locksmith=SMITH,
            **more,
        )
        return order

    def about_order(self, event: str, client: UUID, order: UUID, by: UUID, /, **body: Any) -> Effects:
        door = self.order_at[order]
        return self.at_door(
            event, client, door, order=order, number=1, organisation=by, locksmith=SMITH, **body
        )

    def mounted(self, client: UUID, order: UUID, by: UUID) -> UUID:
        lock = self.id("lock")
        self.about_order("installation.reported", client, order, by, lock=lock, serial="SN1")
        return lock

    def linked(self, client: UUID, lock: UUID, door: UUID) -> UUID:
        link = self.id("link")
        self.at_door("link.made", client, door, link=link, lock=lock)
        return link

    def lock_in_use(self, client: UUID, door: UUID, by: UUID) -> UUID:
        lock = self.mounted(client, self.order(client, door, by), by)
        self.linked(client, lock, door)
        return lock

    # -- things and visits ------------------------------------------------------------------------

    def visit(self, client: UUID, by: UUID, on: Any = None, hour: int = 8) -> Effects:
        arrived = datetime.combine(day(on) if on else self.today, time(hour), STOCKHOLM)
        return self.about(
            "visit.registered",
            client,
            occurred=arrived,
            visit=self.id("visit"),
            organisation=by,
            arrived=arrived,
        )

    def tag_to(self, client: UUID, of: UUID, tag: UUID | None = None) -> UUID:
        tag = tag or self.id("tag")
        ends = {"from": {"kind": "organisation", "id": of}, "to": {"kind": "client", "id": client}}
        self.about("tag.handed_over", client, tag=tag, organisation=of, **ends)
        return tag

    def tag_from(self, client: UUID, of: UUID, tag: UUID) -> None:
        ends = {"from": {"kind": "client", "id": client}, "to": {"kind": "organisation", "id": of}}
        self.about("tag.handed_over", client, tag=tag, organisation=of, **ends)

    def key_to(self, client: UUID, door: UUID, to: UUID) -> UUID:
        key = self.id("key")
        ends = {"from": {"kind": "client", "id": client}, "to": {"kind": "organisation", "id": to}}
        self.at_door("key.handed_over", client, door, key=key, organisation=to, **ends)
        return key

    def key_back(self, client: UUID, door: UUID, of: UUID, key: UUID) -> None:
        ends = {"from": {"kind": "organisation", "id": of}, "to": {"kind": "client", "id": client}}
        self.at_door("key.handed_over", client, door, key=key, organisation=of, **ends)

    # -- another municipality's clients, month by month -------------------------------------------

    def billed(self, client: UUID, by: UUID, month: str) -> Effects:
        return self.about("month.billed", client, row=self.id("row"), organisation=by, month=month)

    def form(self, event: str, client: UUID, by: UUID, month: str) -> Effects:
        form = uuid5(client, f"{by} {month}")
        return self.about(
            f"basis_form.{event}", client, form=form, form_number="U-1", organisation=by, month=month
        )

    # -- asking -----------------------------------------------------------------------------------

    def open(self, name: str = "", kind: str | None = None) -> list[OpenDuty]:
        """Open duties and notices whose name begins so: "P1", "P6.order"."""
        found = [d for state in self.homes.values() for d in state.open if name_of(d).startswith(name)]
        return sorted((d for d in found if kind in (None, d.kind)), key=lambda d: d.id)

    def names(self, kind: str = "duty") -> list[str]:
        return sorted({name_of(d) for d in self.open(kind=kind)})

    def the(self, name: str) -> OpenDuty:
        (duty,) = self.open(name)
        return duty

    def closed(self, name: str) -> list[tuple[str, date | None]]:
        return [
            (x.state, x.day)
            for x in self.history.duties.values()
            if x.state != "open" and name_of(x.duty).startswith(name)
        ]

    def mails(self, name: str = "") -> list[Email]:
        return [m for m in self.history.emails if f"{m.paragraph}.{m.ask}".startswith(name)]

    def replayed(self, instead: Routine | None = None) -> History:
        return replay(self.routines, self.lines, instead=instead)


def name_of(duty: OpenDuty | ClosedDuty) -> str:
    told = duty.duty if isinstance(duty, ClosedDuty) else duty
    return f"{told.paragraph}.{told.ask}"


NORTH, SOUTH, NIGHT, ALARMS, SMITH = (named(n) for n in ("north", "south", "night", "alarms", "smith"))
