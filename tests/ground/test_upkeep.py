# SPDX-License-Identifier: EUPL-1.2
"""SQLite counts what its indexes tell apart, when it is told to."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.town import Town
from troskel.ground import upkeep

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL counts by itself")
def test_the_tables_that_every_act_asks_are_counted(town: Town) -> None:
    for _ in range(12):
        town.client()
    upkeep.count_anew()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tbl FROM sqlite_stat1")
        counted = {table for (table,) in cursor.fetchall()}
    assert {"people_client", "duties_homestate", "people_homedoor"} <= counted
