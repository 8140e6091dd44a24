# SPDX-License-Identifier: EUPL-1.2
"""A small municipality for the demo: six weeks of its life, carried out as acts, ending today."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

from troskel.acts import viewing
from troskel.ground import clock
from troskel.simulator import stories
from troskel.simulator.life import Life
from troskel.simulator.organisations import ACCOUNTS, EAST, LOCKSMITH, MEADOW, ORGANISATIONS


def fill(municipality: str, tell: Callable[[str], None]) -> int:
    """Make the demo municipality by acts; gives how many."""
    today = clock.today()
    life = Life(municipality, today - timedelta(days=45), tell)
    tell("founding the municipality, its routine and its people")
    _found(life)
    tell("six weeks of clients, orders, locks, tags and keys")
    stories.play(life, today)
    tell("everybody reads what came before the last days")
    _read_notices(life, before=today - timedelta(days=3))
    return life.acts


def _read_notices(life: Life, before: date) -> None:
    for username, *_ in ACCOUNTS:
        for row in viewing.worklist(life.actor(username)):
            if row["kind"] == "notice" and row["opened"] < before:
                life.does(username, "read_notice", 8, notice=str(row["id"]))


def _found(life: Life) -> None:
    life.does("demo", "found_municipality", 6, name="Tröskelby", valid_from=life.day.isoformat())
    named = ("orgnr", "name", "email", "kind")
    life.does(
        "demo",
        "register_organisations",
        hour=6,
        organisations=[dict(zip(named, row, strict=True)) for row in ORGANISATIONS],
    )
    for username, name, role, organisation in ACCOUNTS:
        life.does(
            "demo",
            "register_account",
            hour=7,
            username=username,
            name=name,
            role=role,
            organisation=organisation,
        )
    life.does(
        "siri",
        "register_things",
        kind="lock",
        numbers=[f"4711-{n:04}" for n in range(901, 941)],
        organisation=LOCKSMITH,
    )
    life.does(
        "siri", "register_things", kind="tag", numbers=[f"{n}" for n in range(7701, 7731)], organisation=EAST
    )
    life.does(
        "siri",
        "register_things",
        kind="tag",
        numbers=[f"{n}" for n in range(8801, 8831)],
        organisation=MEADOW,
    )
    life.live_to(life.day + timedelta(days=1))
