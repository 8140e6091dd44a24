# SPDX-License-Identifier: EUPL-1.2
"""The facts have got another shape: they are folded anew from the journal. Open duties stay as they are."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from troskel.ground.new_database import FillRows
from troskel.duties import refolding


def fold_anew(apps: Any, _editor: Any) -> None:
    refolding.fold_anew(apps.get_model("duties", "HomeState"))


class Migration(migrations.Migration):
    dependencies = [
        ("duties", "0002_person_deputies_versions"),
        ("journal", "0004_line_organisations"),
    ]

    operations = [FillRows(fold_anew, migrations.RunPython.noop)]
