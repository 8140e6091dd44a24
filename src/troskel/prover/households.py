# SPDX-License-Identifier: EUPL-1.2
"""The small households that every course of events begins from."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from troskel.prover.moves import ChosenMove, ToldLine
from troskel.prover.world import ALARM, ALARMS, HOME_CARE, PROVIDERS, TOLD, World, WorldClient, WorldDoor

START = date(2026, 8, 10)
"""A Monday, far from holidays."""
NORTH, SOUTH = PROVIDERS


class Household(NamedTuple):
    """A household: clients by the home they live in, doors by the homes they serve, and what has happened already."""

    name: str
    words: str
    homes: dict[str, str]
    doors: dict[str, tuple[str, ...]]
    already: tuple[ChosenMove, ...] = ()
    equal_clients: bool = False
    own: bool = True
    spare: tuple[str, ...] = ()
    take_over: date | None = None
    also: tuple[str, ...] = ()

    def world(self) -> World:
        """The household on its first day, before anything has happened."""
        elsewhere = [] if self.own else [(date.min, None)]
        people = {
            client: WorldClient(
                home,
                self.own,
                list(elsewhere),
                told=list(TOLD) if self.take_over else [],
                taken_over=self.take_over is not None,
            )
            for client, home in self.homes.items()
        }
        doors = {
            door: WorldDoor(kind="gate" if len(homes) > 1 else "apartment", homes=list(homes))
            for door, homes in self.doors.items()
        }
        return World(day=START, people=people, doors=doors, spare=list(self.spare), also=self.also)

    def lines(self) -> Iterator[ToldLine]:
        """The lines that register it."""
        for home in dict.fromkeys((*self.homes.values(), *self.spare)):
            yield ToldLine("home.registered", (home,), None, {"home": home})
        for name, door in self.world().doors.items():
            body = {"door": name, "kind": door.kind, "homes": door.homes}
            yield ToldLine("door.registered", tuple(door.homes), None, body)
        for client, home in self.homes.items():
            taken_over = {"take_over": self.take_over, "settling": bool(self.take_over)}
            yield ToldLine(
                "client.registered", (home,), client, {"home": home, "own": self.own, **taken_over}
            )


def care(
    client: str, service: str = HOME_CARE, to: str = NORTH, through: int | None = None
) -> tuple[ChosenMove, ...]:
    decision = f"~B{client[1:]}{service[0]}1"
    """A decision of a service from tomorrow, given to an organisation."""
    return (
        ChosenMove("decide", (client, service, 1, through)),
        ChosenMove("allocate", (client, decision, to, 0, None)),
    )


def lock(client: str, by: str = NORTH, door: str = "~D1", order: str = "~W1") -> tuple[ChosenMove, ...]:
    """A lock is ordered and mounted, and the client gets the letter."""
    return (
        ChosenMove("order_installation", (door, client, by)),
        ChosenMove("report", (door, order)),
        ChosenMove("send_letter", (order,)),
    )


def settled(client: str, by: str = NORTH, door: str = "~D1") -> tuple[ChosenMove, ...]:
    """The key is handed over, and the client is linked to the lock."""
    return (ChosenMove("receive_key", (door, client, by)), ChosenMove("link", (door, client)))


def _one(*moves: ChosenMove) -> tuple[ChosenMove, ...]:
    return (*care("~K1"), *moves)


ONE = {"~K1": "~H1"}
DOOR: dict[str, tuple[str, ...]] = {"~D1": ("~H1",)}
TWO_HOMES: dict[str, tuple[str, ...]] = {"~D1": ("~H1",), "~D9": ("~H9",)}
COUPLE = {"~K1": "~H1", "~K2": "~H1"}
ALL_TOLD = ChosenMove("tell_all", ("~K1",))
ALL_TOLD_2 = ChosenMove("tell_all", ("~K2",))
WAIT = ChosenMove("wait", (1,))

HOUSEHOLDS = {
    household.name: household
    for household in (
        Household("new", "a client of whom nothing is known yet", ONE, DOOR),
        Household(
            "decided", "a client with home care from tomorrow, told, who has no provider yet", ONE, DOOR,
            (ChosenMove("decide", ("~K1", HOME_CARE, 1, None)), ALL_TOLD),
        ),
        Household(
            "waiting", "a client with home care from tomorrow, told, with a tag; the lock is ordered", ONE, DOOR,
            _one(
                ALL_TOLD,
                ChosenMove("place_tag", ("~K1", NORTH)),
                ChosenMove("receive_key", ("~D1", "~K1", NORTH)),
                ChosenMove("order_installation", ("~D1", "~K1", NORTH)),
            ),
        ),
        Household(
            "lock", "a client with home care and a lock in use", ONE, DOOR,
            _one(ALL_TOLD, *lock("~K1"), *settled("~K1"), WAIT),
        ),
        Household(
            "short", "a client with a lock in use, whose home care runs out in 13 days", ONE, DOOR,
            (*care("~K1", through=14), ALL_TOLD, *lock("~K1"), *settled("~K1"), WAIT),
        ),
        Household(
            "ended", "a client whose home care has ended, with the lock, a key and a tag left", ONE, DOOR,
            _one(
                ALL_TOLD,
                ChosenMove("place_tag", ("~K1", NORTH)),
                *lock("~K1"),
                *settled("~K1"),
                WAIT,
                ChosenMove("end", ("~K1", "~BK1h1", 0, True)),
                WAIT,
            ),
        ),
        Household(
            "refusing", "a client with home care who does not want a lock", ONE, DOOR,
            _one(ChosenMove("refuse", ("~K1",)), WAIT),
        ),
        Household(
            "two providers", "a client with two home-care providers and a lock in use", ONE, DOOR,
            _one(
                ChosenMove("allocate", ("~K1", "~BK1h1", SOUTH, 0, None)),
                ALL_TOLD,
                *lock("~K1"),
                *settled("~K1"),
                ChosenMove("receive_key", ("~D1", "~K1", SOUTH)),
                WAIT,
            ),
        ),
        Household(
            "alarm", "a client with home care, a safety alarm and a lock in use", ONE, DOOR,
            _one(
                *care("~K1", ALARM, ALARMS),
                ALL_TOLD,
                *lock("~K1"),
                *settled("~K1"),
                ChosenMove("receive_key", ("~D1", "~K1", ALARMS)),
                WAIT,
            ),
        ),
        Household(
            "couple", "a couple with one lock, both with home care", COUPLE, DOOR,
            (
                *care("~K1"), *care("~K2"), ALL_TOLD, ALL_TOLD_2,
                *lock("~K1"), *settled("~K1"), *settled("~K2"), WAIT,
            ),
            equal_clients=True,
        ),
        Household(
            "couple waiting", "a couple, both with home care; the lock is ordered", COUPLE, DOOR,
            (
                *care("~K1"), *care("~K2"), ALL_TOLD, ALL_TOLD_2,
                ChosenMove("order_installation", ("~D1", "~K1", NORTH)), WAIT,
            ),
        ),
        Household(
            "couple of two", "a couple with one lock; one has home care, the other an alarm", COUPLE, DOOR,
            (
                *care("~K1"), *care("~K2", ALARM, ALARMS), ALL_TOLD, ALL_TOLD_2,
                *lock("~K1"), *settled("~K1"), *settled("~K2", ALARMS), WAIT,
            ),
        ),
        Household(
            "gate", "two homes behind one gate, with a lock in use there; their providers differ",
            {"~K1": "~H1", "~K2": "~H2"}, {"~D1": ("~H1", "~H2")},
            (
                *care("~K1"), *care("~K2", to=SOUTH), ALL_TOLD, ALL_TOLD_2,
                ChosenMove("consent", ("~D1", "~K1", True)),
                *lock("~K1"), *settled("~K1"), *settled("~K2", SOUTH), WAIT,
            ),
            equal_clients=True,
        ),
        Household(
            "decided gate", "two homes behind one gate; one client is told and has care that nobody has yet",
            {"~K1": "~H1", "~K2": "~H2"}, {"~D1": ("~H1", "~H2")},
            (ChosenMove("decide", ("~K1", HOME_CARE, 1, None)), ALL_TOLD),
        ),
        Household(
            "agreed gate", "two homes behind one gate; the owner has agreed, and nothing is ordered",
            {"~K1": "~H1", "~K2": "~H2"}, {"~D1": ("~H1", "~H2")},
            (*care("~K1"), *care("~K2", to=SOUTH), ALL_TOLD, ALL_TOLD_2,
            ChosenMove("consent", ("~D1", "~K1", True)), WAIT),
        ),
        Household(
            "away", "a client with home care and a lock in use, in hospital", ONE, DOOR,
            _one(ALL_TOLD, *lock("~K1"), *settled("~K1"), WAIT, ChosenMove("go_away", ("~K1",))), also=("absences",),
        ),
        Household(
            "visited", "a client with home care and a lock in use, to whom somebody comes every day", ONE, DOOR,
            _one(
                ALL_TOLD, *lock("~K1"), *settled("~K1"),
                *(step for _ in range(3) for step in (WAIT, ChosenMove("visit_again", ("~K1", NORTH)))),
            ),
            also=("silence", "absences"),
        ),
        Household(
            "again", "a client whose home care has ended and who has it again; the removal is ordered", ONE, DOOR,
            _one(
                ALL_TOLD, *lock("~K1"), *settled("~K1"), WAIT,
                ChosenMove("end", ("~K1", "~BK1h1", 0, True)), WAIT,
                ChosenMove("order_removal", ("~D1", "~K1", NORTH)),
                ChosenMove("decide", ("~K1", HOME_CARE, 1, None)),
            ),
        ),
        Household(
            "new gate", "two homes behind one gate, both with home care, nothing ordered",
            {"~K1": "~H1", "~K2": "~H2"}, {"~D1": ("~H1", "~H2")},
            (*care("~K1"), *care("~K2", to=SOUTH), ALL_TOLD, ALL_TOLD_2, WAIT),
            equal_clients=True,
        ),
        Household(
            "two doors", "a client with two doors, told and with home care; a lock at one of them",
            ONE, {"~D1": ("~H1",), "~D2": ("~H1",)},
            _one(ALL_TOLD, *lock("~K1"), *settled("~K1"), ChosenMove("receive_key", ("~D2", "~K1", NORTH)), WAIT),
        ),
        Household(
            "moving waiting", "a client with home care and a tag, who may move", ONE, TWO_HOMES,
            _one(ALL_TOLD, ChosenMove("place_tag", ("~K1", NORTH)),
            ChosenMove("order_installation", ("~D1", "~K1", NORTH)), WAIT),
            spare=("~H9",), also=("plan",),
        ),
        Household(
            "moving", "a client with a lock in use, who may move", ONE, TWO_HOMES,
            _one(ALL_TOLD, *lock("~K1"), *settled("~K1"), WAIT), spare=("~H9",), also=("plan",),
        ),
        Household(
            "booked", "a client with home care; the locksmith is booked, and a carer must be present", ONE, DOOR,
            _one(
                ALL_TOLD,
                ChosenMove("place_tag", ("~K1", NORTH)),
                ChosenMove("order_installation", ("~D1", "~K1", NORTH)),
                ChosenMove("book", ("~D1", "~W1")),
                WAIT,
            ),
        ),
        Household(
            "repair", "a client with a lock in use that is to be mended", ONE, DOOR,
            _one(
                ALL_TOLD, *lock("~K1"), *settled("~K1"), WAIT,
                ChosenMove("fault", ("~D1", "~K1")), ChosenMove("order_repair", ("~D1", "~K1", NORTH)),
            ),
        ),
        Household(
            "removal", "a client whose home care has ended; the removal is ordered, and booked", ONE, DOOR,
            _one(
                ALL_TOLD,
                ChosenMove("place_tag", ("~K1", NORTH)),
                *lock("~K1"), *settled("~K1"), WAIT,
                ChosenMove("end", ("~K1", "~BK1h1", 0, True)), WAIT,
                ChosenMove("order_removal", ("~D1", "~K1", NORTH)), ChosenMove("book", ("~D1", "~W2")),
                ChosenMove("take_tag", ("~K1", "~T1")),
            ),
        ),
        Household(
            "removed", "a client whose home care has ended; the lock is taken down, the link is left", ONE, DOOR,
            _one(
                ALL_TOLD, *lock("~K1"), *settled("~K1"), WAIT,
                ChosenMove("end", ("~K1", "~BK1h1", 0, True)), WAIT,
                ChosenMove("order_removal", ("~D1", "~K1", NORTH)), ChosenMove("report", ("~D1", "~W2")),
            ),
        ),
        Household(
            "widowed", "a couple with one lock in use, of whom one has ended", COUPLE, DOOR,
            (
                *care("~K1"), *care("~K2"), ALL_TOLD, ALL_TOLD_2,
                *lock("~K1"), *settled("~K1"), *settled("~K2"), WAIT,
                ChosenMove("end", ("~K1", "~BK1h1", 0, True)), WAIT,
            ),
        ),
        Household(
            "billed", "a client of another municipality, whose first month has ended and been billed", ONE, DOOR,
            _one(ChosenMove("wait", (22,)), ChosenMove("bill", ("~K1", NORTH, "2026-08")),
            ChosenMove("wait", (30,))), own=False,
        ),
        Household(
            "taken over", "a client whose care and lock were there before the system", ONE, DOOR,
            (ChosenMove("take_over", ("~K1", "~D1", NORTH)), WAIT), take_over=START,
        ),
        Household(
            "taken over with keys", "a client taken over; a provider that never had the client has a key", ONE, DOOR,
            (ChosenMove("tell_key", ("~D1", "~K1", SOUTH)), ChosenMove("take_over", ("~K1", "~D1", NORTH)), WAIT),
            take_over=START,
        ),
        Household(
            "unwanted", "a client with a lock in use, who does not want it any more", ONE, DOOR,
            _one(ALL_TOLD, *lock("~K1"), *settled("~K1"), WAIT, ChosenMove("refuse", ("~K1",))),
        ),
        Household(
            "keys left", "a client with two doors and a key left of each, whose home care has ended", ONE,
            {"~D1": ("~H1",), "~D2": ("~H1",)},
            _one(
                ALL_TOLD,
                ChosenMove("receive_key", ("~D1", "~K1", NORTH)),
                ChosenMove("receive_key", ("~D2", "~K1", NORTH)), WAIT,
                ChosenMove("end", ("~K1", "~BK1h1", 0, True)), WAIT,
            ),
        ),
        Household("other", "a client of another municipality, with home care", ONE, DOOR, _one(WAIT), own=False),
    )
}  # fmt: skip
