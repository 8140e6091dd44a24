# SPDX-License-Identifier: EUPL-1.2
"""What happens to the demo's clients. Each story yields how many days pass before it goes on."""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import Any

from troskel.simulator.life import Life
from troskel.simulator.organisations import ALARM, EAST, LOCKSMITH, MEADOW
from troskel.simulator.people import address, invented

Story = Iterator[int]
COORDINATOR = {EAST: "olle", MEADOW: "moa", ALARM: "lars"}
CARER = {EAST: "carin", MEADOW: "mikael"}


def play(life: Life, today: date) -> None:
    """Let every story run until today; what lies later stays undone."""
    waiting: list[tuple[date, int, Story]] = []
    for number, (days_ago, story) in enumerate(_told(life)):
        waiting.append((today - timedelta(days=days_ago), number, story))
    heapq.heapify(waiting)
    while waiting and waiting[0][0] <= today:
        day, number, story = heapq.heappop(waiting)
        life.live_to(day)
        days = next(story, None)
        if days is not None:
            heapq.heappush(waiting, (day + timedelta(days=days), number, story))
    life.live_to(today)


def _told(life: Life) -> Iterator[tuple[int, Story]]:
    """How many days ago each story begins."""
    client = _clients(life)
    for number in range(12):
        organisation = EAST if number % 2 else MEADOW
        yield 42 - 2 * number, settled(life, client(), organisation)
    yield 4, order_forgotten(life, client(), EAST)
    yield 22, tag_left_behind(life, client(), EAST)
    yield 9, booked_for_today(life, client(), EAST)
    yield 40, decision_runs_out(life, client(), EAST, 4)
    yield 40, decision_runs_out(life, client(), MEADOW, 7)
    yield 41, couple(life, client(), client(), EAST)
    yield 38, changes_provider(life, client(), EAST, MEADOW)
    yield 39, alarm_stays(life, client(), EAST)
    yield 37, ends(life, client(), MEADOW)
    yield 6, refuses(life, client(), EAST)
    yield 12, other_municipality(life, client(), MEADOW)
    yield 3, new_today(life, client(), EAST)


class Client:
    """One invented client, and what people do for the client."""

    def __init__(self, life: Life, number: int) -> None:
        self.life = life
        self.reference = f"D{number:05}"
        self.number = number
        self.address = address(number)

    def registered(self, **values: Any) -> None:
        person = invented(self.life.random)
        self.life.does(
            "anna",
            "register_clients",
            8,
            clients=[{"reference": self.reference, **person, "address": self.address, **values}],
        )

    def granted(
        self, organisation: str, *, service: str = "home_care", days: int | None = 400, part: str = ""
    ) -> None:
        """A decision is made and allocated (A4)."""
        first = self.life.day
        last = None if days is None else (first + timedelta(days=days)).isoformat()
        decision = f"{self.reference}-B{service[0]}{part}"
        period = {"valid_from": first.isoformat(), "valid_through": last}
        self.life.does(
            "anna",
            "make_decisions",
            8,
            decisions=[{"client": self.reference, "reference": decision, "service": service, **period}],
        )
        self.life.does(
            "anna",
            "allocate",
            9,
            allocations=[
                {
                    "decision": decision,
                    "reference": decision.replace("-B", "-F"),
                    "organisation": organisation,
                    **period,
                }
            ],
        )

    def informed(self) -> None:
        """A1, A2, A3."""
        for way in ("oral", "written"):
            self.life.does("anna", "inform_client", 10, client=self.reference, way=way)
        self.life.does("anna", "tell_about_keys", 10, client=self.reference)
        self.life.does("anna", "confirm_understanding", 10, client=self.reference)

    def tag(self, organisation: str) -> str:
        """The tag that this client gets."""
        return str((7700 if organisation == EAST else 8800) + self.number % 30 + 1)

    def first_visit(self, organisation: str) -> None:
        """P2: a tag is left at the first visit, and proves it."""
        tag = self.tag(organisation)
        self.life.does(CARER[organisation], "place_tag", 11, client=self.reference, tag=tag)
        self.visited(organisation, by="tag", tag=tag)

    def visited(self, organisation: str, **evidence: Any) -> None:
        """A visit by the carer; entered by hand it is the coordinator who does it."""
        arrived, departed = self.life.at(11), self.life.at(11, 35)
        self.life.does(
            (COORDINATOR if evidence["by"] == "hand" else CARER)[organisation],
            "register_visit",
            12,
            client=self.reference,
            arrived=arrived.isoformat(),
            departed=departed.isoformat(),
            **evidence,
        )

    def ordered(self, organisation: str) -> str:
        """P1; gives the order's number."""
        outcome = self.life.does(
            COORDINATOR[organisation], "order_installation", 13, client=self.reference, locksmith=LOCKSMITH
        )
        return str(outcome.answer["order"])

    def key_collected(self, organisation: str) -> None:
        """P5."""
        self.life.does(
            CARER[organisation],
            "receive_key",
            14,
            client=self.reference,
            key=f"{self.reference}-1",
            signed="client",
        )

    def booked(self, order: str, hour: int = 13, presence: str = "none", days: int = 0) -> None:
        start = self.life.at(hour) + timedelta(days=days)
        self.life.does(
            "laban",
            "book_order",
            9,
            order=order,
            starts=start.isoformat(),
            ends=(start + timedelta(hours=1)).isoformat(),
            presence=presence,
        )

    @property
    def serial(self) -> str:
        return f"4711-{900 + self.number:04}"

    def mounted(self, order: str) -> None:
        """L1 and S2."""
        self.life.does("laban", "report_installation", 14, order=order, serial=self.serial)
        self.linked()

    def linked(self) -> None:
        self.life.does("siri", "link_lock", 15, client=self.reference, serial=self.serial)

    def tag_taken(self, organisation: str) -> None:
        """P3."""
        self.life.does(CARER[organisation], "take_tag", 16, client=self.reference, tag=self.tag(organisation))


