# SPDX-License-Identifier: EUPL-1.2
"""A person who has been entered twice becomes one client, and nothing of either entry is lost.

It can't be undone: what is done afterwards is done for one client. So it is asked about, and refused where the entries
say different things of the person; whoever corrects that first has looked at both.
"""

from __future__ import annotations

from typing import Annotated, Any, NamedTuple

from django.db.models import Q

from troskel.access.models import Alarm, IssuedGrant, Opening
from troskel.billing.models import BasisForm, InvoiceRow
from troskel.care.models import Decision, Investigation, Suspension
from troskel.custody.models import HolderKind, Holding, Link
from troskel.duties.models import Duty
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.ground.texts import _
from troskel.journal.models import Hold
from troskel.orders.models import Order
from troskel.people import identity
from troskel.people.models import (
    Client,
    ClientArea,
    Entrusted,
    Identifier,
    PlannedMove,
    Representative,
    Residence,
)
from troskel.people.roles import Role
from troskel.routine.fold_merging import things_in_name_of
from troskel.runner import lookup
from troskel.runner.fields import CaseNumber, field
from troskel.runner.register import act
from troskel.runner.transaction import ActContext
from troskel.visits.models import PhoneEvent, Visit

CHAPTER = _("En person, två poster")

OtherCase = Annotated[
    str, field(_("Den andra postens ärendenummer"), hint=_("Den som försvinner. Till exempel 2026-0001"))
]


@act(
    "A4",
    who=(Role.ASSESSOR,),
    writes=["clients.merged"],
    title=_("Slå ihop två poster för samma person"),
    lead=_(
        "Den här kunden blir kvar och får allt som hör till den andra posten. Det går inte att ta tillbaka."
    ),
)
def merge_clients(
    ctx: ActContext,
    *,
    client: CaseNumber,
    other: OtherCase,
    same_person: Annotated[bool, field(_("Ja, jag har tittat på båda posterna: det är samma person"))],
    numbers_differ: Annotated[bool, field(_("Ja, fast personnumren är olika"))] = False,
) -> dict[str, Any]:
    """Merge the entry `other` into `client`, who remains: one person has been entered twice (rule 6).

    The other's case number and reference find the client from then on. `same_person`: somebody has looked at both.
    """
    found = lookup.find_clients_by_day(ctx, {ctx.today: [client, other]})
    subjects = []
    for name, where in ((client, "client"), (other, "other")):
        subject = found.get(name)
        if subject is None:
            raise NotFound("client", where)
        if isinstance(subject, Refusal):
            raise subject
        subjects.append(subject)
    kept, gone = subjects[0].row, subjects[1].row
    _are_two(kept, gone)
    _say_the_same(kept, gone)
    _nothing_under_way(kept, gone)
    numbers = _numbers(kept, gone)
    if numbers.differ and not numbers_differ:
        raise Refusal(
            "rule 6",
            "clients.numbers_differ",
            _("Posterna har var sitt personnummer. Är det ändå samma person, säg det, och slå ihop dem."),
        )
    if not same_person:
        raise BadValue(
            "same_person",
            "clients.not_compared",
            _("Titta på båda posterna, och säg att det är samma person. Det går inte att ta tillbaka."),
        )
    homes = [
        home.home
        for home in sorted(ctx.facts.values(), key=lambda home: home.home != kept.home_id)
        if {kept.id, gone.id} & home.clients.keys()
        or any(things_in_name_of(door, gone.id) for door in home.doors.values())
    ]
    _move_rows(ctx, kept, gone)
    _keep_number(ctx, numbers, kept, gone)
    _keep_details(kept, gone)
    ctx.journal("clients.merged", homes=homes, client=kept.id, merged=gone.id, numbers_differ=numbers.differ)
    return {"case": kept.case_number, "merged": gone.case_number}


def _say_the_same(kept: Client, gone: Client) -> None:
    """What duties, locks and phones depend on must be said alike of the person; nobody guesses which is right."""
    if kept.home_id != gone.home_id:
        raise Refusal(
            "rule 6",
            "clients.other_home",
            _("Posterna har olika bostäder. Flytta den ena till den andras adress först."),
        )
    if kept.home_municipality != gone.home_municipality:
        raise Refusal(
            "rule 6",
            "clients.other_municipality",
            _("Posterna har olika hemkommun. Ändra den som är fel först."),
        )
    if kept.died != gone.died:
        raise Refusal(
            "rule 6",
            "clients.other_death",
            _("Posterna har inte samma dödsdag. Skriv in den på båda, eller ta bort den, först."),
        )
    if kept.protection != gone.protection:
        raise Refusal(
            "rule 6",
            "clients.other_protection",
            _("Posterna har olika skydd för personuppgifterna. Ge båda det skydd som gäller först."),
        )
    if (kept.lock_unwanted is None) != (gone.lock_unwanted is None):
        raise Refusal(
            "rule 6",
            "clients.other_wish",
            _(
                "Bara den ena posten säger att kunden inte vill ha låsvredet. Skriv in vad som gäller på båda först."
            ),
        )


