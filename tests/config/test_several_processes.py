# SPDX-License-Identifier: EUPL-1.2
"""Several processes serve one database: what one of them keeps in memory is never what another has replaced."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

import pytest
from django.db import connection

from tests.town import CODE, EAST, Town, found
from troskel.duties import routines
from troskel.duties.models import Duty

WORKER = """
import json, os, sys
import django
from django.conf import settings
told = json.loads(sys.stdin.readline())
os.environ["DJANGO_SETTINGS_MODULE"] = "troskel.config.settings"
import troskel.config.settings as own
own.DATABASES["default"] = told["database"]
django.setup()
from datetime import datetime
from troskel.acts.chapters import REGISTER
from troskel.ground import clock
from troskel.people import queries as people
for line in sys.stdin:
    call = json.loads(line)
    actor = people.actor_of_username(call["as"])
    with clock.frozen_at(datetime.fromisoformat(call["at"])):
        outcome = REGISTER[call["act"]].perform(actor, call["values"])
    print(json.dumps(outcome.lines), flush=True)
"""


class OtherProcess:
    """Another process that does acts, one after the other."""

    def __init__(self) -> None:
        clean = {name: value for name, value in os.environ.items() if not name.startswith("TROSKEL_")}
        self.process = subprocess.Popen(
            [sys.executable, "-c", WORKER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=clean,
        )
        self._tell({"database": connection.settings_dict})

    def does(self, town: Town, who: str, act: str, **values: Any) -> None:
        self._tell({"as": f"{CODE}/{who}", "at": town.now.isoformat(), "act": act, "values": values})
        assert self.process.stdout
        assert json.loads(self.process.stdout.readline())

    def _tell(self, what: dict[str, Any]) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(what, default=str) + "\n")
        self.process.stdin.flush()

    def end(self) -> None:
        assert self.process.stdin and self.process.stdout
        self.process.stdin.close()
        self.process.wait(60)
        self.process.stdout.close()


@pytest.mark.django_db(transaction=True)
def test_version_approved_in_one_process_rules_in_another(transactional_db: None) -> None:
    """The other process has its rules in memory when a version comes into force here."""
    town = found()
    town.actor("anna")
    first, second = town.client(), town.client()
    other = OtherProcess()
    try:
        allocated = [_granted(town, client) for client in (first, second)]
        other.does(town, "anna", "allocate", allocations=[allocated[0]])
        text = routines.SHIPPED.read_text("utf-8").replace("days = 14", "days = 10")
        proposed = town.does("siri", "propose_routine", text=text, name="2026-03-02")
        town.does("maria", "approve_routine", version=proposed.answer["version"], in_force_from=town.day(1))
        town.days_pass(1)
        other.does(town, "anna", "allocate", allocations=[allocated[1]])
    finally:
        other.end()
    newest = routines.approved_last(CODE)
    assert newest is not None
    born_with = {
        client: set(Duty.objects.filter(client__reference=client).values_list("version", flat=True))
        for client in (first, second)
    }
    assert newest.version not in born_with[first]
    assert newest.version in born_with[second]
    town.is_sound()


def _granted(town: Town, client: str) -> dict[str, str]:
    reference = town.grant(client, to=None)
    return {
        "decision": reference,
        "reference": f"F{reference}",
        "organisation": EAST,
        "valid_from": town.day(0),
    }
