# SPDX-License-Identifier: EUPL-1.2
"""Tells what led to a broken rule: the journal and the duties of the homes that it names, with short names for ids."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from uuid import UUID

from django.db.models import Q

from troskel.custody.models import Link
from troskel.duties.models import Duty
from troskel.ground import clock
from troskel.journal.models import Line
from troskel.orders.models import Order
from troskel.people.models import Client, HomeDoor, Organisation, Residence
from troskel.simulator.invariants import BrokenRule

AN_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?7[0-9a-f]{3}-?[0-9a-f]{4}-?[0-9a-f]{12}")
AN_ORDER = re.compile(r"\bW-\d{4}-\d{4,}\b")
A_NUMBER = re.compile(r"\d[\d-]*")
CONCERNS_ALL = ("organisation.closed", "organisation.reopened")


def first_of_each_kind(broken: Iterable[BrokenRule]) -> list[BrokenRule]:
    """Of those that differ in ids, numbers and days alone, the first."""
    kinds: dict[tuple[str, str], BrokenRule] = {}
    for one in broken:
        kinds.setdefault((one.rule, A_NUMBER.sub("#", AN_ID.sub("#", one.message))), one)
    return list(kinds.values())


def tell(municipality: str, broken: BrokenRule) -> Iterator[str]:
    """Yields lines of text: the rule, the lines of the homes concerned, their duties, what the names stand for."""
    homes = _homes(municipality, broken.message)
    short = _Names(municipality)
    yield f"{broken.day}: {broken.rule}: {short(broken.message)}"
    of_homes = Q(event__in=CONCERNS_ALL)
    for home in homes:
        of_homes |= Q(homes__contains=str(home))
    for line in Line.objects.filter(of_homes, municipality=municipality, kind="acts").order_by("number"):
        day, told = clock.day_of(line.occurred), clock.day_of(line.recorded)
        late = "" if day == told else f" (told {told})"
        about = "" if line.event in CONCERNS_ALL else f" {line.homes} {line.client or ''}"
        yield short(f"{line.number} {day}{late} {line.act}: {line.event}{about} {line.body}")
    for duty in Duty.objects.filter(home__in=homes).select_related("organisation").order_by("opened", "id"):
        if duty.kind == "duty" or duty.state == "open":
            owner = duty.organisation.orgnr if duty.organisation else duty.role
            days = f"{duty.opened}, due {duty.due}, {duty.state} {duty.closed or ''}"
            about = f"{duty.client_id or ''} {duty.door_id or ''} {duty.about}"
            yield short(f"{duty.paragraph}.{duty.ask} ({duty.kind}) of {owner}: {days} {about}")
    yield from short.glossary()


def _homes(municipality: str, message: str) -> list[UUID]:
    """The homes of whatever the message names, and those that share a door with them."""
    named = [UUID(text) for text in AN_ID.findall(message)]
    doors = {
        *Order.objects.filter(municipality=municipality, number__in=AN_ORDER.findall(message)).values_list(
            "door", flat=True
        ),
        *Link.objects.filter(id__in=named).values_list("door", flat=True),
        *HomeDoor.objects.filter(door__in=named).values_list("door", flat=True),
    }
    homes = {
        *HomeDoor.objects.filter(Q(home__in=named) | Q(door__in=doors)).values_list("home", flat=True),
        *Residence.objects.filter(client__in=named).values_list("home", flat=True),
        *Duty.objects.filter(id__in=named).values_list("home", flat=True),
    }
    shared = HomeDoor.objects.filter(home__in=homes).values("door")
    return sorted(homes | set(HomeDoor.objects.filter(door__in=shared).values_list("home", flat=True)))


class _Names:
    """Replaces ids by short names: a client's number, an organisation's, H1 for a home, D1 for a door, a1 else."""

    def __init__(self, municipality: str) -> None:
        organisations = Organisation.objects.filter(municipality=municipality).values_list("id", "orgnr")
        self._names = {identifier.hex: orgnr for identifier, orgnr in organisations}
        clients = Client.objects.filter(municipality=municipality).values_list("id", "case_number")
        self._names |= {identifier.hex: case for identifier, case in clients}
        ways = HomeDoor.objects.filter(municipality=municipality).values_list("home", "door")
        self._kinds = {end.hex: kind for way in ways for end, kind in zip(way, "HD", strict=True)}
        self._given: dict[str, str] = {}

    def __call__(self, text: str) -> str:
        return AN_ID.sub(lambda match: self._name(match[0].replace("-", "")), text)

    def _name(self, identifier: str) -> str:
        if identifier not in self._names:
            kind = self._kinds.get(identifier, "a")
            number = 1 + sum(given.startswith(kind) for given in self._given)
            self._names[identifier] = f"{kind}{number}"
            self._given[self._names[identifier]] = identifier
        return self._names[identifier]

    def glossary(self) -> Iterator[str]:
        """Yields the homes and doors that were named, with their ids."""
        places = {name: UUID(one) for name, one in self._given.items() if name[0] in "HD"}
        yield json.dumps({name: str(one) for name, one in places.items()})
