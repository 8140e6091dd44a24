# SPDX-License-Identifier: EUPL-1.2
"""A client's facts tell every time in which the client was another municipality's: folded anew from the journal."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from troskel.duties import refolding
from troskel.ground.new_database import FillRows


def fold_anew(apps: Any, _editor: Any) -> None:
    refolding.fold_anew(apps.get_model("duties", "HomeState"))


class Migration(migrations.Migration):
    dependencies = [
        ("duties", "0007_days_with_visits"),
    ]

    operations = [FillRows(fold_anew, migrations.RunPython.noop)]
