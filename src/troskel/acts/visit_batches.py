# SPDX-License-Identifier: EUPL-1.2
"""What the acts of visiting judge by, read for a whole batch at once: clients, proofs, and the visits already known.

A constant number of queries, whatever the count: clients, homes, named carers, tags, links, visits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple, Self
from uuid import UUID

import msgspec
from django.db.models import Q

from troskel.acts.core import lookup
from troskel.acts.core.fields import Code, Instant
from troskel.acts.core.transaction import Doing
from troskel.custody.models import HolderKind, Holding, Link, ThingKind
from troskel.ground.clock import day_of
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.people.models import Account, Residence
from troskel.people.roles import Role
from troskel.routine import standing
from troskel.visits import rules
from troskel.visits.models import Visit
from troskel.visits.rules import Span

Evidence = Literal["tag", "lock", "hand"]


class MadeVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A visit that was made. `visit` is the caller's own id for it; `carer` who made it, where a coordinator tells."""

    client: str
    arrived: Instant
    by: Evidence
    departed: Instant | None = None
    tag: Code = ""
    serial: Code = ""
    reason: Code = ""
    visit: UUID | None = None
    carer: Code = ""


class Told(NamedTuple):
    """What an item comes to: whose, where, by whom, with which flags; and the visit, where it is already known."""

    client: UUID
    case: str
    home: UUID
    organisation: UUID
    account: UUID | None
    flags: list[str]
    known: Visit | None


class ToEnd(NamedTuple):
    """A visit that is to end, and the home that it was in."""

    visit: Visit
    home: UUID


def answer(visit: Visit, case: str) -> dict[str, Any]:
    """What is told of a visit."""
    return {"case": case, "visit": visit.id, "flags": visit.flags.split()}


def to_end(doing: Doing, named: UUID | None) -> ToEnd:
    """The visit that the actor names, or has open; homes locked. A coordinator names any of the provider's."""
    actor = doing.actor
    theirs = Q(municipality=actor.municipality, organisation=actor.organisation)
    if actor.role is Role.CARER or named is None:
        theirs &= Q(account=actor.account)
    theirs &= Q(id=named) if named else Q(open=True)
    rows = Visit.objects.select_related("client").filter(theirs)
    doing.lock_homes(Residence.objects.filter(client__in=rows.values("client_id")).values("home_id"))
    visit = rows.first()
    if visit is None:
        raise NotFound("visit", "visit")
    found = lookup.of_row(doing, visit.client)
    return ToEnd(visit, _where(found, visit.organisation_id, day_of(visit.arrived))[0])


def _where(found: lookup.FoundClient, organisation: UUID, day: date) -> tuple[UUID, bool]:
    """The home that a visit was in, and whether it was covered: a late word may be of a home that has been left."""
    for home in (found.home, *found.left):
        if standing.covered_by(home.clients[found.row.id], organisation, day):
            return home.home, True
    return found.home.home, False


class Proofs:
    """Where the tags were, and which locks were linked to whom."""

    def __init__(self, tags: Iterable[tuple[Any, ...]], links: Iterable[tuple[Any, ...]]) -> None:
        self.tags: dict[str, dict[UUID | None, list[Span]]] = {}
        self.links: dict[tuple[str, UUID], list[Span]] = {}
        for number, kind, holder, since, until in tags:
            at = self.tags.setdefault(number, {})
            if kind == HolderKind.CLIENT:
                at.setdefault(holder, []).append(Span(since, until))
        for serial, client, since, until in links:
            self.links.setdefault((serial, client), []).append(Span(since, until))

    @classmethod
    def of(cls, doing: Doing, items: Sequence[MadeVisit], clients: Collection[UUID]) -> Self:
        """Two queries at most, and none for what no item asks for."""
        tags = {item.tag for item in items if item.by == "tag"}
        serials = {item.serial for item in items if item.by == "lock"}
        held = Holding.objects.filter(
            municipality=doing.actor.municipality, thing__kind=ThingKind.TAG, thing__number__in=tags
        )
        linked = Link.objects.filter(
            municipality=doing.actor.municipality, lock__number__in=serials, client__in=clients
        )
        return cls(
            held.values_list("thing__number", "kind", "holder", "since", "until") if tags else (),
            linked.values_list("lock__number", "client_id", "since", "until") if serials else (),
        )

    def judge(self, item: MadeVisit, client: UUID) -> None:
        """Raises where the thing that is to prove the visit does not."""
        at = Span(item.arrived, item.departed)
        if item.by == "tag":
            if item.tag not in self.tags:
                raise NotFound("tag", "tag")
            rules.tag_was_with_client(self.tags[item.tag].get(client, ()), at, item.tag)
        if item.by == "lock":
            rules.lock_was_linked(self.links.get((item.serial, client), ()), at, item.serial)


