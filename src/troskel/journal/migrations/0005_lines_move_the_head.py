# SPDX-License-Identifier: EUPL-1.2

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from troskel.journal.triggers import create_head_trigger, drop_head_trigger


def up(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    create_head_trigger(editor.connection, editor.execute)


def down(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    drop_head_trigger(editor.connection, editor.execute)


class Migration(migrations.Migration):
    dependencies = [("journal", "0004_line_organisations")]

    operations = [migrations.RunPython(up, down)]
