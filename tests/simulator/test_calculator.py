# SPDX-License-Identifier: EUPL-1.2
"""Lives reckoned twice: by the system, and by a calculator that has the exported journal and nothing of the program."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.simulator.calculator import Asked, Calculator
from tests.town import CODE, undone_at_the_end
from troskel.care import queries as care
from troskel.duties.models import Duty
from troskel.ground import clock
from troskel.journal import verification
from troskel.people.models import Client, Organisation
from troskel.people.roles import Actor, Role
from troskel.permits.sight import visible_clients
from troskel.simulator import day_loop
from troskel.simulator.town import BRISK

NOW = datetime(2026, 11, 26, 18, tzinfo=clock.STOCKHOLM)
TODAY = NOW.date()
pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.once]
PLAIN = [(3, False), *(pytest.param((seed, False), marks=pytest.mark.long) for seed in range(5, 15))]
ROUGH = [(4, True), *(pytest.param((seed, True), marks=pytest.mark.long) for seed in range(15, 25))]
ASKS = {
    "P1": "order",
    "P2": "place_tag",
    "P5": "collect_keys",
    "P6": "order",
    "A4": "allocate",
    "A8": "investigation",
}


@pytest.fixture(scope="module")
def exported(request: Any, django_db_setup: None, django_db_blocker: Any) -> Iterator[list[dict[str, str]]]:
    """The lines of a life, as `troskel journal export` writes them."""
    seed, is_rough = request.param
    with undone_at_the_end(django_db_blocker):
        day_loop.live(
            CODE,
            days=30,
            clients=10,
            seed=seed,
            pace=BRISK,
            now=NOW,
            tell=lambda told: None,
            is_rough=is_rough,
        )
        to = io.StringIO()
        verification.export(CODE, to=to)
        yield [json.loads(line) for line in to.getvalue().splitlines()]


in_any_life = pytest.mark.parametrize("exported", [*PLAIN, *ROUGH], indirect=True, scope="module")
in_counted_lives = pytest.mark.parametrize("exported", [*PLAIN, ROUGH[0]], indirect=True, scope="module")


@in_any_life
def test_who_is_on_which_phone(exported: list[dict[str, str]]) -> None:
    reckoned = Calculator(exported)
    for day in (TODAY + timedelta(days=days) for days in (0, 1, 3, 8, 30)):
        for organisation in Organisation.objects.filter(municipality=CODE):
            viewer = Actor(CODE, Role.CARER, organisation=organisation.id)
            seen = Client.objects.filter(visible_clients(viewer, day)).values_list("id", flat=True)
            assert {str(client) for client in seen} == reckoned.on_phone(str(organisation.id), day), day


@in_any_life
def test_which_days_are_gaps(exported: list[dict[str, str]]) -> None:
    ids = dict(Client.objects.filter(municipality=CODE).values_list("reference", "id"))
    told = {
        (str(ids[gap.client]), gap.service): set(gap.days)
        for gap in care.gaps(Client.objects.filter(municipality=CODE), CODE, TODAY, 30)
    }
    assert told == Calculator(exported).gaps(TODAY, 30)


@in_counted_lives
def test_by_when_and_whether_it_was_done_in_time(exported: list[dict[str, str]]) -> None:
    """Of each duty of the six paragraphs: its day as it stood when it ended, and the day on which it was done."""
    compared, differing = 0, list[str]()
    for duty in (
        Duty.objects.filter(paragraph__in=ASKS, municipality=CODE).exclude(state="moot").order_by("id")
    ):
        by_the_calendar = duty.state == "done" and duty.closed_line is None
        if ASKS[duty.paragraph] != duty.ask or by_the_calendar:
            continue
        asked = as_asked(duty)
        reckoned = Calculator(exported, duty.closed_line)
        at_birth = duty.opened_line if duty.paragraph == "A4" else None  # another decision moves no deadline
        due = (Calculator(exported, at_birth) if at_birth else reckoned).due(asked)
        done = (
            reckoned.done(asked, duty.opened_line or 0) if duty.paragraph not in ("A8", "P5") else duty.closed
        )
        compared += 1
        if (due, done) != (duty.due, duty.closed):
            differing.append(f"{asked}: {due}, {done}; by the system {duty.due}, {duty.closed}")
    assert compared > 40
    assert not differing, "\n".join(differing)


def as_asked(duty: Duty) -> Asked:
    about = json.loads(duty.about)
    return Asked(
        duty.paragraph,
        str(duty.client_id),
        str(duty.organisation_id or ""),
        str(duty.door_id or ""),
        about.get("decision", ""),
        date.fromisoformat(about["through"]) if about.get("through") else None,
        duty.opened,
    )
