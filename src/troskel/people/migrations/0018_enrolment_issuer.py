# SPDX-License-Identifier: EUPL-1.2
"""Who gave an enrolment link: the author of a routine is not approved by whom the author has let in."""

from __future__ import annotations

from typing import ClassVar

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies: ClassVar = [("people", "0017_begun_nights")]

    operations: ClassVar = [
        migrations.AddField(
            model_name="enrolmentlink",
            name="issued_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to="people.account",
            ),
        ),
    ]
