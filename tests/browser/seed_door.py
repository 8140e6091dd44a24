# SPDX-License-Identifier: EUPL-1.2
"""A town with one client, whose lock speaks the door protocol: `python -m tests.browser.seed_door`."""

from __future__ import annotations

import json
import os
import sys

import django


def fill() -> dict[str, object]:
    """Fill the database that TROSKEL_DATABASE names. Gives the town's instant, and the keys that a lock is to trust."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "troskel.config.settings")
    django.setup()
    from tests import town as towns
    from tests.doorproto.street import LOCK, LOCK_ID
    from troskel.cli import tables
    from troskel.doorproto.cose import point_of

    tables.migrate()
    town = towns.found()
    town.locked(last_name="Åberg")
    key = point_of(LOCK.public_key()).hex()
    enrolled = town.does("siri", "enrol_lock", serial="L1", number=LOCK_ID.hex(), key=key).answer
    return {"now": town.now.isoformat(), "cases": {"issuers": " ".join(enrolled["issuers"])}}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(fill()))
