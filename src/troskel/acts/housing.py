# SPDX-License-Identifier: EUPL-1.2
"""Homes: clients move (case 15), share a home (case 1), or prove not to."""

from __future__ import annotations

from functools import cached_property
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec

from troskel.acts import lifetimes
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, Refusal
from troskel.ground.row_writing import insert, new_row
from troskel.ground.sorting import truncated_sort_key
from troskel.ground.texts import _
from troskel.people import operations as people
from troskel.people import rules as people_rules
from troskel.people.addresses import address_key
from troskel.people.models import Door, Home, HomeDoor, PlannedMove, Residence
from troskel.people.roles import Role
from troskel.runner import lookup
from troskel.runner.fields import Apartment, CaseNumber, Day, Name, NonEmpty, Postcode, ShortText, field
from troskel.runner.register import act
from troskel.runner.suggestions import Undo
from troskel.runner.transaction import ActContext

CHAPTER = _("Bostad")

WHO = (Role.ASSESSOR,)
BATCH_SIZE = 400


class Address(msgspec.Struct, frozen=True, dict=True):
    """The address of a home. Without a street, no other client shares the home."""

    street: Annotated[ShortText, field(_("Gatuadress"))] = ""
    postcode: Postcode = ""
    town: Annotated[Name, field(_("Ort"))] = ""
    apartment: Apartment = ""

    @cached_property
    def key(self) -> str | None:
        """The key that clients of one home share; None where the home can't be shared."""
        return address_key(self.street, self.postcode, self.town, self.apartment)


class Move(msgspec.Struct, frozen=True):
    """A client's move to a new address on a day."""

    client: CaseNumber
    address: Address
    on: Day


class Resident(msgspec.Struct, frozen=True):
    """The address of the home where a client lives."""

    client: CaseNumber
    address: Address


@act(
    "P6",
    who=WHO,
    writes=["client.moved", "move.called_off", "home.registered", "door.registered"],
    title=_("Kunden flyttar"),
    lead=_("Låset vid den gamla dörren tas ner om ingen annan där behöver det."),
    parts="moves",
    corrected_by="correct_addresses",
)
def move_clients(ctx: ActContext, *, moves: NonEmpty[Move]) -> dict[str, Any]:
    """Register that clients have moved (case 15): removal at the old door, installation at the new."""
    rows = lookup.find_clients(ctx, [item.client for item in moves])
    plans = {
        plan.client_id: plan for plan in PlannedMove.objects.filter(client__in=rows.values(), outcome="")
    }
    found = find_or_store_homes(ctx, [item.address for item in moves])
    born = lifetimes.births((rows[item.client], item.on) for item in moves)
    new: list[Residence] = []
    for item, home in zip(moves, found.homes, strict=True):
        found.journal(ctx, home)
        if item.on > ctx.today:
            raise BadValue(
                "on",
                "move.in_the_future",
                _("Dagen har inte kommit än. Skriv in flytten när kunden har flyttat."),
            )
        row = rows[item.client]
        if not ctx.actor.is_system:
            people_rules.moves_to_an_address(item.address.street, is_protected=bool(row.protection))
        lifetimes.ensure_within_life(ctx, "on", row, item.on, born)
        former_home = row.home_id
        if plan := plans.pop(row.id, None):
            end_plan(ctx, plan, former_home, "moved" if plan.home_id == home.id else "called_off")
        new.append(Residence(municipality_id=row.municipality_id, client=row, home=home, valid_from=item.on))
        ctx.journal(
            "client.moved",
            homes=[former_home, home.id],
            client=row.id,
            from_home=former_home,
            to_home=home.id,
            on=item.on,
        )
    people.move(new)
    return {"clients": len(rows)}


@act(
    "P1",
    "P6",
    who=WHO,
    writes=["move.planned", "home.registered", "door.registered"],
    title=_("Kunden ska flytta"),
    lead=_("Låsvredet vid den nya dörren kan beställas redan nu. Kunden flyttar av sig självt på dagen."),
    corrected_by="call_off_move",
    undone_by=Undo("call_off_move", lambda told: {"client": told["client"]}),
)
def plan_move(ctx: ActContext, *, client: CaseNumber, address: Address, on: Day) -> dict[str, Any]:
    """Plan a client's move to a new address on a coming day, so that a lock can be ordered there before (P1).

    On the day the client has moved, as by `move_clients`.
    """
    subject = lookup.find_client(ctx, client)
    if on <= ctx.today:
        raise BadValue(
            "on", "move.not_ahead", _("Dagen har kommit. Skriv in att kunden har flyttat i stället.")
        )
    if subject.facts.died is not None:
        raise Refusal("P6", "client.dead", _("Kunden har avlidit."))
    people_rules.moves_to_an_address(address.street, is_protected=bool(subject.row.protection))
    (home,) = find_or_make_homes(ctx, [address])
    if Residence.objects.filter(client=subject.row, home=home).exists():
        raise Refusal(
            "rule 6",
            "move.to_a_former_home",
            _("Kunden bor eller har bott där. Skriv in flytten på dagen i stället."),
        )
    PlannedMove.objects.create(
        id=new_id(), municipality_id=ctx.actor.municipality, client=subject.row, home=home, on=on
    )
    ctx.journal(
        "move.planned",
        homes=[subject.home.home, home.id],
        client=subject.row.id,
        from_home=subject.home.home,
        to_home=home.id,
        on=on,
    )
    doors = HomeDoor.objects.filter(home=home).order_by("door_id").values_list("door_id", flat=True)
    return {"case": subject.row.case_number, "door": doors[0]}


