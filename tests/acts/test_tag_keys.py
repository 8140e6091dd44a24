# SPDX-License-Identifier: EUPL-1.2
"""The keys of signed tags: who enrols them, that nobody gets to see them, and what an outsider is told."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from tests.acts.examples import ActExample
from tests.town import CODE, Town
from troskel.custody.models import TagKey
from troskel.custody.signed_tags import SignedTags
from troskel.journal.models import Line

VALUES = {"tag": "E1", "chip": "04DE5F1EACC040", "key": "0F" * 16}
EXAMPLES = {
    "enrol_tag_key": ActExample("siri", lambda town: VALUES, "NotFound", {"tag": "no such"}),
}
"""`test_every_act.py` refuses it, previews it, does it, and repeats it."""


def keys(town: Town) -> list[tuple[str, bool]]:
    rows = TagKey.objects.order_by("began", "id").values_list("chip", "ended")
    return [(chip, ended is None) for chip, ended in rows]


def test_administrator_enrols_and_the_key_is_shown_to_nobody(town: Town) -> None:
    answer = town.does("siri", "enrol_tag_key", **VALUES).answer
    assert answer == {"tag": "E1", "chip": "04de5f1eacc040"}
    row = TagKey.objects.get()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM custody_tagkey")
        stored = str(cursor.fetchall()).lower()
    assert "0f" * 16 not in stored and "0f0f0f0f" not in row.sealed
    (line,) = Line.objects.filter(event="tag.key_enrolled")
    assert "0f0f" not in json.dumps(line.body).lower()


def test_the_same_again_changes_nothing_and_another_key_keeps_the_former(town: Town) -> None:
    for _ in range(2):
        town.does("siri", "enrol_tag_key", **VALUES)
        town.now = town.at(10)
    assert keys(town) == [("04de5f1eacc040", True)]
    town.does("siri", "enrol_tag_key", **VALUES | {"key": "0e" * 16})
    assert keys(town) == [("04de5f1eacc040", False), ("04de5f1eacc040", True)]
    assert Line.objects.filter(event="tag.key_enrolled").count() == 2


@pytest.mark.parametrize("chip", ["04:de:5f:1e:ac:c0:40", "04DE5F1EACC040", " 04 de 5f 1e ac c0 40 "])
def test_a_chips_number_is_written_as_suppliers_do(town: Town, chip: str) -> None:
    assert town.does("siri", "enrol_tag_key", **VALUES | {"chip": chip}).answer["chip"] == "04de5f1eacc040"


@pytest.mark.parametrize(
    "wrong", [{"chip": "04DE"}, {"chip": "zz" * 7}, {"key": "0f" * 15}, {"key": ""}, {"key": "å" * 32}]
)
def test_what_is_no_number_or_key_is_refused(town: Town, wrong: dict[str, Any]) -> None:
    (name,) = wrong
    town.refused("siri", "enrol_tag_key", f"BadValue {name}", **VALUES | wrong)


def test_a_coordinator_enrols_the_providers_own_tags(town: Town) -> None:
    """In stock, and with a client where the provider answers for it. Another's is as one that nobody has."""
    town.does("olle", "enrol_tag_key", **VALUES)
    client = town.new_client()
    town.does("carin", "place_tag", client=client, tag="E1")
    town.does("olle", "enrol_tag_key", **VALUES | {"key": "0e" * 16})
    for who, tag in (("moa", "E1"), ("moa", "E2"), ("olle", "M1")):
        refused = town.refused(who, "enrol_tag_key", "NotFound", **VALUES | {"tag": tag})
        unknown = town.refused(who, "enrol_tag_key", "NotFound", **VALUES | {"tag": "no such"})
        assert (refused.code, str(refused)) == (unknown.code, str(unknown))
    assert len(keys(town)) == 2


def test_others_enrol_nothing(town: Town) -> None:
    for who in ("carin", "anna", "rut", "nina", "laban"):
        town.refused(who, "enrol_tag_key", "rule 7", **VALUES)


def test_a_chip_is_in_one_tag(town: Town) -> None:
    town.does("siri", "enrol_tag_key", **VALUES)
    refused = town.refused("siri", "enrol_tag_key", "rule 5", **VALUES | {"tag": "E2"})
    assert refused.code == "tag.chip_taken" and "E1" not in str(refused)
    town.does("siri", "enrol_tag_key", **VALUES | {"chip": "04" + "11" * 6})
    town.does("siri", "enrol_tag_key", **VALUES | {"tag": "E2"})
    row = TagKey.objects.filter(ended=None).last()
    assert row is not None
    row.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        TagKey(**{field.attname: getattr(row, field.attname) for field in TagKey._meta.fields[1:]}).save()


def test_a_key_sealed_by_a_secret_that_is_gone_is_no_key(town: Town, settings: Any) -> None:
    town.does("siri", "enrol_tag_key", **VALUES)
    before = settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [before]
    assert len(SignedTags.of(CODE, ["E1"])._keys) == 1
    settings.SECRET_KEY_FALLBACKS = []
    assert SignedTags.of(CODE, ["E1"])._keys == []
    town.does("siri", "enrol_tag_key", **VALUES)
    assert len(SignedTags.of(CODE, ["E1"])._keys) == 1, "enrolled anew"
