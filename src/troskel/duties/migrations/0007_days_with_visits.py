# SPDX-License-Identifier: EUPL-1.2
"""A client's facts tell the latest days with a visit: they are folded anew from the journal."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from troskel.ground.new_database import FillRows
from troskel.duties import refolding


def fold_anew(apps: Any, _editor: Any) -> None:
    refolding.fold_anew(apps.get_model("duties", "HomeState"))


class Migration(migrations.Migration):
    dependencies = [
        ("duties", "0006_keptjudgement"),
    ]

    operations = [FillRows(fold_anew, migrations.RunPython.noop)]