@act(
    "P6",
    who=WHO,
    writes=["move.called_off"],
    title=_("Flytten blir inte av"),
    lead=_("En montering som är beställd vid den nya dörren avbeställs."),
    corrected_by="plan_move",
)
def call_off_move(ctx: ActContext, *, client: CaseNumber) -> dict[str, Any]:
    """Call off a planned move: the client stays, and an installation at the new door is to be cancelled (P6)."""
    subject = lookup.find_client(ctx, client)
    plan = PlannedMove.objects.filter(client=subject.row, outcome="").first()
    if plan is None:
        raise Refusal("rule 6", "move.not_planned", _("Kunden har ingen planerad flytt."))
    end_plan(ctx, plan, subject.home.home, "called_off")
    return {"case": subject.row.case_number}


def end_plan(ctx: ActContext, plan: PlannedMove, home: UUID, outcome: str) -> None:
    """Ends a planned move of a client who lives in `home`. One that is called off is journaled."""
    plan.outcome = outcome
    plan.save(update_fields=["outcome"])
    if outcome == "called_off":
        ctx.lock_homes([home, plan.home_id])
        ctx.journal(
            "move.called_off",
            homes=[home, plan.home_id],
            client=plan.client_id,
            paragraph="P6",
            from_home=home,
            to_home=plan.home_id,
        )


@act(
    "P1",
    who=WHO,
    writes=["home.corrected"],
    title=_("Rätta en adress"),
    lead=_("Kunden har inte flyttat; adressen var fel."),
    parts="clients",
    corrected_by="correct_addresses",
)
def correct_addresses(ctx: ActContext, *, clients: NonEmpty[Resident]) -> dict[str, Any]:
    """Correct the addresses of homes; nobody moves."""
    rows = lookup.find_clients(ctx, [item.client for item in clients])
    homes = {home.id: home for home in Home.objects.filter(id__in={row.home_id for row in rows.values()})}
    for item in clients:
        home = homes[rows[item.client].home_id]
        home.street, home.postcode = item.address.street, item.address.postcode
        home.town, home.apartment = item.address.town, item.address.apartment
        home.address_key, home.street_key = item.address.key, truncated_sort_key(item.address.street)
        ctx.journal("home.corrected", homes=[home.id], client=rows[item.client].id, home=home.id)
    fields = ["street", "postcode", "town", "apartment", "address_key", "street_key"]
    Home.objects.bulk_update(list(homes.values()), fields, batch_size=BATCH_SIZE)
    return {"homes": len(homes)}


@act(
    "P6",
    who=WHO,
    writes=["sharing.proposed"],
    title=_("Fråga om flera bor tillsammans"),
    lead=_("Till dess räknas bostaden som delad."),
    parts="addresses",
)
def propose_sharing(ctx: ActContext, *, addresses: NonEmpty[Address]) -> dict[str, Any]:
    """Propose that clients at one address without apartment number share a home; they do until refuted (rule 1)."""
    homes = Home.objects.filter(
        municipality=ctx.actor.municipality, address_key__in={a.key for a in addresses if a.key}, sharing=""
    )
    by_key = dict(homes.values_list("address_key", "id"))
    ids = [by_key[key] for key in dict.fromkeys(address.key for address in addresses) if key in by_key]
    ctx.lock_homes(ids)
    for home in ids:
        ctx.journal("sharing.proposed", homes=[home], home=home)
    Home.objects.filter(id__in=ids).update(sharing="proposed")
    return {"homes": len(ids)}


@act(
    "P6",
    who=WHO,
    writes=["sharing.confirmed"],
    title=_("Bor kunden med någon annan kund?"),
    lead=_("Svaret avgör om låset måste sitta kvar för någon annan."),
    corrected_by="confirm_sharing",
)
def confirm_sharing(
    ctx: ActContext,
    *,
    client: CaseNumber,
    shared: Annotated[bool, field(_("Ja, kunden delar bostad med en annan kund"))],
) -> dict[str, Any]:
    """Confirm or refute that the clients at this client's address share a home (rule 1)."""
    subject = lookup.find_client(ctx, client)
    Home.objects.filter(id=subject.home.home).update(sharing="confirmed" if shared else "refuted")
    ctx.journal("sharing.confirmed", homes=[subject.home.home], home=subject.home.home, shared=shared)
    return {"case": subject.row.case_number, "shared": shared}


