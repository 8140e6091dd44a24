# SPDX-License-Identifier: EUPL-1.2
"""What a directory of staff calls an account, and whether it has deleted it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('people', '0020_organisation_phone'),
    ]

    operations = [
        migrations.AddField(
            model_name='account',
            name='deleted',
            field=models.BooleanField(default=False, help_text='a directory has deleted it: it shows it no more'),
        ),
        migrations.AddField(
            model_name='account',
            name='external_id',
            field=models.CharField(help_text='what a directory of staff calls it', max_length=255, null=True),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.UniqueConstraint(fields=('municipality', 'external_id'), name='one_account_per_external_id'),
        ),
        migrations.AddConstraint(
            model_name='account',
            constraint=models.CheckConstraint(condition=models.Q(('deleted', False), models.Q(('closed__isnull', False), ('external_id', None)), _connector='OR'), name='a_deleted_account_is_closed'),
        ),
    ]