def _clients(life: Life) -> Callable[[], Client]:
    numbers = iter(range(1, 40))
    return lambda: Client(life, next(numbers))


def _to_the_lock(client: Client, organisation: str, days: int = 400) -> Story:
    """From new client to linked lock, as the routine has it: A1–A4, P1–P5, L1, S1, S2."""
    client.registered()
    client.granted(organisation, days=days)
    client.informed()
    yield 1
    client.first_visit(organisation)
    order = client.ordered(organisation)
    client.key_collected(organisation)
    yield 2
    client.booked(order, days=3)
    yield 3
    client.mounted(order)
    yield 1


def settled(life: Life, client: Client, organisation: str) -> Story:
    """Everything as the routine says, and visits by the lock."""
    yield from _to_the_lock(client, organisation)
    client.tag_taken(organisation)
    client.visited(organisation, by="lock", serial=client.serial)


def order_forgotten(life: Life, client: Client, organisation: str) -> Story:
    """The first visit was made, but nobody has ordered: P1 is late (case 9)."""
    client.registered()
    client.granted(organisation)
    client.informed()
    yield 2
    client.first_visit(organisation)


def tag_left_behind(life: Life, client: Client, organisation: str) -> Story:
    """The lock is there, and so is the tag: P3."""
    yield from _to_the_lock(client, organisation)


def booked_for_today(life: Life, client: Client, organisation: str) -> Story:
    """The locksmith comes today, and a carer should be there: P4."""
    client.registered()
    client.granted(organisation)
    client.informed()
    yield 1
    client.first_visit(organisation)
    order = client.ordered(organisation)
    yield 2
    client.booked(order, presence="carer", days=6)


def decision_runs_out(life: Life, client: Client, organisation: str, days: int) -> Story:
    """The decision ends in some days, and no new one is written: the phone will lose the client (A8)."""
    yield from _to_the_lock(client, organisation, days=40 + days)
    client.tag_taken(organisation)


def couple(life: Life, one: Client, other: Client, organisation: str) -> Story:
    """Two behind one door: one ends, the lock stays (case 1)."""
    other.address = one.address
    yield from _to_the_lock(one, organisation)
    one.tag_taken(organisation)
    other.registered()
    other.granted(organisation)
    life.does("siri", "link_lock", 15, client=other.reference, serial=one.serial)
    yield 20
    life.does(
        "anna",
        "end_care",
        client=other.reference,
        service="home_care",
        on=life.day.isoformat(),
        reason="flyttat",
    )


def changes_provider(life: Life, client: Client, former: str, provider: str) -> Story:
    """A5, A6: the lock stays, the phone of the former provider loses the client."""
    yield from _to_the_lock(client, former)
    client.tag_taken(former)
    yield 20
    on = (life.day + timedelta(days=1)).isoformat()
    life.does(
        "anna",
        "change_provider",
        client=client.reference,
        former=former,
        provider=provider,
        on=on,
        reference=f"{client.reference}-F2",
    )


def alarm_stays(life: Life, client: Client, organisation: str) -> Story:
    """A7: home care ends, the alarm does not; nobody may order the removal (rule 1)."""
    yield from _to_the_lock(client, organisation)
    client.tag_taken(organisation)
    client.granted(ALARM, service="safety_alarm", days=None)
    yield 25
    life.does(
        "anna",
        "end_care",
        client=client.reference,
        service="home_care",
        on=life.day.isoformat(),
        reason="behövs ej",
    )
    yield 2
    life.is_refused("olle", "order_removal", "rule 1", client=client.reference, locksmith=LOCKSMITH)


def ends(life: Life, client: Client, organisation: str) -> Story:
    """P6, P7: nothing is left, the removal is to be ordered."""
    yield from _to_the_lock(client, organisation)
    yield 25
    life.does(
        "anna",
        "end_care",
        client=client.reference,
        service="home_care",
        on=life.day.isoformat(),
        reason="särskilt boende",
    )


def refuses(life: Life, client: Client, organisation: str) -> Story:
    """Case 10: no lock turner for the one who does not want it; the tag goes on."""
    client.registered()
    client.granted(organisation)
    life.does("anna", "inform_client", client=client.reference, way="oral")
    life.does(
        "anna",
        "record_refusal",
        client=client.reference,
        reason="does_not_want",
        text="Vill ha sin gamla nyckel.",
    )
    yield 1
    client.first_visit(organisation)


def other_municipality(life: Life, client: Client, organisation: str) -> Story:
    """O1: neither lock nor tag; the visits are entered by hand."""
    client.registered(home_municipality="0998")
    client.granted(organisation)
    yield 1
    client.visited(organisation, by="hand", reason="other_municipality")


def new_today(life: Life, client: Client, organisation: str) -> Story:
    """A new client with a protected identity; nothing has been done yet."""
    client.registered(protection="S")
    client.granted(organisation)
    yield 400
