# SPDX-License-Identifier: EUPL-1.2
"""The routine file reads like the document; a wrong one is refused with file, line and every reason."""

import hashlib
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

from tests.routine.story import FILE, ROUTINE
from troskel.routine import (
    InvalidRoutine,
    assignees,
    conditions,
    deadlines,
    parse_routine,
    subjects,
    vocabulary,
)
from troskel.routine.descriptions import due_in_words, with_tables

TEXT = FILE.read_text()
DOCS = Path(__file__).parents[2] / "docs" / "routine-file.md"


def line_of(part: str) -> int:
    return TEXT[: TEXT.index(part)].count("\n") + 1


def refused(text: str) -> list[str]:
    with pytest.raises(InvalidRoutine) as refusal:
        parse_routine(text.encode(), "r.toml")
    return refusal.value.problems


def test_d_document_control():
    header = ROUTINE.header
    assert (header.valid_from, header.changed, header.approved_on) == (
        date(2012, 1, 1),
        date(2016, 11, 29),
        date(2016, 11, 29),
    )
    assert header.id and header.approved_by.sv and len(header.responsible) == 2
    assert ROUTINE.version == hashlib.sha256(FILE.read_bytes()).hexdigest()
    assert ROUTINE.name == "2016-11-29"


def test_every_paragraph_stands_in_the_order_of_the_document():
    a, p, s = [f"A{n}" for n in range(1, 9)], [f"P{n}" for n in range(1, 8)], ["S1", "S2", "S3"]
    assert [x.id for x in ROUTINE.paragraphs] == [*a, *p, "L1", *s, "O1", "O2", "O3"]
    assert [x.id for x in ROUTINE.paragraphs if not x.asks] == []
    titles = [(h.role, h.title.sv) for h in ROUTINE.headings]
    assert titles[:4] == [
        ("assessor", "Ny kund"),
        ("assessor", "Byte av utförare"),
        ("assessor", "Avslut av kund men trygghetslarm kvar"),
        ("assessor", "Uppföljning av beslut"),
    ]
    assert [x.id for x in ROUTINE.under("P-end")] == ["P6", "P7"]


@pytest.mark.parametrize(
    ("part", "instead", "reason"),
    [
        (
            'on = ["provider.left", "key.handed_over", "key.corrected", "key.taken_over", "move.called_off"]',
            'on = ["provider.vanished"]',
            'P5 return_keys on: unknown event "provider.vanished"',
        ),
        (
            'done_when = ["not keys_to_return"]',
            'when = ["rich"]',
            'P5 return_keys when: unknown condition "rich"',
        ),
        ('of = "locksmith"', 'of = "baker"', 'L1 install of: unknown owner "baker"'),
        ('per = "link"', 'per = "lunch"', 'S3 unlink per: unknown subject "lunch"'),
        ("by_hand = true", "by_hands = true", 'P2 silent by_hands: unknown key "by_hands"'),
        ('after = "first_visit"', 'after = "noon"', 'P5 collect_keys due: unknown due base "noon"'),
        ("changed = 2016-11-29", 'changed = "29/11"', "header changed: is not a day"),
        ("changed = 2016-11-29", "changed = 2011-11-29", "header changed: is before valid_from"),
        ('id = "P6"', 'id = "P5"', 'P5 id: "P5" is used twice'),
        ('heading = "P-end"', 'heading = "P-ned"', 'P6 heading: names no heading: "P-ned"'),
        ('role = "locksmith"\nheading', 'role = "smith"\nheading', 'L1 role: unknown role "smith"'),
        ("notice_days = 60", "notice_days = -1", "A8 investigation notice_days: must be a number of days"),
        (", days = 14", ", days = 1.5", "P5 return_keys due: days must be a number of days"),
        (
            'duty = { sv = "{giver} vill lämna',
            'duty = { sv = "{account} vill lämna',
            "P5 offered duty: names a person",
        ),
        (
            'sv = "Låsvredet är nedmonterat[ {on}][: {lock}].',
            'sv = "Låsvredet är nedmonterat[ av {by}].',
            "S3 email duty: names a person: an e-mail",
        ),
        ("[: {keys}][. Ni hade", "[: {keyring}][. Ni hade", "P5 return_keys duty: leaves open {keyring}"),
        ("[: {keys}][. Ni hade", "[: nycklar][. Ni hade", "P5 return_keys duty: [: nycklar] names nothing"),
        ("nycklarna[: {keys}]", "nycklarna[: {keys}", "P5 return_keys duty: has a bracket without"),
        ('"christmas_eve"', '"fathers_day"', 'header free_eves: unknown eve "fathers_day"'),
    ],
)
def test_a_wrong_file_is_refused_with_line_and_reason(part: str, instead: str, reason: str):
    assert part in TEXT
    problems = refused(TEXT.replace(part, instead, 1))
    assert any(p.startswith(f"r.toml:{line_of(part)}: {reason}") for p in problems), problems


def test_a_missing_field_is_named_and_every_problem_is_told_in_order():
    text = TEXT.replace('of = "locksmith"\n', "", 1).replace("approved_on = 2016-11-29\n", "", 1)
    text = text.replace('done_by = ["tag.return_told"]\n', "")
    problems = refused(text)
    assert [p.split(": ", 1)[1] for p in problems] == [
        "header approved_on: is missing",
        "P7 tell ask: is a duty that nothing fulfils: done_by, done_when or by_hand is missing",
        "L1 install of: is missing",
    ]


def test_what_is_not_toml_or_not_text_is_refused():
    assert "not TOML" in refused("[header")[0]
    with pytest.raises(InvalidRoutine, match="not UTF-8"):
        parse_routine(b"\xff", "r.toml")
    assert refused("")
    assert refused('header = 1\nheading = 2\nparagraph = ["x"]\nmore = true')


def test_the_vocabulary_is_what_the_program_knows():
    assert set(vocabulary.CONDITIONS) == set(conditions.PLAIN_CHECKS)
    assert set(vocabulary.ASSIGNEES) == set(assignees.ASSIGNEES) | set(assignees.EVERY)
    assert set(vocabulary.SUBJECTS) == set(subjects.PER) == set(subjects.SAME)
    assert set(vocabulary.BASES) == set(deadlines.BASES)


def test_the_documentation_is_fresh():
    text = DOCS.read_text()
    assert text == with_tables(text)


def test_deadlines_in_words():
    due = ROUTINE.asks["P6", "order"].due
    assert due and due_in_words(due) == (
        "det som infaller sist av 2 arbetsdagar efter dagen då avslutet blev känt"
        " eller 2 arbetsdagar efter sista dagen med insats bakom dörren"
    )
    due = ROUTINE.asks["A8", "allocation"].due
    assert due and due_in_words(due, "en") == "5 working days before the last allocated day"


def test_the_routine_is_importable_alone():
    code = (
        "import sys, troskel.routine as r, troskel.routine.descriptions\n"
        "mine = {m for m in sys.modules if m.startswith('troskel.')}\n"
        "assert all(m.startswith('troskel.routine') for m in mine), mine\n"
        "assert 'django' not in sys.modules\n"
    )
    source = Path(__file__).parents[2] / "src"
    subprocess.run([sys.executable, "-c", code], check=True, env={"PYTHONPATH": str(source)})
