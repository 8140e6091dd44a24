# SPDX-License-Identifier: EUPL-1.2
"""Who may speak for a client, and who may see a protected client's name and address (case 14)."""

from __future__ import annotations

from typing import Any, Literal

from troskel.acts.core import lookup
from troskel.acts.core.fields import Phone, Username, Words
from troskel.acts.core.register import act
from troskel.acts.core.transaction import Doing
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound, Refusal
from troskel.people.models import Account, Entrusted, Representative
from troskel.people.roles import Role

WHO = (Role.ASSESSOR,)


@act("A1", "A3", who=WHO, writes=["representative.named"])
def name_representative(
    doing: Doing,
    *,
    client: str,
    kind: Literal["guardian", "trustee", "attorney", "next_of_kin"],
    name: Words,
    phone: Phone = "",
) -> dict[str, Any]:
    """Somebody speaks for the client: is told (A1), understands (A3) and signs in the client's place."""
    found = lookup.client(doing, client)
    row = Representative(
        id=new_id(),
        municipality_id=doing.actor.municipality,
        client=found.row,
        kind=kind,
        name=name,
        phone=phone,
        since=doing.today,
    )
    row.save(force_insert=True)
    doing.journal(
        "representative.named", homes=[found.home.home], client=found.row.id, representative=row.id, kind=kind
    )
    return {"case": found.row.case_number, "representative": row.id}


@act("A1", "A3", who=WHO, writes=["representative.left"])
def dismiss_representative(
    doing: Doing, *, client: str, kind: Literal["guardian", "trustee", "attorney", "next_of_kin"]
) -> dict[str, Any]:
    """Nobody of this kind speaks for the client any more."""
    found = lookup.client(doing, client)
    rows = Representative.objects.filter(client=found.row, kind=kind, until=None)
    gone = sorted(rows.values_list("id", flat=True))
    if not gone:
        raise Refusal("A3", "the client has no representative of this kind: look at the record")
    rows.update(until=doing.today)
    doing.journal("representative.left", homes=[found.home.home], client=found.row.id, representatives=gone)
    return {"case": found.row.case_number, "dismissed": len(gone)}


@act("D", who=(Role.ADMINISTRATOR,), writes=["client.entrusted"])
def entrust_client(doing: Doing, *, client: str, username: Username) -> dict[str, Any]:
    """Let a named person see a protected client's name and address: as few as possible (case 14)."""
    found = lookup.client(doing, client)
    if not found.row.protection:
        raise Refusal(
            "rule 7", "the client is not protected: everybody who has the client sees name and address"
        )
    account = _account(doing, username)
    Entrusted.objects.create(
        municipality_id=doing.actor.municipality, client=found.row, account=account, since=doing.today
    )
    doing.journal("client.entrusted", homes=[found.home.home], client=found.row.id, account=account.id)
    return {"case": found.row.case_number}


@act("D", who=(Role.ADMINISTRATOR,), writes=["client.entrusted_no_more"])
def end_entrustment(doing: Doing, *, client: str, username: Username) -> dict[str, Any]:
    """The person no longer sees the protected client's name and address."""
    found = lookup.client(doing, client)
    account = _account(doing, username)
    standing = Entrusted.objects.filter(client=found.row, account=account, until=None)
    if not standing.update(until=doing.today):
        raise Refusal("rule 7", "the client is not entrusted to this person: there is nothing to end")
    doing.journal(
        "client.entrusted_no_more", homes=[found.home.home], client=found.row.id, account=account.id
    )
    return {"case": found.row.case_number}


def _account(doing: Doing, username: str) -> Account:
    full = f"{doing.actor.municipality}/{username}"
    account = Account.objects.filter(municipality=doing.actor.municipality, username=full).first()
    if account is None:
        raise NotFound("account", "username")
    return account