class Known:
    """The visits that are known already: by id, and those of the same people at the same time."""

    def __init__(self, rows: Iterable[Visit]) -> None:
        self.by_id = {row.id: row for row in rows}

    @classmethod
    def of(
        cls,
        doing: Doing,
        items: Sequence[MadeVisit],
        accounts: Collection[UUID | None],
        *,
        opened: bool = False,
    ) -> Self:
        """One query. `opened`: the actor's own open visit as well."""
        municipality = Q(municipality=doing.actor.municipality)
        first = min(item.arrived for item in items)
        last = max(item.departed or item.arrived for item in items)
        around = Q(arrived__lte=last) & (Q(departed__gte=first) | Q(departed=None, arrived__gte=first))
        wanted = Q(id__in=[item.visit for item in items if item.visit])
        wanted |= Q(account__in=[account for account in accounts if account]) & around
        if opened:
            wanted |= Q(account=doing.actor.account, open=True)
        return cls(Visit.objects.filter(municipality, wanted))

    def add(self, visit: Visit) -> None:
        """A visit of this batch, beside which the next ones are judged."""
        self.by_id[visit.id] = visit

    def of_account(self, account: UUID | None, but: UUID | None = None) -> Iterator[Span]:
        """The other visits of one carer. Of whom nobody told, there are none."""
        for visit in self.by_id.values():
            if account is not None and visit.account_id == account and visit.id != but:
                yield Span(visit.arrived, visit.departed)

    def end(self, visit: Visit, item: MadeVisit) -> None:
        """The visit has ended, and is judged again now that its end is known."""
        visit.departed, visit.open, visit.departed_evidence = item.departed, False, item.by
        visit.departed_reason = item.reason if item.by == "hand" else ""
        kept = {"not_covered"} & set(visit.flags.split())
        others = self.of_account(visit.account_id, visit.id)
        flags = rules.flags_of(Span(visit.arrived, visit.departed), others, covered=not kept)
        visit.flags = " ".join(flags)


class Batch:
    """A batch of visits, with all that its items are judged by."""

    def __init__(self, doing: Doing, *, begins: bool) -> None:
        self.doing = doing
        self.begins = begins
        self.clients: dict[str, lookup.FoundClient | Refusal] = {}
        self.carers: dict[str, UUID] = {}
        self.proofs = Proofs((), ())
        self.others = Known(())
        self.opened: list[Visit] = []

    @classmethod
    def of(cls, doing: Doing, items: Sequence[MadeVisit], *, begins: bool = False) -> Self:
        """Read it all."""
        batch = cls(doing, begins=begins)
        days: dict[date, set[str]] = {}
        for item in items:
            days.setdefault(min(day_of(item.arrived), doing.today), set()).add(item.client)
        batch.clients = lookup.clients_seen_on(doing, days)
        batch.carers = _carers(doing, {item.carer for item in items if item.carer})
        there = {one.row.id for one in batch.clients.values() if isinstance(one, lookup.FoundClient)}
        batch.proofs = Proofs.of(doing, items, there)
        accounts = {doing.actor.account, *batch.carers.values()}
        batch.others = Known.of(doing, items, accounts, opened=begins)
        rows = batch.others.by_id.values() if begins else ()
        batch.opened = [row for row in rows if row.open and row.account_id == doing.actor.account]
        return batch

    def judge(self, item: MadeVisit) -> Told:
        """What the item comes to. Raises where it is refused."""
        doing, found = self.doing, self.clients.get(item.client)
        if found is None:
            raise NotFound("client", "client")
        if isinstance(found, Refusal):
            raise found
        organisation = rules.a_providers(doing.actor.organisation)
        rules.has_been_made(item.arrived, item.departed, doing.now)
        rules.departs_after_arrival(item.arrived, item.departed)
        rules.by_hand_with_reason(item.by, item.reason)
        home, covered = _where(found, organisation, day_of(item.arrived))
        rules.covered_or_proven(covered=covered, evidence=item.by, arrived=item.arrived)
        self.proofs.judge(item, found.row.id)
        account = self._who(item.carer)
        known = self._known(item, found.row.id)
        if known is None:
            for visit in self.opened:
                rules.not_begun_twice(visit.client_id == found.row.id, visit.arrived, item.arrived)
        at = Span(item.arrived, item.departed)
        flags = rules.flags_of(at, self.others.of_account(account, item.visit), covered=covered)
        if self.begins and not self.is_latest(item):
            flags.append("left_open")
        return Told(found.row.id, found.row.case_number, home, organisation, account, flags, known)

    def is_latest(self, item: MadeVisit) -> bool:
        """Is it later than the visit that the actor has open? A late word of an earlier arrival opens nothing."""
        return all(visit.arrived <= item.arrived for visit in self.opened)

    def left_open(self, item: MadeVisit) -> list[Visit]:
        """The visit that the actor had open when this one began: its end is not known, and it is open no longer."""
        left = self.opened if self.is_latest(item) else []
        for visit in left:
            visit.open = False
            visit.flags = " ".join([*visit.flags.split(), "left_open"])
        return left

    def _known(self, item: MadeVisit, client: UUID) -> Visit | None:
        known = self.others.by_id.get(item.visit) if item.visit else None
        if known is not None:
            same = (client, item.arrived, self.doing.actor.organisation)
            rules.the_same_visit((known.client_id, known.arrived, known.organisation_id) == same)
        return known

    def _who(self, carer: str) -> UUID | None:
        """Who made the visit: the carer self, or the one whom the coordinator names; else nobody has said."""
        if not carer:
            return self.doing.actor.account if self.doing.actor.role is Role.CARER else None
        if carer not in self.carers:
            raise NotFound("carer", "carer")
        return self.carers[carer]


def _carers(doing: Doing, named: Collection[str]) -> dict[str, UUID]:
    """The accounts of the provider's own people, by name; asked for by the coordinator alone."""
    if not named:
        return {}
    if doing.actor.role is not Role.COORDINATOR:
        raise BadValue("carer", "only a coordinator tells of another's visit: leave it out")
    full = {f"{doing.actor.municipality}/{name}": name for name in named}
    rows = Account.objects.filter(
        municipality=doing.actor.municipality, organisation=doing.actor.organisation, username__in=full
    )
    return {full[username]: identifier for username, identifier in rows.values_list("username", "id")}
