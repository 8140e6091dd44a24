# SPDX-License-Identifier: EUPL-1.2
"""`analyze` updates SQLite's index statistics."""

from __future__ import annotations

import pytest
from django.db import connection

from tests.town import Town
from troskel.ground import maintenance

pytestmark = pytest.mark.django_db


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL counts by itself")
def test_tables_of_every_act_are_analyzed(town: Town) -> None:
    for _ in range(12):
        town.client()
    maintenance.analyze()
    with connection.cursor() as cursor:
        cursor.execute("SELECT tbl FROM sqlite_stat1")
        analyzed = {table for (table,) in cursor.fetchall()}
    assert {"people_client", "duties_homestate", "people_homedoor"} <= analyzed
