# SPDX-License-Identifier: EUPL-1.2
"""Two versions apart: whatever differs is told, and what does not differ is not."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pytest

from troskel.routine.model import Ask, Due, Header, LocalizedText, Paragraph, Routine, Silence, Step
from troskel.routine.parser import parse_routine, read_routine
from troskel.routine.version_diff import differences, word_diff

SHIPPED = Path(__file__).parents[2] / "routines" / "troskelby" / "2016-11-29.toml"
OTHER_ASK: dict[str, Any] = {
    "kind": "notice",
    "of": ("locksmith",),
    "per": "order",
    "on": ("link.made",),
    "duty": LocalizedText("Något annat", "Something else"),
    "told": LocalizedText("Något om {former}", "Something about {former}"),
    "fulfilled": LocalizedText("När det är så", "When it is so"),
    "when": ("refused",),
    "due": Due((Step("opened", 77),)),
    "done_by": ("link.removed",),
    "done_when": ("refused",),
    "by_hand": True,
    "moot_on": ("link.made",),
    "moot_when": ("linked",),
    "notice_days": 77,
    "silence": Silence(7, 77),
    "also_of": "locksmith",
    "also_after": 77,
    "escalate_after": 77,
    "at_take_over": True,
    "opens": Step("due", -77),
    "attest_from": Step("due", -77),
}
OTHER_HEADER: dict[str, Any] = {
    "id": "X",
    "title": LocalizedText("X", "X"),
    "valid_from": date(2001, 1, 1),
    "changed": date(2030, 1, 1),
    "approved_by": LocalizedText("X", "X"),
    "approved_on": date(2030, 1, 1),
    "responsible": (LocalizedText("X", "X"),),
    "change_note": LocalizedText("X", "X"),
    "free_eves": ("christmas_eve",),
}


@pytest.fixture(scope="module")
def shipped() -> Routine:
    return read_routine(SHIPPED)


def with_paragraph(routine: Routine, paragraph: Paragraph) -> Routine:
    told = tuple(paragraph if one.id == paragraph.id else one for one in routine.paragraphs)
    return msgspec.structs.replace(routine, paragraphs=told)


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("field", [name for name in Ask.__struct_fields__ if name != "ask"])
def test_no_field_of_an_ask_can_change_unseen(shipped: Routine, field: str, language: str) -> None:
    paragraph = shipped.by_id["S2"]
    ask = paragraph.asks[0]
    assert getattr(ask, field) != OTHER_ASK[field]
    if field == "duty":  # what is read is the text that names its case
        ask = msgspec.structs.replace(ask, told=None)
        paragraph = msgspec.structs.replace(paragraph, asks=(ask, *paragraph.asks[1:]))
        shipped = with_paragraph(shipped, paragraph)
    changed = msgspec.structs.replace(ask, **{field: OTHER_ASK[field]})
    after = with_paragraph(shipped, msgspec.structs.replace(paragraph, asks=(changed, *paragraph.asks[1:])))
    (found,) = differences(shipped, after, language)
    assert (found.id, found.fate, [one.ask for one in found.asks]) == ("S2", "changed", ["link"])
    assert [one.field for one in found.asks[0].changes]


@pytest.mark.parametrize("field", Header.__struct_fields__)
def test_no_field_of_the_document_control_can_change_unseen(shipped: Routine, field: str) -> None:
    after = msgspec.structs.replace(
        shipped, header=msgspec.structs.replace(shipped.header, **{field: OTHER_HEADER[field]})
    )
    (found,) = differences(shipped, after)
    assert (found.id, [one.field for one in found.changes]) == ("D", [field])


def test_a_paragraph_that_is_new_gone_moved_or_says_something_else(shipped: Routine) -> None:
    a1, a2, *others = shipped.paragraphs
    said = msgspec.structs.replace(a2, text=LocalizedText("Säg inget.", "Say nothing."), heading="P-new")
    new = msgspec.structs.replace(a1, id="A9")
    after = msgspec.structs.replace(shipped, paragraphs=(others[0], said, *others[1:], new))
    found = {one.id: one for one in differences(shipped, after)}
    assert {name: one.fate for name, one in found.items()} == {
        "D": "changed", "A2": "changed", "A9": "new", "A1": "gone",
    }  # fmt: skip
    assert found["D"].changes[0].field == "order"
    assert [one.field for one in found["A2"].changes] == ["text", "heading"]
    assert found["A1"].asks[0].fate == "gone"


def test_a_comment_is_no_difference(shipped: Routine) -> None:
    text = SHIPPED.read_text("utf-8") + "\n# en tanke\n"
    after = parse_routine(text.encode(), SHIPPED.name)
    assert after.version != shipped.version
    assert differences(shipped, after) == []


def test_two_texts_are_woven_together_and_can_be_taken_apart_again() -> None:
    before, after = "10 arbetsdagar efter dagen", "inom 6 arbetsdagar från dagen"
    pieces = word_diff(before, after)
    assert "".join(piece.text for piece in pieces if piece.how != "new") == before
    assert "".join(piece.text for piece in pieces if piece.how != "gone") == after
    assert next(piece.text for piece in pieces if piece.how == "same") == " arbetsdagar "
