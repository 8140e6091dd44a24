# SPDX-License-Identifier: EUPL-1.2
"""What a token may be used for, and when it was last used; accounts of other systems."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0015_logins'),
    ]

    operations = [
        migrations.AddField(
            model_name='account',
            name='of_system',
            field=models.BooleanField(default=False, help_text="another system's: nobody signs in as it"),
        ),
        migrations.AddField(
            model_name='token',
            name='scopes',
            field=models.CharField(default='', help_text='codes with blanks between; empty: all', max_length=100),
        ),
        migrations.AddField(
            model_name='token',
            name='used',
            field=models.DateTimeField(help_text='about when it was last used', null=True),
        ),
    ]
