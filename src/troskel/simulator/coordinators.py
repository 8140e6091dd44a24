# SPDX-License-Identifier: EUPL-1.2
"""The duties of providers: orders (P1, P6), tags (P2, P3, P7) and keys (P5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from troskel.offers.duty_actions import Suggestion
from troskel.simulator.organisations import CARERS, HABITS, LOCKSMITH, NEW_LOCKSMITH, SLOPPY
from troskel.simulator.town import Task, Town

FORM_REFUSALS = ("form.already_past", "form.behind", "form.visits_changed", "form.billed_anew")
"""What may refuse a step of a form: it was taken before, or the visits have changed since."""
BILLED_ONCE = ("form.visits_differ", "month.nothing_to_bill")
"""What may refuse to bill a month again: its form is signed, or nobody is left to bill."""
IN_THE_HOME = frozenset({"place_tag", "take_tag", "receive_key"})
PATIENCE_DAYS = 12
"""Days that a coordinator waits for the assessor to inform the client before ordering with a reason."""


def order(town: Town, task: Task, options: Sequence[Suggestion]) -> int | None:
    """Orders an installation, once the client is informed or it takes too long; or a removal."""
    if task.person is not None and task.person.is_forgotten:
        return 2
    way = options[0]
    values = {"locksmith": LOCKSMITH if town.life.happens(0.6) else NEW_LOCKSMITH}
    if "reason" in way.missing:
        days_waited = (town.life.day - task.opened).days
        if HABITS[task.who] is not SLOPPY and days_waited < PATIENCE_DAYS:
            return 2
        values["reason"] = "Besöken har börjat, och kunden är ännu inte informerad."
    outcome = town.life.tries(
        task.who, way.act, ("client.has_refused",), **way.with_answers(**values)
    )  # it may have been refused today
    if outcome is not None:
        town.ordered[outcome.answer["order"]] = (task.who, way.act)
    return None


def send_basis_forms(town: Town, task: Task, options: Sequence[Suggestion]) -> int | None:
    """Makes, signs and sends the month's forms (O3). The visits are counted again first: some are written down late.

    Refusals of forms already sent are expected.
    """
    bill, make, sign, send = options
    town.life.tries(task.who, bill.act, BILLED_ONCE, **bill.with_answers())
    outcome = town.life.does(task.who, make.act, **make.with_answers())
    for form in outcome.answer["forms"] if outcome is not None else ():
        for way in (sign, send):
            town.life.tries(task.who, way.act, FORM_REFUSALS, **way.with_answers(form=form))
    return None


def performer(town: Town, task: Task, act: str) -> str:
    """Returns who does it: a carer in the home, on days of care; otherwise the account that has the duty."""
    carer = CARERS.get(task.organisation)
    if act not in IN_THE_HOME or carer is None or task.person is None:
        return task.who
    return carer if task.person.is_in_care_of(task.organisation, town.life.day) else task.who


def next_tag(town: Town, task: Task, _: Suggestion) -> str | None:
    """Returns a tag from the provider's stock; None before care begins."""
    if task.person is None or not task.person.is_in_care_of(task.organisation, town.life.day):
        return None
    return town.tags[task.organisation].pop(0)


def new_key_label(town: Town, task: Task, _: Suggestion) -> str | None:
    """Returns a new label for a key."""
    if task.person is None or not task.person.is_in_care_of(task.organisation, town.life.day):
        return None
    return f"{task.person.reference}-{town.number()}"


def signer(town: Town, _: Task, __: Suggestion) -> str:
    """Returns who signs for the client when a key is handed over."""
    return town.life.random.choice(("client", "client", "client", "representative", "nobody"))


def note_tag_placed(town: Town, task: Task, values: dict[str, Any]) -> None:
    """Notes that the client has the tag."""
    assert task.person is not None
    task.person.tags[task.organisation] = values["tag"]


def note_tag_taken(town: Town, task: Task, values: dict[str, Any]) -> None:
    """Notes that the tag is back in stock."""
    assert task.person is not None
    task.person.tags.pop(task.organisation, None)
    town.tags[task.organisation].append(values["tag"])


def note_lock_linked(_: Town, task: Task, values: dict[str, Any]) -> None:
    """Notes that the carers can open by phone."""
    assert task.person is not None
    task.person.lock = values["serial"]


def note_lock_unlinked(_: Town, task: Task, values: dict[str, Any]) -> None:
    """Notes that the carers can no longer open by phone."""
    assert task.person is not None
    if task.person.lock == values["serial"]:
        task.person.lock = None
