# SPDX-License-Identifier: EUPL-1.2
"""A town in which one assessor and one provider have many clients: `MANY=600 python -m tests.browser.seed_many`.

Prints, as JSON, the instant at which its clock stands. What is asked of them all, and late, is the most that can be.
"""

from __future__ import annotations

import json
import os
import sys
from datetime import date

import django

PART = 60
"""So many in one act."""


def fill(many: int) -> str:
    """Fill the database that TROSKEL_DATABASE names; gives the town's instant."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troskel.config.settings")
    django.setup()
    from tests import town as towns
    from troskel.cli import tables
    from troskel.simulator.people import identity_number

    tables.migrate()
    town = towns.found()
    for first in range(0, many, PART):
        numbers = range(first + 1, first + PART + 1)
        clients = [
            {
                "reference": f"M{number}",
                "identity": identity_number(
                    date(1930 + number % 20, 1 + number % 12, 1 + number // 60), 980 + number % 20
                ),
                "first_name": "Åke",
                "last_name": f"Öman{number}",
                "phone": f"070-99 99 {number:03}",
                "address": {
                    "street": f"Ängsvägen {number}",
                    "postcode": "99910",
                    "town": "Byn",
                    "apartment": "1001",
                },
            }
            for number in numbers
        ]
        day = town.day(0)
        decisions = [
            {"client": f"M{number}", "reference": f"MB{number}", "service": "home_care", "valid_from": day}
            for number in numbers
        ]
        given = [
            {
                "decision": f"MB{number}",
                "reference": f"MF{number}",
                "organisation": towns.EAST,
                "valid_from": day,
            }
            for number in numbers
        ]
        town.does("anna", "register_clients", clients=clients)
        town.does("anna", "make_decisions", decisions=decisions)
        town.does("anna", "allocate", allocations=given)
    town.days_pass(3)
    return town.now.isoformat()


if __name__ == "__main__":
    sys.stdout.write(json.dumps({"now": fill(int(os.environ["MANY"])), "cases": {}}))
    sys.exit(0)
