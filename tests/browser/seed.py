# SPDX-License-Identifier: EUPL-1.2
"""A small town with something for everybody to do, in a database of its own: `python -m tests.browser.seed`.

Prints, as JSON, the instant at which its clock stands.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import timedelta
from email.message import EmailMessage
from typing import TYPE_CHECKING

import django

if TYPE_CHECKING:
    from tests.town import Town


def fill() -> str:
    """Fill the database that TROSKEL_DATABASE names. Gives the town's instant."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troskel.config.settings")
    django.setup()
    from tests import town as towns
    from troskel.cli import tables

    tables.migrate()
    town = towns.found()
    populate(town)
    return town.now.isoformat()


def populate(town: Town) -> None:
    """Give everybody in a founded town something to do."""
    from tests import town as towns
    from tests.visits.signed_tag import SignedTag

    town.new_client()  # has everything to come: information, order, tag, keys
    told = town.new_client()
    town.inform(told)
    ordered = town.new_client()
    town.order(ordered, presence="carer")
    mounted = town.new_client()
    town.mount(town.order(mounted), "L1")
    locked = town.locked(serial="L2")
    town.locked(towns.MEADOW, serial="L3")
    town.grant(town.client(home_municipality=towns.ELSEWHERE), towns.EAST)
    left = town.locked(serial="L4")
    town.end(left)
    town.days_pass(4)
    town.new_client()
    town.new_client(towns.MEADOW)
    town.inform(town.client())
    town.does("carin", "place_tag", client=town.new_client(last_name="Åberg"), tag="E1")
    SignedTag("E1").enrols(town)
    town.grant(locked, towns.ALARM, "safety_alarm")
    _days_of_their_own(town)
    alarm = town.does("lars", "raise_alarm", client=locked).answer["alarm"]
    town.does("rut", "accept_alarm", alarm=alarm)


def _days_of_their_own(town: Town) -> None:
    """Bookings, alarms, another municipality's visits, an e-mail that was given up, a night with rejected lines."""
    from django.db.models import F

    from tests.town import ALARM, EAST, ELSEWHERE
    from troskel.access.simulated import SimulatedLocks
    from troskel.acts import opening
    from troskel.orders.models import Booking

    passed, today, again = (town.order(town.new_client(), presence="carer") for _ in range(3))
    town.order(town.new_client())
    for order, day in ((again, 1), (today, 0), (passed, 2)):
        hours = [(town.at(hour) + timedelta(days=day)).isoformat() for hour in (13, 14)]
        town.does("laban", "book_order", order=order, starts=hours[0], ends=hours[1])
    town.does("laban", "report_failure", order=again, code="nobody_home")
    earlier = F("starts") - timedelta(days=3), F("ends") - timedelta(days=3)
    Booking.objects.filter(order__number=passed).update(starts=earlier[0], ends=earlier[1])  # time has passed
    for serial in ("L5", "L6"):
        client = town.locked(serial=serial)
        town.grant(client, ALARM, "safety_alarm")
        alarm = town.does("lars", "raise_alarm", client=client).answer["alarm"]
    town.does("rut", "accept_alarm", alarm=alarm)
    town.now += timedelta(minutes=9)
    with town.standing():
        opening.open_the_door(town.actor("rut"), SimulatedLocks(), {"client": client, "serial": "L6"})
    elsewhere = town.client(home_municipality=ELSEWHERE)
    town.grant(elsewhere, EAST)
    town.now += timedelta(hours=1)
    town.visit(elsewhere, "olle")
    town.grant(town.client(), through=town.day(75))
    _gives_up_an_email(town)
    line = {"file": "kunder.csv", "line": 17, "column": "personnummer", "reason": "the check digit is wrong"}
    for day, rejected in (
        (-1, []),
        (0, [line, {**line, "line": 1204, "column": "fran", "reason": "not a day"}]),
    ):
        changes = {"register_clients": 3, "allocate": 2}
        told = {"day": town.day(day), "unchanged": 812, "changes": changes, "rejected": rejected}
        town.does("import", "note_night", **told)


def _gives_up_an_email(town: Town) -> None:
    """The oldest e-mail meets a server that will not have it."""
    from tests.town import CODE
    from troskel.duties.mailing import compose
    from troskel.outbox import email_delivery
    from troskel.outbox import queries as outbox
    from troskel.outbox.worker import PermanentFailure, Worker

    class Unwilling:
        sender = "troskel@troskelby.example"

        def send(self, message: EmailMessage, to: str) -> None:
            raise PermanentFailure("SMTP 550: the recipient was refused")

    worker = Worker(email_delivery.email_handlers(compose, Unwilling()))
    with town.standing():
        while not outbox.outbox_status(CODE).parked:
            worker.run_once()


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"now": fill(), "cases": {}}))
