# SPDX-License-Identifier: EUPL-1.2
from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from troskel.journal.guards import lower_guards, raise_guards


def up(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    raise_guards(editor.connection, editor.execute)


def down(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    lower_guards(editor.connection, editor.execute)


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_initial")]
    operations = [migrations.RunPython(up, down)]
