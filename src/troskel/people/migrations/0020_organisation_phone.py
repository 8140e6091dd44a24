# SPDX-License-Identifier: EUPL-1.2
"""The telephone number of an organisation: whom a locksmith calls about a booking."""

from django.db import migrations

from troskel.ground.migration_columns import TextColumn


class Migration(migrations.Migration):
    dependencies = [("people", "0019_caseloads")]
    operations = [
        TextColumn("people.organisation", "phone", 30, blank=True, help_text="whom a locksmith calls")
    ]
