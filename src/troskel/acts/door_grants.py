# SPDX-License-Identifier: EUPL-1.2
"""What a phone takes with it to open doors without the server (rule 4): grants for exactly what it may open now.

A constant number of statements, however many the doors. And a grant for one challenge, where a lock has lost its clock.
"""

from __future__ import annotations

import base64
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, NamedTuple
from uuid import UUID

import msgspec
from django.db.models import F, Q

from troskel.access import grant_rules as rules
from troskel.access import issuing
from troskel.access.grant_rules import Denial
from troskel.access.models import IssuedGrant, LockKey, PhoneKey
from troskel.access.queries import of_denied_phones
from troskel.access.rules import AccessBasis
from troskel.acts.door_keys import KeyPoint
from troskel.doorproto.cose import uncompressed
from troskel.doorproto.messages import DoorGrant
from troskel.ground.ids import random_bytes
from troskel.ground.refusals import Refusal
from troskel.ground.row_writing import insert, new_row
from troskel.ground.texts import _
from troskel.people.roles import PHONE_ROLES
from troskel.permits import doors
from troskel.runner.fields import CaseNumber, Serial, field
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Dörren utan server")


@act("S2", "A8", who=PHONE_ROLES, writes=["grants.issued"])
def take_grants(ctx: ActContext, *, key: KeyPoint) -> dict[str, Any]:
    """Get the grants by which one's phone opens the doors of today's clients, without the server.

    For exactly what it may open now; each ends with the day, the shift (14 h) or the alarm's acceptance. `lines`: the
    last line that the server has of the lock. A grant that still says all there is to say is given again.
    """
    phone = _own_phone(ctx, key)
    openable = list(_openable(ctx))
    keys = LockKey.objects.filter(
        municipality=ctx.actor.municipality, lock__in={one.lock for one in openable}, ended=None
    )
    by_lock = {row.lock_id: row for row in keys}
    denials = _denials(ctx, list(by_lock.values()))
    standing = _standing(ctx, phone)
    given: dict[UUID, IssuedGrant] = {}
    made: list[IssuedGrant] = []
    answer = []
    for one in openable:
        if (lock := by_lock.get(one.lock)) is None:
            continue  # a lock without a key of its own opens through the server alone
        grant = given.get(lock.id)
        if grant is None:
            wanted = _unsigned(ctx, phone, lock, one, denials[lock.id])
            if wanted.ends < ctx.now + rules.SHORTEST:
                continue
            grant = next((row for row in standing.get(lock.id, []) if _says_the_same(row, wanted)), None)
            if grant is None:
                grant = _signed(wanted, phone, lock, denials[lock.id])
                made.append(grant)
            given[lock.id] = grant
        answer.append(_told(one, lock, grant))
    insert(made)
    if made:
        locks = [by.lock_id for by in by_lock.values() if any(row.key_id == by.id for row in made)]
        _journal(ctx, phone, locks)
    return {"phone": phone.id, "now": ctx.now, "grants": answer}


Challenge = Annotated[
    str,
    msgspec.Meta(pattern="^[0-9a-f]{32}$", description="32 hexadecimal digits in lower case"),
    field(_("Låsets fråga")),
]
"""The nonce of a lock's challenge, hex."""


@act("S2", "A8", who=PHONE_ROLES, writes=["grants.issued"])
def take_single_use_grant(
    ctx: ActContext, *, key: KeyPoint, client: CaseNumber, serial: Serial, nonce: Challenge
) -> dict[str, Any]:
    """Get a grant for the challenge that a lock has just given, good once and for two minutes at most.

    For a lock whose clock is lost or wrong: the grant puts it right, so others hold there again. By the same right as
    every opening; a repeat of the same challenge gets the same grant.
    """
    phone = _own_phone(ctx, key)
    found = doors.doors_of(ctx.actor, client, ctx.now)
    basis, mounted = found.may_open(serial)
    lock = LockKey.objects.filter(municipality=ctx.actor.municipality, lock=mounted, ended=None).first()
    rules.lock_has_key(is_enrolled=lock is not None)
    assert lock is not None
    one = _Openable(found.client.client, found.client.case, serial, mounted, basis)
    of_lock = IssuedGrant.objects.filter(municipality=ctx.actor.municipality, phone=phone, key=lock)
    grant = of_lock.filter(nonce=nonce, client=one.client, ends__gt=ctx.now).first()
    if grant is None:
        denial = rules.denial_once(_denials(ctx, [lock])[lock.id])
        grant = _signed(_unsigned(ctx, phone, lock, one, denial, nonce), phone, lock, denial)
        insert([grant])
        _journal(ctx, phone, [mounted], single_use=True)
    return _told(one, lock, grant)


def _own_phone(ctx: ActContext, key: str) -> PhoneKey:
    phone = PhoneKey.objects.filter(
        municipality=ctx.actor.municipality, account=ctx.actor.account, point=key, ended=None
    ).first()
    rules.phone_is_enrolled(is_open=phone is not None)
    assert phone is not None
    return phone


