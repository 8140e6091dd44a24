# SPDX-License-Identifier: EUPL-1.2
"""Staff from a list, as a directory or a spreadsheet has it: what is new, changed or gone follows it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import msgspec

from troskel.acts.closing import CLOSES_ACCOUNTS, close_accounts, release_duties
from troskel.acts.signing_in import sign_out
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, NotFound, Refusal
from troskel.ground.sorting import truncated_sort_key
from troskel.ground.texts import _
from troskel.people import rules, sign_in_rules
from troskel.people.models import Account, Home, Organisation
from troskel.people.roles import STAFF_ROLES, Role
from troskel.runner.choices import AccountRole
from troskel.runner.fields import Title, Username
from troskel.runner.register import act
from troskel.runner.transaction import ActContext


class StaffMember(msgspec.Struct, frozen=True):
    """A person of the list. `organisation`: its number."""

    username: Username
    name: Title
    role: AccountRole
    organisation: str


class _Difference:
    """What the list says otherwise than the accounts."""

    def __init__(self) -> None:
        self.new: list[Account] = []
        self.renamed: list[Account] = []
        self.roles: list[tuple[Account, str]] = []
        self.reopened: list[Account] = []
        self.unchanged = 0


@act(
    "P5",
    "D",
    who=STAFF_ROLES,
    writes=["account.registered", "account.changed", "account.reopened", *CLOSES_ACCOUNTS],
    fresh=True,
)
def update_staff(ctx: ActContext, *, staff: list[StaffMember], complete: bool = False) -> dict[str, Any]:
    """Let accounts follow a list of staff: make, change and open again. A bad line is left out.

    `complete`: whoever of the organisations in the list is not on it has left, and the account is closed. Nobody closes
    themselves, other systems' accounts and those that follow claims stay, and so does the last administrator.
    """
    held = Account.objects.select_related("organisation").select_for_update(of=("self",))
    rows = {
        row.username.partition("/")[2]: row
        for row in held.filter(municipality=ctx.actor.municipality).order_by("id")
    }
    places = {row.orgnr: row for row in Organisation.objects.filter(municipality=ctx.actor.municipality)}
    found, seen, named = _Difference(), set[str](), set[UUID]()
    for index, member in enumerate(staff):
        try:
            place = _place(ctx, member, places)
            named.add(place.id)
            if member.username in seen:
                raise BadValue(
                    "username",
                    "account.named_twice",
                    _("Kontonamnet står två gånger i listan. Ta bort den ena."),
                )
            _compare(ctx, member, place, rows.get(member.username), found)
        except (Refusal, BadValue, NotFound) as refusal:
            ctx.refuse_item(index, refusal)
        seen.add(member.username)
    _store(ctx, found)
    gone = [row for name, row in rows.items() if name not in seen and _has_left(ctx, row, named)]
    closed = _close(ctx, gone, rows.values()) if complete else []
    return {
        "new": _names(found.new),
        "changed": sorted({*_names(found.renamed), *_names([row for row, _role in found.roles])}),
        "reopened": _names(found.reopened),
        "closed": _names(closed),
        "unchanged": found.unchanged,
    }


def _place(ctx: ActContext, member: StaffMember, places: dict[str, Organisation]) -> Organisation:
    sign_in_rules.username_is_no_number(member.username)
    place = places.get(member.organisation)
    if place is None:
        raise NotFound("organisation", "organisation")
    rules.looks_after(ctx.actor.role, ctx.actor.organisation, place.id)
    rules.organisation_is_open(place.closed)
    rules.role_in_organisation(member.role, place.kind)
    return place


def _compare(
    ctx: ActContext, member: StaffMember, place: Organisation, row: Account | None, found: _Difference
) -> None:
    if row is None:
        found.new.append(_new_account(ctx, member, place))
        return
    if row.organisation_id != place.id:
        raise Refusal(
            "D", "account.elsewhere", _("Personen har sitt konto i en annan organisation. Flytta det först.")
        )
    if row.of_system or row.id == ctx.actor.account:
        raise Refusal("D", "account.not_by_list", _("Det kontot ändras inte med en lista."))
    if row.role != member.role and Role.ADMINISTRATOR in (row.role, member.role):
        raise _by_hand()
    is_closed = row.closed is not None and row.closed <= ctx.now
    if is_closed:
        row.closed = None
        found.reopened.append(row)
    if row.name != member.name:
        row.name, row.sort_key = member.name, truncated_sort_key(member.name)
        found.renamed.append(row)
    if row.role != member.role:
        found.roles.append((row, member.role.value))
    if not is_closed and row.name == member.name and row.role == member.role and row not in found.renamed:
        found.unchanged += 1


def _by_hand() -> Refusal:
    return Refusal("D", "account.administrator_by_list", _("Systemförvaltare utses och byts en och en."))


def _new_account(ctx: ActContext, member: StaffMember, place: Organisation) -> Account:
    if member.role is AccountRole.ADMINISTRATOR:
        raise _by_hand()
    row = Account(
        id=new_id(),
        municipality_id=ctx.actor.municipality,
        organisation=place,
        username=f"{ctx.actor.municipality}/{member.username}",
        role=member.role,
        name=member.name,
        sort_key=truncated_sort_key(member.name),
    )
    row.set_unusable_password()
    return row


def _store(ctx: ActContext, found: _Difference) -> None:
    Account.objects.bulk_create(found.new)
    for row in found.new:
        ctx.journal("account.registered", account=row.id, organisation=row.organisation_id, role=row.role)
    with_other_role = [row for row, _role in found.roles]
    release_duties(ctx, with_other_role)
    sign_out(ctx, [row.id for row in with_other_role], "role_changed")
    for row, role in found.roles:
        row.role = role
    changed = {row.id: row for row in [*found.renamed, *with_other_role, *found.reopened]}
    Account.objects.bulk_update(changed.values(), ["name", "sort_key", "role", "closed"], batch_size=400)
    premises = Home.objects.filter(id__in=[row.organisation_id for row in found.reopened])
    homes: set[UUID] = set(premises.values_list("id", flat=True)) if found.reopened else set()
    ctx.lock_homes(sorted(homes))
    for row in found.reopened:
        here = [row.organisation_id] if row.organisation_id in homes else []
        ctx.journal("account.reopened", homes=here, account=row.id, organisation=row.organisation_id)
    for row in {row.id: row for row in [*found.renamed, *with_other_role]}.values():
        ctx.journal("account.changed", account=row.id, organisation=row.organisation_id, role=row.role)


def _has_left(ctx: ActContext, row: Account, named: set[UUID]) -> bool:
    """Is it an open account of an organisation in the list, that a list may close?"""
    is_open = row.closed is None or row.closed > ctx.now
    is_own_kind = not (row.of_system or row.claimed or row.id == ctx.actor.account)
    return is_open and is_own_kind and row.organisation_id in named


def _close(ctx: ActContext, gone: list[Account], rows: Iterable[Account]) -> list[Account]:
    """Closes accounts of those who have left, by organisation; if no administrator would be left, theirs stay."""
    ids = {row.id for row in gone}
    left = [
        row for row in rows if row.role == Role.ADMINISTRATOR and row.id not in ids and row.closed is None
    ]
    closing = [row for row in gone if left or row.role != Role.ADMINISTRATOR]
    for organisation in {row.organisation_id: row.organisation for row in closing}.values():
        of_it = [row for row in closing if row.organisation_id == organisation.id]
        close_accounts(ctx, organisation, of_it, ctx.now)
    return closing


def _names(rows: Iterable[Account]) -> list[str]:
    return sorted(row.username.partition("/")[2] for row in rows)
