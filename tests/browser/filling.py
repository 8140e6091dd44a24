# SPDX-License-Identifier: EUPL-1.2
"""A small town with something for everybody to do, in a database of its own: `python -m tests.browser.filling`.

Prints the instant at which its clock stands.
"""

from __future__ import annotations

import os
import sys

import django


def fill() -> str:
    """Fill the database that TROSKEL_DATABASE names. Gives the town's instant."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troskel.config.settings")
    django.setup()
    from tests import town as towns
    from troskel.cli import tables

    tables.make()
    town = towns.found()
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
    town.grant(locked, towns.ALARM, "safety_alarm")
    alarm = town.does("lars", "raise_alarm", client=locked).answer["alarm"]
    town.does("rut", "accept_alarm", alarm=alarm)
    return town.now.isoformat()


if __name__ == "__main__":
    sys.stdout.write(fill())
