# SPDX-License-Identifier: EUPL-1.2
# ruff: noqa: E501 -- a case stands on a line
"""What could be read otherwise than it works is refused, with the line and a better wording."""

from __future__ import annotations

import pytest

from tests.routine.battery import PARAGRAPH, TEXT
from tests.routine.story import FILE
from troskel.routine import InvalidRoutine, parse_routine
from troskel.routine.bases import BASES, STARTS
from troskel.routine.vocabulary import OF_A_DUTY, ROUTINE_EVENTS

# The paragraph as it was first written: it reads like the guide's, and does something else.
FIRST = (
    PARAGRAPH.replace('on = ["lock.mounted"]', 'on = ["installation.reported"]')
    .replace('due = { after = "lock_mounted", days = 182 }\nopens = { before = "due", days = 14 }',
             'due = { after = "opened", days = 182 }')
    .replace('on = ["duty.attested:P8.battery"]', 'on = ["duty.attested"]')
)  # fmt: skip


def refused(text: str) -> list[tuple[int, str]]:
    """The line and the reason of every problem."""
    with pytest.raises(InvalidRoutine) as refusal:
        parse_routine(text.encode(), "r.toml")
    told = [problem.split(":", 2) for problem in refusal.value.problems]
    return [(int(line), reason.strip()) for _, line, reason in told]


def line_of(text: str, part: str) -> int:
    assert part in text
    return text[: text.index(part)].count("\n") + 1


def test_a_check_half_a_year_ahead_that_opens_at_once_is_refused_with_a_better_wording() -> None:
    text = FILE.read_text("utf-8") + FIRST
    due, told = refused(text)
    assert due[0] == line_of(text, 'due = { after = "opened", days = 182 }')
    assert due[1].startswith("P8 battery due: it opens at once and may be attested the same day")
    assert 'due = { after = "lock_mounted", days = 182 } and opens = { before = "due", days = 14 }' in due[1]
    assert told == (
        line_of(text, 'on = ["duty.attested"]'),
        'P8 tell on: "duty.attested" comes for any duty: say which, as in "duty.attested:P8.battery"',
    )


def test_the_better_wording_is_accepted() -> None:
    text = FIRST.replace(
        'due = { after = "opened", days = 182 }',
        'due = { after = "lock_mounted", days = 182 }\nopens = { before = "due", days = 14 }',
    ).replace('"duty.attested"', '"duty.attested:P8.battery"')
    assert parse_routine((FILE.read_text("utf-8") + text).encode(), "r.toml").by_id["P8"]
    meant = FIRST.replace("by_hand = true", 'by_hand = true\nattest_from = { on = "opened" }')
    meant = meant.replace('"duty.attested"', '"duty.attested:P8.battery"')
    assert parse_routine((FILE.read_text("utf-8") + meant).encode(), "r.toml").by_id["P8"]


def test_a_version_that_was_approved_before_stays_readable() -> None:
    text = (FILE.read_text("utf-8") + FIRST).encode()
    assert parse_routine(text, "r.toml", stored=True).asks["P8", "tell"].on == ("duty.attested",)
    with pytest.raises(InvalidRoutine):
        parse_routine(text.replace(b"lead_provider", b"baker", 1), "r.toml", stored=True)


DUE = 'due = { after = "lock_mounted", days = 182 }'
OPENS = 'opens = { before = "due", days = 14 }'
WHEN = 'when = ["own_client", "lock_at_door", "care_behind_door"]'
MOOT = 'moot_when = ["not lock_at_door", "not care_behind_door"]'
NAMED = '"duty.attested:P8.battery"'