@act(
    "P6",
    who=WHO,
    writes=["client.moved", "sharing.confirmed", "home.registered", "door.registered"],
    title=_("Kunden har en egen lägenhet"),
    lead=_("Bostaden visade sig inte vara delad."),
    corrected_by="correct_addresses",
)
def separate_home(ctx: ActContext, *, client: CaseNumber, apartment: Apartment) -> dict[str, Any]:
    """Give a client a home of their own from today, behind another door than the others at the address (rule 1).

    Nobody moves. The door, its lock and its keys stay with the others' home.
    """
    subject = lookup.find_client(ctx, client)
    shared_home = Home.objects.get(id=subject.home.home)
    remaining = [
        resident
        for resident in subject.home.clients.values()
        if resident.moved_to is None and not resident.coming and resident.client != subject.row.id
    ]
    if not remaining:
        raise Refusal(
            "rule 1", "home.not_shared", _("Ingen annan kund bor i bostaden. Rätta adressen i stället.")
        )
    address = Address(shared_home.street, shared_home.postcode, shared_home.town, apartment)
    if address.key == shared_home.address_key:
        raise BadValue(
            "apartment",
            "home.same_apartment",
            _("Det är numret på den delade bostaden. Skriv kundens eget lägenhetsnummer."),
        )
    (home,) = find_or_make_homes(ctx, [address])
    municipality = ctx.actor.municipality
    people.move(
        [Residence(municipality_id=municipality, client=subject.row, home=home, valid_from=ctx.today)]
    )
    ctx.journal(
        "client.moved",
        homes=[shared_home.id, home.id],
        client=subject.row.id,
        from_home=shared_home.id,
        to_home=home.id,
        on=ctx.today,
    )
    if len(remaining) == 1:
        Home.objects.filter(id=shared_home.id).update(sharing="refuted")
        ctx.journal("sharing.confirmed", homes=[shared_home.id], home=shared_home.id, shared=False)
    return {"case": subject.row.case_number}


class FoundHomes(NamedTuple):
    """The home of each address, in order. `made`: the doors of those that are new, which have no lines yet."""

    homes: list[Home]
    made: dict[UUID, Door]

    def journal(self, ctx: ActContext, home: Home) -> None:
        """Journals a home that is new, before the first line that names it."""
        if door := self.made.pop(home.id, None):
            ctx.journal("home.registered", homes=[home.id], home=home.id)
            ctx.journal("door.registered", homes=[home.id], door=door.id, kind=door.kind)


def find_or_make_homes(ctx: ActContext, addresses: list[Address]) -> list[Home]:
    """Returns the home of each address, in order: the existing one, locked, or a new one with a door, journaled."""
    found = find_or_store_homes(ctx, addresses)
    for home in found.homes:
        found.journal(ctx, home)
    return found.homes


def find_or_store_homes(ctx: ActContext, addresses: list[Address]) -> FoundHomes:
    """As `find_or_make_homes`; the caller journals the new ones, so that lines stand in the order of the items."""
    keys = {address.key for address in addresses if address.key}
    homes_by_key: dict[str | None, Home] = {
        home.address_key: home
        for home in Home.objects.filter(municipality=ctx.actor.municipality, address_key__in=keys)
    }
    ctx.lock_homes({home.id for home in homes_by_key.values()})
    new: list[Home] = []
    homes = []
    for address in addresses:
        home = homes_by_key.get(address.key) if address.key else None
        if home is None:
            home = new_row(
                Home,
                id=new_id(),
                municipality_id=ctx.actor.municipality,
                street=address.street,
                postcode=address.postcode,
                town=address.town,
                apartment=address.apartment,
                address_key=address.key,
                street_key=truncated_sort_key(address.street),
            )
            new.append(home)
            if address.key:
                homes_by_key[address.key] = home
        homes.append(home)
    return FoundHomes(homes, _store_homes(ctx, new))


def _store_homes(ctx: ActContext, homes: list[Home]) -> dict[UUID, Door]:
    municipality = ctx.actor.municipality
    doors = [new_row(Door, id=new_id(), municipality_id=municipality, kind="apartment") for _ in homes]
    insert(homes)
    insert(doors)
    insert(
        [
            new_row(HomeDoor, municipality_id=municipality, home_id=home.id, door_id=door.id)
            for home, door in zip(homes, doors, strict=True)
        ]
    )
    return {home.id: door for home, door in zip(homes, doors, strict=True)}
