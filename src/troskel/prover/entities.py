# SPDX-License-Identifier: EUPL-1.2
"""The parts of a small household: clients, decisions, allocations, doors and orders, by name.

Ids are names, as "~K1" for a client and "~Norr" for a provider; `ident` makes the UUID of one and `name_of` reads it.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from uuid import UUID

import msgspec

HOME_CARE, ALARM = "home_care", "safety_alarm"
PROVIDERS, ALARMS, SMITH = ("~Norr", "~Syd"), "~Larm", "~Smed"
ONE_DAY, FOREVER = timedelta(days=1), date.max
_REVERSED = (1 << 128) - 1
TOLD = ("oral", "written", "keys", "understood")
"""What the client must have been told, and have understood (A1, A2, A3)."""


@lru_cache(maxsize=4096)
def ident(name: str, backwards: bool = False) -> UUID:
    """The UUID of a name of at most 16 letters; backwards, UUIDs sort in the opposite order."""
    number = int.from_bytes(name.encode().ljust(16, b"."), "big")
    return UUID(int=number ^ _REVERSED if backwards else number)


@lru_cache(maxsize=65_536)
def name_of(text: str) -> str:
    """The name whose UUID this is, either way round; what is no name comes back as it is."""
    number = UUID(text).int
    for value in (number, number ^ _REVERSED):
        raw = value.to_bytes(16, "big")
        if raw[:1] == b"~":
            return raw.decode(errors="replace").rstrip(".")
    return text


class WorldDecision(msgspec.Struct):
    """A granted service. `confirmed`: a person has said that it ends on its last day. `of_new`: of a new client."""

    service: str
    begins: date
    through: date | None = None
    confirmed: bool = False
    of_new: bool = False


class WorldAllocation(msgspec.Struct):
    """A decision given to an organisation, on the day `made`."""

    decision: str
    service: str
    to: str
    begins: date
    through: date | None = None
    confirmed: bool = False
    made: date = date.min


class WorldClient(msgspec.Struct):
    """A client. `elsewhere`: first and last day of the times as another municipality's; the last has no end yet.

    `tags`: tag to the organisation whose it is. `links`: link to lock. `way_in`: is a way in owed? `unwanted`: it is
    confirmed that the client wants no lock. `begun`: the first day of care after the last time it was over. `absences`:
    first and last day. `came`: the days with a visit; `taken_over`: care from before the system, which knows no earlier
    ones. `coming`: the home and the day of a planned move. `home_through`: the last day at home, before special
    housing.
    """

    home: str
    own: bool = True
    elsewhere: list[tuple[date, date | None]] = []
    died: date | None = None
    told: list[str] = []
    refused: bool = False
    unwanted: bool = False
    way_in: bool = False
    absences: list[tuple[date, date | None]] = []
    coming: tuple[str, date] | None = None
    home_through: date | None = None
    moved: bool = False
    begun: date = date.min
    visited: list[str] = []
    came: list[date] = []
    taken_over: bool = False
    decisions: dict[str, WorldDecision] = {}
    allocations: dict[str, WorldAllocation] = {}
    tags: dict[str, str] = {}
    links: dict[str, str] = {}


class WorldOrder(msgspec.Struct):
    """An open order at a door. `carer_on`: the booked day, where a carer must be present."""

    kind: str
    client: str
    by: str
    booked: bool = False
    carer_on: date | None = None


class WorldDoor(msgspec.Struct):
    """A door with its lock, orders, and keys (key to organisation and client).

    `reported`: the order that was reported last and has not been taken back, and the lock that it was about.
    """

    kind: str
    homes: list[str]
    consent: bool = False
    unfit: bool = False
    faulty: bool = False
    lock: str | None = None
    orders: dict[str, WorldOrder] = {}
    reported: tuple[str, WorldOrder, str] | None = None
    keys: dict[str, tuple[str, str]] = {}


class World(msgspec.Struct):
    """A household on a day, and what is owed by what was done: letters, tellings, forms; the months that are billed.

    `letters`: order to the client who gets it, and the door. `spare`: homes where nobody lives yet. `unknown`: homes of
    which nobody knows what is at the doors. `early`: tags that were taken from clients whose last day was only known.
    `closing`: organisations that close, and from when. `offers`: keys to whom they are offered. `left`: accounts that
    had something and were closed. `also`: moves beside the usual ones.
    """

    day: date
    people: dict[str, WorldClient] = {}
    doors: dict[str, WorldDoor] = {}
    spare: list[str] = []
    unknown: list[str] = []
    link_doors: dict[str, str] = {}
    letters: dict[str, tuple[str, str]] = {}
    tellings: dict[str, str] = {}
    early: list[str] = []
    billed: list[tuple[str, str, str]] = []
    forms: dict[str, list[str]] = {}
    serial: dict[str, int] = {}
    closing: dict[str, date] = {}
    offers: dict[str, str] = {}
    left: list[str] = []
    also: tuple[str, ...] = ()

    def next(self, kind: str) -> str:
        """A new name."""
        self.serial[kind] = self.serial.get(kind, 0) + 1
        return f"~{kind}{self.serial[kind]}"