@pytest.mark.parametrize(
    ("part", "instead", "reason"),
    [
        (OPENS, "", "battery due: it opens at once"),
        (DUE + "\n" + OPENS, 'due = { after = "opened", working_days = 30 }', "battery due: it opens at once"),
        (OPENS, 'opens = { after = "due", days = 14 }', "battery opens: is after the due day"),
        (OPENS, 'opens = { before = "lock_mounted", days = 14 }', 'battery opens: unknown due base "lock_mounted"'),
        (OPENS, 'opens = { before = "due" }', "battery opens: must be { on }"),
        (OPENS, "opens = 14", "battery opens: must be a table"),
        (DUE, "", "battery opens: needs a due day"),
        (DUE, 'due = { after = "opened", days = 182 }', 'battery due: "opened" comes after the day it opens'),
        (DUE, 'due = { on = "next_visit" }', 'battery due: "next_visit" comes after the day it opens'),
        (OPENS, OPENS + '\nattest_from = { on = "booking" }', 'battery attest_from: unknown due base "booking"'),
        ("by_hand = true\nmoot_when = [\"not lock_at", "attest_from = { on = \"due\" }\ndone_when = [\"refused\"]\nmoot_when = [\"not lock_at",
         "battery attest_from: only what is attested by hand"),
        (NAMED, '"duty.attested:P8.batery"', 'tell on: "P8.batery" is asked nowhere'),
        (NAMED, '"duty.attested:P1.order"', 'tell on: "duty.attested:P1.order" never comes: that is no duty with by_hand'),
        (NAMED, '"duty.attested:A4.tell"', 'tell on: "duty.attested:A4.tell" never comes'),
        (NAMED, '"notice.read:P8.battery"', 'tell on: "notice.read:P8.battery" never comes: that is no notice'),
        (NAMED, '"notice.read"', 'tell on: "notice.read" comes for any duty: say which, as in "notice.read:'),
        (NAMED, '"duty.assigned:A4.tell"', 'tell on: "duty.assigned:A4.tell" never comes: that is no duty'),
        (NAMED, '"link.made:P8.battery"', 'tell on: unknown event "link.made:P8.battery"'),
        (NAMED, '"duty.attested:"', 'tell on: unknown event "duty.attested:"'),
        ('on = ["lock.mounted"]', 'on = ["lock.mounted", "duty.attested:P8.battery"]',
         'battery on: "duty.attested:P8.battery" is about this ask itself'),
        (WHEN, 'when = ["lock_at_door", "not lock_at_door"]', 'battery when: "lock_at_door" and "not lock_at_door" never hold'),
        (WHEN, 'when = ["own_client", "other_municipality"]', 'battery when: "own_client" and "other_municipality" never'),
        (MOOT, 'moot_when = ["lock_at_door"]', 'battery moot_when: "lock_at_door" stands in when too'),
        (MOOT, 'moot_when = ["refused", "not refused"]', 'battery moot_when: "refused" and "not refused"'),
        (MOOT, MOOT + '\ndone_when = ["lock_at_door"]', "battery done_when: all of it stands in when too"),
        (DUE, 'due = { after = "booking", days = 182 }', 'battery due: "lock.mounted" does not say the day "booking"'),
        ('ask = "tell"\nkind = "notice"\nof = "administrator"\nper = "door"', 'ask = "battery"\nkind = "notice"\nof = "administrator"\nper = "door"',
         'battery ask: "battery" is used twice'),
    ],
)  # fmt: skip
def test_what_cannot_be_meant_is_refused_at_its_line(part: str, instead: str, reason: str) -> None:
    text = TEXT[: -len(PARAGRAPH)] + PARAGRAPH.replace(part, instead, 1)
    assert part in PARAGRAPH and text != TEXT
    problems = refused(text)
    found = [(line, told) for line, told in problems if told.startswith(f"P8 {reason}")]
    assert found, problems
    near = "\n".join(text.splitlines()[found[0][0] - 1 : found[0][0] + 1])
    assert any(key in near for key in ("due", "opens", "on", "when", "attest_from", "ask")), near
    assert found[0][0] > line_of(text, 'id = "P8"')


def test_what_ends_and_opens_by_the_same_event_is_refused() -> None:
    text = FILE.read_text("utf-8").replace(
        'done_by = ["tag.return_told"]', 'done_by = ["tag.handed_over", "tag.return_told"]', 1
    )
    whole = text.replace(
        '[[paragraph.asks]]\nask = "tell"\nkind = "duty"',
        '[[paragraph.asks]]\nask = "tell"\nkind = "duty"',
        1,
    )
    ask = whole[whole.index('ask = "tell"\nkind = "duty"\nof = "provider"\nper = "tag"') :]
    ask = ask[: ask.index("[[paragraph")]
    plain = "\n".join(
        line for line in ask.splitlines() if not line.startswith(("when", "moot_when", "done_when"))
    )
    plain = plain.replace("on = [", 'on = ["tag.return_told", ', 1)
    assert any("both opens it" in told for _, told in refused(whole.replace(ask, plain + "\n\n", 1)))


def test_the_shipped_routine_is_not_ambiguous() -> None:
    assert parse_routine(FILE.read_bytes(), FILE.name)


def test_the_tables_name_what_exists() -> None:
    assert set(STARTS) <= set(ROUTINE_EVENTS) and set(STARTS.values()) <= set(BASES)
    assert set(OF_A_DUTY) <= set(ROUTINE_EVENTS)
    for base in BASES.values():
        assert set(base.told_by) <= set(ROUTINE_EVENTS)
        assert base.fixed_by is None or base.fixed_by in ROUTINE_EVENTS
