# SPDX-License-Identifier: EUPL-1.2
"""A new client in one go: registered, with the decision, and allocated to a provider (A4)."""

from __future__ import annotations

from typing import Any

from troskel.acts.deciding import allocate, make_decisions
from troskel.acts.decisions.values import NewAllocation, NewDecision
from troskel.acts.housing import Address
from troskel.acts.registering import NewClient, Protection, register_clients
from troskel.ground.texts import _
from troskel.people.roles import Role
from troskel.runner.choices import CareService
from troskel.runner.fields import (
    FirstDay,
    FirstName,
    IdentityNumber,
    Language,
    LastName,
    NewReference,
    OpenLastDay,
    Phone,
    ProviderNumber,
)
from troskel.runner.register import act
from troskel.runner.transaction import ActContext

CHAPTER = _("Kunder")


@act(
    "A4",
    who=(Role.ASSESSOR,),
    consists_of=[register_clients, make_decisions, allocate],
    title=_("Ny kund med beslut och utförare"),
    lead=_("Kunden läggs upp, beslutet skrivs in och fördelas. Utföraren får veta att kunden är ny."),
    corrected_by="change_clients",
)
def take_on_client(
    ctx: ActContext,
    *,
    identity: IdentityNumber,
    first_name: FirstName,
    last_name: LastName,
    address: Address,
    valid_from: FirstDay,
    organisation: ProviderNumber,
    service: CareService = CareService.HOME_CARE,
    valid_through: OpenLastDay = None,
    phone: Phone = "",
    language: Language = "sv",
    protection: Protection = Protection.NONE,
    reference: NewReference = "",
) -> dict[str, Any]:
    """Register a client, with a decision that is allocated to a provider: all of it, or nothing (A4).

    `reference`: the case system's for the client; the system makes those of the decision and the allocation.
    """
    client = NewClient(
        reference=reference,
        identity=identity,
        first_name=first_name,
        last_name=last_name,
        address=address,
        protection=protection,
        phone=phone,
        language=language,
    )
    (case,) = ctx.does(register_clients, clients=[client])["cases"].values()
    decided = NewDecision(client=case, service=service, valid_from=valid_from, valid_through=valid_through)
    (decision,) = ctx.does(make_decisions, decisions=[decided])["decisions"]
    allocated = NewAllocation(
        decision=decision, organisation=organisation, valid_from=valid_from, valid_through=valid_through
    )
    ctx.does(allocate, allocations=[allocated])
    return {"case": case, "decision": decision}
