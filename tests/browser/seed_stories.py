# SPDX-License-Identifier: EUPL-1.2
"""A town for the stories that people play in their browsers: `python -m tests.browser.seed_stories`.

Each story has clients of its own, so that none is in another's way. Prints, as JSON, the instant at which the clock
stands and the case numbers by the names of their stories.
"""

from __future__ import annotations

import json
import os
import sys
from typing import TYPE_CHECKING, Any

import django

if TYPE_CHECKING:
    from tests.town import Town

LAST_OF_A_MONTH = "2026-03-31"
SHARED = 99
"""The number in the street where the couple live."""


def fill() -> dict[str, Any]:
    """Fill the database that TROSKEL_DATABASE names."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troskel.config.settings")
    django.setup()
    from tests import town as towns
    from troskel.cli import tables
    from troskel.people.models import Client

    tables.migrate()
    town = towns.found()
    named = _lives(town)
    town.until(LAST_OF_A_MONTH)
    for story in ("change of provider", "alarm stays"):  # else P2 asks why nobody comes
        town.visit(str(named[story]))
    named |= _awaiting(town)
    cases = dict(Client.objects.values_list("reference", "case_number"))
    told = {
        story: [cases[one] for one in who] if isinstance(who, list) else cases[who]
        for story, who in named.items()
    }
    return {"now": town.now.isoformat(), "cases": told}


def _lives(town: Town) -> dict[str, str | list[str]]:
    """Clients who have their lock, and one who may have none."""
    from tests import town as towns

    changes = _locked(town, "L2")
    town.does("carin", "receive_key", client=changes, key="K-2", signed="client")
    alarmed = _locked(town, "L3")
    town.does("carin", "receive_key", client=alarmed, key="K-3", signed="client")
    town.grant(alarmed, towns.ALARM, "safety_alarm")
    one = _locked(town, "L4", address=SHARED)
    town.does("carin", "receive_key", client=one, key="K-4", signed="client")
    other = town.new_client(address=SHARED)
    town.inform(other)
    town.link(other, "L4")
    elsewhere = town.client(home_municipality=towns.ELSEWHERE)
    town.grant(elsewhere, towns.EAST)
    return {
        "change of provider": changes,
        "alarm stays": alarmed,
        "couple": [one, other],
        "other municipality": elsewhere,
    }


def _locked(town: Town, serial: str, **values: Any) -> str:
    """A client for whom everything about the installation has been done."""
    client = town.locked(serial=serial, **values)
    town.inform(client)
    (letter,) = town.duties("S1.letter", client)
    about = json.loads(letter.about)
    town.does("siri", "send_letter", order=about["number"])
    return client


def _awaiting(town: Town) -> dict[str, str | list[str]]:
    """Clients for whom something is to be done, by somebody who is clumsy, or has no mouse, or no scripts."""
    return {
        "uninformed": [town.new_client() for _ in range(6)],
        "informed": [_informed(town) for _ in range(6)],
        "other hands": [_informed(town) for _ in range(2)],
    }


def _informed(town: Town) -> str:
    client = town.new_client()
    town.inform(client)
    return client


if __name__ == "__main__":
    sys.stdout.write(json.dumps(fill()))
