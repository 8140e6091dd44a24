# SPDX-License-Identifier: EUPL-1.2
import json
from collections.abc import Iterator
from itertools import islice
from uuid import UUID

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from troskel.journal.triggers import create_triggers, drop_triggers

BATCH_ROWS = 5_000


def organisations_in(text: str) -> set[UUID]:
    """The organisations that the body of a line written until now names."""
    body = json.loads(text)
    ids = [body.get(name) for name in ("organisation", "locksmith", "giver")]
    holders = [body.get(name) for name in ("from", "to", "last", "holder")]
    ids += [
        holder["id"] for holder in holders if isinstance(holder, dict) and holder["kind"] == "organisation"
    ]
    return {UUID(one) for one in ids if one}


def fill(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    line_model, named_model = apps.get_model("journal", "Line"), apps.get_model("journal", "LineOrganisation")
    lines = line_model.objects.filter(kind="acts").values_list("id", "municipality", "body")

    def rows() -> Iterator[models.Model]:
        for line, municipality, body in lines.iterator(BATCH_ROWS):
            for organisation in organisations_in(body):
                yield named_model(organisation=organisation, line_id=line, municipality=municipality)

    remaining = rows()
    while batch := list(islice(remaining, BATCH_ROWS)):
        named_model.objects.bulk_create(batch)


def guard(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    create_triggers(editor.connection, editor.execute)


def unguard(apps: Apps, editor: BaseDatabaseSchemaEditor) -> None:
    drop_triggers(editor.connection, editor.execute, table="journal_lineorganisation")


class Migration(migrations.Migration):
    dependencies = [("journal", "0003_blanking_and_holds")]

    operations = [
        migrations.CreateModel(
            name="LineOrganisation",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "organisation", "line", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("organisation", models.UUIDField()),
                ("municipality", models.CharField(max_length=4)),
                (
                    "line",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="organisations",
                        to="journal.line",
                    ),
                ),
            ],
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(guard, unguard),
    ]
