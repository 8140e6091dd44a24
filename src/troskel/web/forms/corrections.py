# SPDX-License-Identifier: EUPL-1.2
"""Beside what has just been done: the act that puts it right, with what is known of it filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.urls import reverse
from django.utils.http import urlencode

from troskel.acts.chapters import REGISTER
from troskel.people.queries import Person
from troskel.runner.fields import fields_of
from troskel.web.shell.links import Button
from troskel.web.text import act_labels

CORRECTED_BY = {
    "hold_conversation": "correct_information",
    "inform_client": "correct_information",
    "tell_about_keys": "correct_information",
    "confirm_understanding": "correct_information",
    "record_refusal": "correct_information",
    "record_deaths": "take_back_death",
    "take_on_client": "change_clients",
    "register_clients": "change_clients",
    "make_decisions": "change_decisions",
    "allocate": "change_allocations",
    "change_provider": "change_allocations",
    "end_care": "change_decisions",
    "end_decisions": "change_decisions",
    "end_allocations": "change_allocations",
    "suspend_access": "resume_access",
    "plan_move": "call_off_move",
    "order_installation": "cancel_order",
    "order_removal": "cancel_order",
    "order_repair": "cancel_order",
    "book_order": "correct_booking",
    "report_installation": "correct_report",
    "report_removal": "correct_report",
    "report_repair": "correct_report",
    "link_lock": "correct_link",
    "place_tag": "correct_holder",
    "take_tag": "correct_holder",
    "receive_key": "correct_holder",
    "return_key": "correct_holder",
    "cover_absence": "end_cover",
    "hand_over_clients": "hand_over_clients",
    "take_over_clients": "hand_over_clients",
    "close_organisation": "reopen_organisation",
    "close_account": "reopen_account",
}
"""The act that puts another right, by name; which role may do it stands at the act."""

CASE, ORDER = "client", "order"


def correction(
    person: Person, act: str, values: Mapping[str, str], answer: Mapping[str, Any]
) -> Button | None:
    """Returns the way to put right what has been done; None where there is none, or it is another role's."""
    name = CORRECTED_BY.get(act, "")
    text = act_labels.act_text(name) if name in REGISTER else None
    if text is None or person.actor.role not in REGISTER[name].who:
        return None
    known = {"client": _case(values, answer), "order": str(answer.get(ORDER) or values.get(ORDER, ""))}
    paths = {spec.path for spec in fields_of(REGISTER[name].values)}
    query = {key: value for key, value in known.items() if value and (key == CASE or key in paths)}
    return Button(text.title, f"{reverse(f'act-{name}')}{'?' if query else ''}{urlencode(query)}")


def _case(values: Mapping[str, str], answer: Mapping[str, Any]) -> str:
    typed = next((value for path, value in values.items() if path.rpartition(".")[2] == CASE and value), "")
    return str(answer.get("case") or typed)
