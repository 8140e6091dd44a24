# SPDX-License-Identifier: EUPL-1.2
"""Accounts as a directory of staff (SCIM) sees them. No client is read: nothing is recorded."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import msgspec
from django.db.models import BooleanField, ExpressionWrapper

from troskel.ground import clock
from troskel.ground.refusals import NotFound
from troskel.people.queries import is_open, of_directory
from troskel.people.roles import Actor, Role
from troskel.reading.register import read
from troskel.reading.worklist import username


class DirectoryAccount(msgspec.Struct, frozen=True):
    """An account. `organisation`: its number and its name."""

    id: UUID
    username: str
    external_id: str | None
    name: str
    role: str
    organisation: str
    organisation_name: str
    active: bool


COLUMNS = (
    "id",
    "username",
    "external_id",
    "name",
    "role",
    "organisation__orgnr",
    "organisation__name",
    "active",
)


@read(who=[Role.SYSTEM])
def directory_accounts(
    viewer: Actor, named: dict[str, Any], start: int, count: int
) -> tuple[int, list[DirectoryAccount]]:
    """How many accounts there are, and `count` of them from `start` on (0 the first). Two queries.

    `named`: `username` (whatever the case), `external_id` or `id`, to be equal.
    """
    rows = of_directory(viewer)
    if "username" in named:
        rows = rows.filter(username__iexact=f"{viewer.municipality}/{named['username']}")
    rows = rows.filter(**{field: value for field, value in named.items() if field != "username"})
    active = ExpressionWrapper(is_open(clock.now()), output_field=BooleanField())
    found = rows.annotate(active=active).order_by("id").values_list(*COLUMNS)[start : start + count]
    return rows.count(), [DirectoryAccount(one, username(name) or "", *rest) for one, name, *rest in found]


@read(who=[Role.SYSTEM])
def directory_account(viewer: Actor, account: UUID) -> DirectoryAccount:
    """One account. Raises NotFound."""
    _, found = directory_accounts(viewer, {"id": account}, 0, 1)
    if not found:
        raise NotFound("account", "account")
    return found[0]
