# SPDX-License-Identifier: EUPL-1.2
from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from troskel.journal.triggers import drop_triggers, create_triggers


def up(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    create_triggers(editor.connection, editor.execute)


def down(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    drop_triggers(editor.connection, editor.execute)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunPython(up, down)]
