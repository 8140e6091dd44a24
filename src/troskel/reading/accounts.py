# SPDX-License-Identifier: EUPL-1.2
"""Who works with the routine: accounts and organisations. No client is read; an export is a line all the same."""

from __future__ import annotations

from uuid import UUID

import msgspec

from troskel.ground.sorting import swedish_sort_key
from troskel.people.models import Account, Organisation
from troskel.people.roles import Actor
from troskel.reading.base import note
from troskel.reading.lists import ListedOrganisation
from troskel.reading.paging import Asked, Page, Row, rows_of
from troskel.reading.worklist import username


class ListedAccount(msgspec.Struct, frozen=True):
    """An account: who, with which role, where."""

    id: UUID
    username: str
    name: str
    role: str
    organisation: str
    active: bool


ACCOUNT = ("id", "username", "name", "role", "organisation__orgnr", "is_active")


def accounts(
    viewer: Actor, asked: Asked, *, role: str = "", organisation: str = "", state: str = ""
) -> Page[ListedAccount]:
    """The accounts of the municipality by name, in the Swedish order; of a role or an organisation alone, if asked."""
    rows = Account.objects.filter(municipality=viewer.municipality)
    wanted = {"role": role, "organisation__orgnr": organisation}
    rows = rows.filter(**{field: value for field, value in wanted.items() if value})
    if state:
        rows = rows.filter(is_active=state == "open")
    found, following = rows_of(rows.values(*ACCOUNT), asked, "sort_key")
    if asked.export:
        note(viewer, "accounts.exported", role=role, organisation=organisation, state=state)
    return Page([_account(row) for row in found], following)


def _account(row: Row) -> ListedAccount:
    return ListedAccount(row["id"], username(row["username"]) or "", *(row[name] for name in ACCOUNT[2:]))


def organisations_by_name(viewer: Actor, asked: Asked, *, kind: str = "") -> Page[ListedOrganisation]:
    """All of them, or those of a kind, in the Swedish order: they are few, and come in one page."""
    rows = Organisation.objects.filter(municipality=viewer.municipality)
    found = [
        ListedOrganisation(row.orgnr, row.name, row.email, row.kind)
        for row in (rows.filter(kind=kind) if kind else rows)
    ]
    if asked.export:
        note(viewer, "organisations.exported", kind=kind)
    return Page(sorted(found, key=lambda one: swedish_sort_key(one.name), reverse=asked.newest))


def organisation_names(viewer: Actor) -> dict[str, tuple[str, str]]:
    """The name and kind of every organisation, by its number, in the Swedish order. No line: no client is read."""
    rows = Organisation.objects.filter(municipality=viewer.municipality).values_list("orgnr", "name", "kind")
    return {
        orgnr: (name, kind) for orgnr, name, kind in sorted(rows, key=lambda row: swedish_sort_key(row[1]))
    }
