# SPDX-License-Identifier: EUPL-1.2
"""The first day: the municipality with its routine, its organisations, accounts and stock."""

from __future__ import annotations

from collections.abc import Iterable

from troskel.custody.models import Holding
from troskel.people.models import Organisation
from troskel.simulator.life import Life
from troskel.simulator.organisations import (
    ACCOUNTS,
    ADMINISTRATOR,
    ALARM,
    HOME_CARE,
    LOCKSMITHS,
    ORGANISATIONS,
)
from troskel.simulator.town import Town

RESTOCK_BELOW, RESTOCK_COUNT = 8, 40
TAG_HOLDERS = (*HOME_CARE, ALARM)
"""The organisations that place tags with clients."""


def found_municipality(
    life: Life, name: str, accounts: Iterable[tuple[str, str, str, str]] = ACCOUNTS
) -> None:
    """Creates the municipality, its routine, organisations and accounts."""
    life.does("demo", "found_municipality", name=name, valid_from=life.day.isoformat())
    columns = ("orgnr", "name", "email", "kind")
    organisations = [
        {
            **dict(zip(columns, row, strict=True)),
            "phone": f"08-465 004 {10 + at}",
        }  # numbers that reach nobody
        for at, row in enumerate(ORGANISATIONS)
    ]
    life.does("demo", "register_organisations", organisations=organisations)
    for username, full_name, role, organisation in accounts:
        account = {"username": username, "name": full_name, "role": role, "organisation": organisation}
        life.does("demo", "register_account", **account)


def restock(town: Town) -> None:
    """Registers new locks and tags where the stock is low. In a rough life it is counted first."""
    if town.life.is_rough:
        _count(town)
    for stock, kind, holders in ((town.locks, "lock", LOCKSMITHS), (town.tags, "tag", TAG_HOLDERS)):
        for holder in holders:
            if len(stock.setdefault(holder, [])) < RESTOCK_BELOW and holder not in town.closed:
                numbers = [f"{_series(kind, holder)}-{town.number():05}" for _ in range(RESTOCK_COUNT)]
                values = {"kind": kind, "numbers": numbers, "organisation": holder}
                if town.life.does(ADMINISTRATOR, "register_things", **values) is not None:
                    stock[holder] += numbers


def _count(town: Town) -> None:
    """Leaves in stock what the organisations hold, by the tables: a thing may have been somewhere else all along."""
    orgnrs = {one.id: one.orgnr for one in Organisation.objects.filter(municipality=town.life.municipality)}
    held = Holding.objects.filter(municipality=town.life.municipality, kind="organisation", until=None)
    things = held.values_list("holder", "thing__number")
    there = {(orgnrs[holder], number) for holder, number in things if holder is not None}
    for stock in (town.locks, town.tags):
        for orgnr, numbers in stock.items():
            numbers[:] = [number for number in numbers if (orgnr, number) in there]


def _series(kind: str, holder: str) -> str:
    return f"{'47' if kind == 'lock' else '88'}{holder[-2:]}"
