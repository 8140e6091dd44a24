# SPDX-License-Identifier: EUPL-1.2
"""Which of several open alarms goes first."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("access", "0002_spent_grants_lie_in_the_lock")]
    operations = [
        migrations.AddField(
            model_name="alarm",
            name="urgency",
            field=models.CharField(default="usual", help_text="which goes first", max_length=10),
        ),
        migrations.AddConstraint(
            model_name="alarm",
            constraint=models.CheckConstraint(
                condition=models.Q(("urgency__in", ["can_wait", "urgent", "usual"])), name="alarm_of_known_urgency"
            ),
        ),
    ]
