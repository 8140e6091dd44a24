# SPDX-License-Identifier: EUPL-1.2
"""What the office of the demo does besides its duties: the log is reviewed each month, and the routine changes (D).

One version has been changed and approved in the course of the two years; another is proposed in the last days, for
the manager to compare and approve.
"""

from __future__ import annotations

import re
from functools import partial
from typing import NamedTuple

from troskel.duties.models import RoutineVersion
from troskel.reading import log_reviews
from troskel.simulator.organisations import ADMINISTRATOR, MANAGER, OTHER_MANAGER
from troskel.simulator.town import Town

REVIEW_DAY = 6
"""The day of the month when the manager reviews the month before; it is due some days later."""
CHANGED_DAYS_LEFT, PROPOSED_DAYS_LEFT = 210, 5
NOTICE_DAYS = 10
"""Days from the approval of a version until it is in force."""


class RoutineChange(NamedTuple):
    """A change of the routine: what stands instead of what, and why."""

    before: str
    after: str
    note: str
    note_en: str


_TAG_BACK = 'due = {{ earliest_of = [{{ on = "next_visit" }}, {{ after = "opened", days = {days} }}] }}'
APPROVED = RoutineChange(
    _TAG_BACK.format(days=7),
    _TAG_BACK.format(days=5),
    "Kvittensprodukten tas hem inom fem dagar i stället för sju.",
    "The receipt tag is taken back within five days instead of seven.",
)
PROPOSED = RoutineChange(
    _TAG_BACK.format(days=5),
    _TAG_BACK.format(days=3),
    "Kvittensprodukten tas hem inom tre dagar i stället för fem.",
    "The receipt tag is taken back within three days instead of five.",
)
_DATES = re.compile(r"^(changed|approved_on) = \d{4}-\d{2}-\d{2}$", re.MULTILINE)
_NOTES = re.compile(r'^change_note\.(sv|en) = ".*"$', re.MULTILINE)


def follow_routine(town: Town) -> None:
    """What the manager and the administrator do today."""
    if town.life.day.day == REVIEW_DAY:
        _review_log(town)
    days_left = town.days_left()
    if days_left == CHANGED_DAYS_LEFT:
        version = _propose(town, APPROVED)
        in_force_from = town.life.from_today(NOTICE_DAYS)
        town.life.does(MANAGER, "approve_routine", version=version, in_force_from=in_force_from)
    if days_left == PROPOSED_DAYS_LEFT and town.days > CHANGED_DAYS_LEFT:
        _propose(town, PROPOSED)


def _review_log(town: Town) -> None:
    """Draws and judges last month: some reads after a question, and each manager's own by the other."""
    month = f"{town.day(-REVIEW_DAY):%Y-%m}"
    drawn = town.life.does(MANAGER, "draw_log_review", month=month)
    if drawn is None or not drawn.answer["drawn"]:
        return
    for who in (MANAGER, OTHER_MANAGER):
        review = town.life.looks(who, partial(log_reviews.log_review, month=month))
        numbers = [read.number for read in review.items if not read.outcome and not read.own]
        asked = [number for number in numbers if town.life.happens(0.1)]
        for outcome, reads in (("justified", [n for n in numbers if n not in asked]), ("explained", asked)):
            if reads:
                town.life.does(who, "judge_reads", month=month, reads=reads, outcome=outcome)


def _propose(town: Town, change: RoutineChange) -> str:
    today = town.life.day.isoformat()
    text = _latest_text(town)
    assert text.count(change.before) == 1, change
    notes = {"sv": change.note, "en": change.note_en}
    text = _DATES.sub(lambda match: f"{match[1]} = {today}", text.replace(change.before, change.after))
    text = _NOTES.sub(lambda match: f'change_note.{match[1]} = "{notes[match[1]]}"', text)
    done = town.life.does(ADMINISTRATOR, "propose_routine", name=f"{today}.toml", text=text)
    assert done is not None
    return str(done.answer["version"])


def _latest_text(town: Town) -> str:
    approved = RoutineVersion.objects.filter(municipality=town.life.municipality, sequence__isnull=False)
    return approved.latest("sequence").text