def _journal(ctx: ActContext, phone: PhoneKey, locks: Sequence[UUID], **more: Any) -> None:
    ctx.journal(
        "grants.issued",
        phone=phone.id,
        account=ctx.actor.account,
        organisation=ctx.actor.organisation,
        locks=locks,
        **more,
    )


class _Openable(NamedTuple):
    """A lock that the phone may open now, for a client."""

    client: UUID
    case: str
    serial: str
    lock: UUID
    basis: AccessBasis


def _openable(ctx: ActContext) -> Iterator[_Openable]:
    for found in doors.doors_on_phone(ctx.actor, ctx.now):
        for row in found.rows:
            with suppress(Refusal):
                basis, lock = found.may_open(row.serial or "")
                yield _Openable(row.client, row.case, row.serial or "", lock, basis)


def _denials(ctx: ActContext, keys: Sequence[LockKey]) -> dict[UUID, Denial]:
    """What each lock is to deny: phones that are lost, or whose person has left, with a grant there. Two queries."""
    rows = IssuedGrant.objects.filter(
        of_denied_phones(ctx.now),
        municipality=ctx.actor.municipality,
        key__in=[row.id for row in keys],
        ends__gt=ctx.now,
        epoch__gte=F("key__epoch"),
    )
    lost: dict[UUID, dict[str, datetime]] = {row.id: {} for row in keys}
    for key, name, ends in rows.order_by("ends").values_list("key", "phone__name", "ends"):
        lost[key][name] = ends
    denials = {row.id: rules.denial(lost[row.id], row.epoch) for row in keys}
    if risen := [row for row in keys if denials[row.id].epoch != row.epoch]:
        LockKey.objects.filter(id__in=[row.id for row in risen]).update(epoch=F("epoch") + 1)
    return denials


def _standing(ctx: ActContext, phone: PhoneKey) -> dict[UUID, list[IssuedGrant]]:
    rows = IssuedGrant.objects.filter(
        Q(issued__gt=ctx.now - rules.FRESH),
        municipality=ctx.actor.municipality,
        phone=phone,
        ends__gt=ctx.now,
    )
    by_key: dict[UUID, list[IssuedGrant]] = {}
    for row in rows.order_by("-issued", "-id"):
        by_key.setdefault(row.key_id, []).append(row)
    return by_key


def _says_the_same(row: IssuedGrant, wanted: IssuedGrant) -> bool:
    same = (
        "epoch",
        "acknowledged",
        "denied",
        "client_id",
        "door_id",
        "paragraph",
        "alarm_id",
        "organisation_id",
        "nonce",
    )
    return row.ends <= wanted.ends and all(getattr(row, name) == getattr(wanted, name) for name in same)


def _unsigned(
    ctx: ActContext, phone: PhoneKey, lock: LockKey, one: _Openable, denial: Denial, nonce: str = ""
) -> IssuedGrant:
    issued = ctx.now.replace(microsecond=0)
    ends = rules.end_of(one.basis.by, ctx.now)
    if nonce:
        ends = min(ends, issued + rules.ONCE)
    return new_row(
        IssuedGrant,
        municipality_id=ctx.actor.municipality,
        key_id=lock.id,
        phone_id=phone.id,
        client_id=one.client,
        door_id=one.basis.door,
        organisation_id=one.basis.organisation,
        paragraph=one.basis.by.paragraph,
        alarm_id=one.basis.by.alarm,
        number=random_bytes(8).hex(),
        issued=issued,
        ends=ends.replace(microsecond=0),
        epoch=denial.epoch,
        acknowledged=lock.head,
        denied=" ".join(sorted(denial.until)),
        nonce=nonce,
        message="",
    )


def _signed(row: IssuedGrant, phone: PhoneKey, lock: LockKey, denial: Denial) -> IssuedGrant:
    issued = int(row.issued.timestamp())
    grant = DoorGrant(
        lock=bytes.fromhex(lock.number),
        phone=bytes.fromhex(phone.point),
        id=bytes.fromhex(row.number),
        issued=issued,
        begins=issued,
        ends=int(row.ends.timestamp()),
        scope=rules.scope_of(alarm=row.alarm_id is not None),
        epoch=row.epoch,
        acknowledged=row.acknowledged,
        denied={bytes.fromhex(name): int(until.timestamp()) for name, until in denial.until.items()},
        nonce=bytes.fromhex(row.nonce),
    )
    signed = issuing.issuer_of(row.municipality_id).issue(grant)
    row.message = base64.urlsafe_b64encode(signed).decode()
    return row


def _told(one: _Openable, lock: LockKey, grant: IssuedGrant) -> dict[str, Any]:
    return {
        "case": one.case,
        "serial": one.serial,
        "lock": lock.number,
        "key": uncompressed(bytes.fromhex(lock.point)).hex(),
        "grant": grant.message,
        "ends": grant.ends,
        "lines": lock.head,
    }
