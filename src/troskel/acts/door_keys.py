# SPDX-License-Identifier: EUPL-1.2
"""The keys of locks and phones, by which a door is opened without the server; and the phone that is lost."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from django.db.models import Q

from troskel.access import grant_rules, issuing
from troskel.access.models import LockKey, PhoneKey
from troskel.access.rules import persons_organisation as persons_account
from troskel.acts.signing_in import sign_out
from troskel.custody.models import HolderKind, ThingKind
from troskel.doorproto.cose import key_at, name_of, point_of
from troskel.doorproto.errors import DoorError
from troskel.ground.ids import new_id
from troskel.ground.refusals import BadValue, NotFound
from troskel.ground.texts import _
from troskel.people.roles import PHONE_ROLES, STAFF_ROLES, Role
from troskel.runner import lookup
from troskel.runner.fields import Serial, Username, field
from troskel.runner.lookup_of_accounts import open_account
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Låsens och telefonernas nycklar")

KeyPoint = Annotated[
    str,
    msgspec.Meta(
        pattern="^0[23][0-9a-f]{64}$", description="02 or 03, and 64 hexadecimal digits in lower case"
    ),
    field(_("Öppen nyckel")),
]
"""A public key: a compressed point of P-256, hex."""

LockNumber = Annotated[
    str,
    msgspec.Meta(pattern="^[0-9a-f]{16}$", description="16 hexadecimal digits in lower case"),
    field(_("Låsets eget nummer")),
]
"""The number by which a lock names itself in messages, hex."""


@act(
    "P1",
    who=(Role.ADMINISTRATOR, Role.LOCKSMITH),
    writes=["lock.key_enrolled"],
    title=_("Skriv in ett låsvreds nyckel"),
    lead=_("Då kan telefoner öppna låset utan täckning. Nummer och nyckel visas av låset."),
    corrected_by="enrol_lock",
)
def enrol_lock(ctx: ActContext, *, serial: Serial, number: LockNumber, key: KeyPoint) -> dict[str, Any]:
    """Enrol a lock's public key, so that phones can open it without the server. A locksmith: of a lock in own stock.

    `issuers`: the keys whose grants the lock is to take. A lock that has got another key begins a new log.
    """
    holding = lookup.find_holding(ctx, ThingKind.LOCK, serial)
    mine = (holding.kind, holding.holder) == (HolderKind.ORGANISATION, ctx.actor.organisation)
    if ctx.actor.role is Role.LOCKSMITH and not mine:
        raise NotFound("lock", "serial")  # as one that nobody has: another's stock and doors are not told of
    _on_the_curve(key)
    municipality = ctx.actor.municipality
    standing = LockKey.objects.select_for_update().filter(
        municipality=municipality, lock=holding.thing_id, ended=None
    )
    row = standing.first()
    if row is None or (row.number, row.point) != (number, key):
        if row is not None:
            row.ended = ctx.now
            row.save(update_fields=["ended"])
        made = LockKey(
            id=new_id(),
            municipality_id=municipality,
            lock_id=holding.thing_id,
            number=number,
            point=key,
            began=ctx.now,
        )
        made.save(force_insert=True)
        ctx.journal("lock.key_enrolled", lock=holding.thing_id, key=made.id)
    issuers = issuing.issuers_of(municipality).values()
    return {"lock": serial, "number": number, "issuers": [point_of(issuer).hex() for issuer in issuers]}


@act("S2", who=PHONE_ROLES, writes=["phone.enrolled"])
def enrol_phone(ctx: ActContext, *, key: KeyPoint) -> dict[str, Any]:
    """Enrol the key that one's phone has made. The private half never leaves the phone. A repeat changes nothing.

    A person has so many at a time (each time that today's clients are first taken along makes one); the oldest ends.
    """
    name, account = name_of(_on_the_curve(key)).hex(), persons_account(ctx.actor.account)
    row = PhoneKey.objects.filter(municipality=ctx.actor.municipality, name=name).first()
    if row is None:
        row = PhoneKey(
            id=new_id(),
            municipality_id=ctx.actor.municipality,
            account_id=account,
            name=name,
            point=key,
            began=ctx.now,
        )
        row.save(force_insert=True)
        standing = PhoneKey.objects.filter(municipality=ctx.actor.municipality, account=account, ended=None)
        beyond = standing.order_by("-began", "-id").values_list("id", flat=True)[grant_rules.MOST_PHONES :]
        PhoneKey.objects.filter(id__in=list(beyond)).update(ended=ctx.now)
        ctx.journal("phone.enrolled", phone=row.id, account=account, organisation=ctx.actor.organisation)
    grant_rules.key_is_somebodys(own=row.account_id == account and row.ended is None)
    return {"phone": row.id, "name": name}


@act("S2", who=STAFF_ROLES, writes=["phone.lost", "session.ended"])
def report_lost_phone(ctx: ActContext, *, username: Username) -> dict[str, Any]:
    """Report a person's phone lost: signed out everywhere, no grant more, and the next phone at each door denies it."""
    account = open_account(ctx, username)
    sessions = sign_out(ctx, [account.id], "by_administrator")
    rows = PhoneKey.objects.select_for_update().filter(
        Q(ended=None) | Q(ended__gt=ctx.now - grant_rules.SHIFT, lost=False),  # it may have grants left
        municipality=ctx.actor.municipality,
        account=account.id,
    )
    lost = list(rows.order_by("id"))
    PhoneKey.objects.filter(id__in=[row.id for row in lost]).update(ended=ctx.now, lost=True)
    for row in lost:
        ctx.journal("phone.lost", phone=row.id, account=account.id, organisation=account.organisation_id)
    return {"phones": len(lost), "sessions": sessions}


def _on_the_curve(point: str) -> Any:
    try:
        return key_at(bytes.fromhex(point))
    except DoorError:
        raise BadValue(
            "key", "key.not_on_curve", _("Det är ingen nyckel. Skriv den som låset visar.")
        ) from None