def _are_two(kept: Client, gone: Client) -> None:
    """Two entries are merged once; and not undone."""
    if kept.id == gone.id:
        raise Refusal(
            "rule 6",
            "clients.are_one",
            _(
                "Det är redan en och samma kund. En sammanslagning tas inte tillbaka: är det två personer, lägg upp "
                "den andra på nytt, och rätta det som hör dit."
            ),
        )


def _nothing_under_way(kept: Client, gone: Client) -> None:
    """Nobody is on the way to either home, or to the alarm of an entry that disappears meanwhile."""
    if PlannedMove.objects.filter(client__in=[kept, gone], outcome="").exists():
        raise Refusal(
            "rule 6", "clients.about_to_move", _("En av posterna har en planerad flytt. Ställ in den först.")
        )
    if Alarm.objects.filter(client__in=[kept, gone], closed=None).exists():
        raise Refusal("rule 6", "clients.alarm_open", _("Ett larm pågår. Vänta tills det är avslutat."))


class Numbers(NamedTuple):
    """The present identity numbers of the two entries."""

    kept: Identifier | None
    gone: Identifier | None

    @property
    def differ(self) -> bool:
        """Do both entries have a number of a register, and not the same? A reserve number says nothing of that."""
        known = {row.number for row in (self.kept, self.gone) if row is not None and _is_registered(row)}
        return len(known) > 1


def _numbers(kept: Client, gone: Client) -> Numbers:
    rows = {row.client_id: row for row in Identifier.objects.filter(client__in=[kept, gone], until=None)}
    return Numbers(rows.get(kept.id), rows.get(gone.id))


def _is_registered(row: Identifier) -> bool:
    return row.kind != identity.IdentityKind.RESERVNUMMER


def _keep_number(ctx: ActContext, numbers: Numbers, kept: Client, gone: Client) -> None:
    """The remaining entry keeps its number; a reserve number gives way to one of a register. Both find the client."""
    former = numbers.gone
    if numbers.kept and numbers.gone and not _is_registered(numbers.kept) and _is_registered(numbers.gone):
        former = numbers.kept
    if former is not None and numbers.kept is not None:
        Identifier.objects.filter(id=former.id).update(until=ctx.today)
    Identifier.objects.filter(client=gone).update(client=kept)


def _keep_details(kept: Client, gone: Client) -> None:
    kept.phone = kept.phone or gone.phone
    kept.assigned_by = kept.assigned_by or gone.assigned_by
    kept.own_since = kept.own_since or gone.own_since
    kept.assessor_id = kept.assessor_id or gone.assessor_id
    kept.save(update_fields=["phone", "assigned_by", "own_since", "assessor"])
    Client.objects.filter(Q(id=gone.id) | Q(merged_into=gone)).update(merged_into=kept)


MOVED: tuple[Any, ...] = (
    *(Investigation, Decision, Suspension, Visit, Order, Link, Alarm, Opening, IssuedGrant, Duty),
    *(Representative, Entrusted, PlannedMove, Residence, ClientArea),
)
"""Tables whose rows follow to the client who remains."""


def _move_rows(ctx: ActContext, kept: Client, gone: Client) -> None:
    """All rows follow. Of two that say the same, and may stand once only, the other entry's ends."""

    def twins(table: Any, *same: str, **standing: Any) -> Any:
        rows = table.objects.filter(client__in=[kept.id, gone.id], **standing).values_list(
            "id", "client", *same
        )
        of_kept = {tuple(values) for _id, client, *values in rows if client == kept.id}
        ids = [row for row, client, *values in rows if client == gone.id and tuple(values) in of_kept]
        return table.objects.filter(id__in=ids)

    twins(Link, "lock", until=None).update(until=ctx.now)
    twins(Suspension, "valid_from", "valid_through", withdrawn=False).update(withdrawn=True)
    twins(Entrusted, "account", until=None).update(until=ctx.today)
    twins(ClientArea, "organisation").delete()
    twins(Hold, "reason", until=None).update(until=ctx.now)
    Residence.objects.filter(client=gone, valid_through=None).update(valid_through=ctx.today)
    for table in MOVED:
        table.objects.filter(client=gone).update(client=kept)
    for naming in (Hold, PhoneEvent):
        naming.objects.filter(client=gone.id).update(client=kept.id)
    for bill in (InvoiceRow, BasisForm):
        billed = set(bill.objects.filter(client=kept).values_list("month", "organisation"))
        for row in bill.objects.filter(client=gone):
            if (row.month, row.organisation_id) not in billed:
                row.client = kept
                row.save(update_fields=["client"])
    Holding.objects.filter(
        municipality=ctx.actor.municipality, kind=HolderKind.CLIENT, holder=gone.id, until=None
    ).update(holder=kept.id)
