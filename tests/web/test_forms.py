# SPDX-License-Identifier: EUPL-1.2
"""From an act's values to a form and back: the act gets what it would get from the API."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from troskel.acts.chapters import REGISTER
from troskel.web.forms import fields as forms_fields
from troskel.web.forms.fields import Field, OrganisationOption
from troskel.web.text import act_labels

FIRMS = [
    OrganisationOption("5560009945", "Lås & Nyckel", "locksmith"),
    OrganisationOption("5560009952", "Nya Låssmeden", "locksmith"),
    OrganisationOption("5560009911", "Hemtjänsten Öst", "home_care"),
    OrganisationOption("5560009929", "Ängens Hemvård", "home_care"),
]
THE_ROUTINE = "the routine as a page, to read, propose and approve versions on, is to come"
THE_ALARMS = "has a button of its own beside the alarm"
BESIDE_A_DUTY = "who answers for a duty is chosen beside it: to come"
THE_PHONE = "is pressed at the door, on the phone; register_visit enters a whole visit by hand"
THINGS_FILE = "has a page of its own, where a file is chosen"
WITHOUT_FORM = {
    "read_notice": "has a button of its own beside the notice",
    "issue_token": "its answer is a secret, shown once: one's own page, or that of a system's account",
    "revoke_token": "has a button of its own beside the token",
    "issue_enrolment_link": "its answer is a secret, shown once, on the page of the account",
    "update_staff": "has a page of its own, where a file is chosen",
    "sign_out_account": "has a button of its own on the page of the account",
    "report_lost_phone": "has a button of its own on the page of the account",
    "enrol_phone": "is what a phone sends by itself",
    "take_grants": "is what a phone sends by itself",
    "take_single_use_grant": "is what a phone sends by itself",
    "tell_lock_answers": "is what a phone sends by itself",
    "end_own_session": "has a button of its own beside the session",
    "let_door_serve": "needs a door of another home to choose: the client's page is to come",
    "open_door": "only allows; `POST /phone/open` asks the lock too, and notes what it answered",
    "note_opening": "notes what a lock has answered: no person does",
    "arrive": THE_PHONE,
    "depart": THE_PHONE,
    "register_visits": "is a batch, from a phone or an office",
    "sync_phone": "is what a phone sends by itself",
    "contest_event": "has a button of its own beside the event",
    "settle_event": "has a form of its own beside the event",
    "accept_alarm": THE_ALARMS,
    "close_alarm": THE_ALARMS,
    "rank_alarm": THE_ALARMS,
    "review_brief_sight": "has a form of its own beside the brief sight",
    "propose_routine": THE_ROUTINE,
    "withdraw_proposal": THE_ROUTINE,
    "approve_routine": THE_ROUTINE,
    "take_duty": BESIDE_A_DUTY,
    "assign_duty": BESIDE_A_DUTY,
    "release_duty": BESIDE_A_DUTY,
    "dismiss_deputy": "needs the list of deputies: the administrator's page of accounts is to come",
    "take_over_locks": THINGS_FILE,
    "take_over_keys": THINGS_FILE,
    "take_over_tags": THINGS_FILE,
    "draw_log_review": "has a button of its own beside the month",
    "judge_reads": "is done on the page of the month, where the reads stand",
    "answer_night": "has two buttons of its own beside the night",
    "send_email_again": "has a button of its own beside the e-mail",
    "blank_details": "`troskel retention` shows first what would be blanked, and blanks it in parts",
}
"""Acts that an account does and that have no form. A new act gets a title, or a reason here."""


def fields(act: str, given: dict[str, str] | None = None) -> list[Field]:
    return forms_fields.fields_of(REGISTER[act], FIRMS, given or {})


def values(act: str, typed: dict[str, str], given: dict[str, str] | None = None) -> dict[str, Any]:
    """What the act gets when this is typed; asserts that it can be read."""
    filled = forms_fields.with_input_errors(
        forms_fields.with_values(fields(act, given), {**typed, **(given or {})})
    )
    assert [field.path for field in filled if field.error] == []
    made = forms_fields.values_of(REGISTER[act], filled)
    REGISTER[act].read(made)
    return made


def test_every_act_has_a_form_or_a_reason() -> None:
    without = {act.name for act in REGISTER.values() if act.who and act_labels.act_text(act.name) is None}
    assert without == set(WITHOUT_FORM), "give the act a title, or a reason here"


def test_every_required_value_has_a_field() -> None:
    for name in act_labels.act_names():
        act = REGISTER[name]
        asked = {field.path.split(".")[0] for field in fields(name)}
        required = {one.name for one in msgspec.structs.fields(act.values) if one.required}
        assert required - asked <= {"duty", "visit"}, f"{name} can't be filled in"


def test_codes_of_rules_are_choices() -> None:
    from troskel.custody import rules as custody
    from troskel.orders import rules as orders
    from troskel.visits import rules as visits

    for act, path, codes in (
        ("report_failure", "code", orders.FAILURES),
        ("cancel_order", "reason", orders.CANCELLATIONS),
        ("order_repair", "fault", custody.FAULTS),
        ("tell_fault", "code", custody.FAULTS),
        ("register_visit", "reason", visits.REASONS),
    ):
        (field,) = (one for one in fields(act) if one.path == path)
        assert {choice.value for choice in field.choices} == set(codes), act


def test_empty_values_are_omitted() -> None:
    made = values(
        "order_installation",
        {"locksmith": FIRMS[0].orgnr, "presence": "none", "reason": "  "},
        {"client": "2026-0001", "door": "0197f000-0000-7000-8000-000000000001"},
    )
    assert made == {
        "client": "2026-0001",
        "door": "0197f000-0000-7000-8000-000000000001",
        "locksmith": "5560009945",
        "presence": "none",
    }


def test_plural_act_gets_one_item() -> None:
    typed = {
        "clients.reference": "K1",
        "clients.identity": "193001039803",
        "clients.first_name": "Åke",
        "clients.last_name": "Öman",
        "clients.address.street": "Ängsvägen 1",
        "clients.protection": "",
        "clients.language": "fi",
    }
    (client,) = values("register_clients", typed)["clients"]
    assert client["address"] == {"street": "Ängsvägen 1"}
    assert client["language"] == "fi"
    assert "protection" not in client


def test_instant_is_stockholm_time() -> None:
    made = values(
        "book_order", {"order": "W-2026-0001", "starts": "2026-11-25T13:00", "ends": "2026-07-01T14:00"}
    )
    assert made["starts"] == "2026-11-25T13:00:00+01:00"
    assert made["ends"] == "2026-07-01T14:00:00+02:00"


def test_lines_field() -> None:
    assert values("count_stock", {"kind": "tag", "numbers": "E1\r\n\r\n E2 \n"})["numbers"] == ["E1", "E2"]


def test_checkbox_always_has_a_value() -> None:
    assert values("confirm_sharing", {"client": "2026-0001"})["shared"] is False
    assert values("confirm_sharing", {"client": "2026-0001", "shared": "on"})["shared"] is True


@pytest.mark.parametrize(
    ("act", "path", "typed"),
    [
        ("record_deaths", "deaths.on", ""),
        ("end_care", "on", "igår"),
        ("end_care", "on", "2026-02-30"),
        ("book_order", "starts", "13.30"),
        ("link_lock", "serial", ""),
        ("inform_client", "way", ""),
    ],
)
def test_input_error_at_its_field(act: str, path: str, typed: str) -> None:
    checked = forms_fields.with_input_errors(forms_fields.with_values(fields(act), {path: typed}))
    (field,) = (one for one in checked if one.path == path)
    assert field.error
    assert field.value == typed


def test_organisation_choices_by_kind() -> None:
    (locksmith,) = (one for one in fields("order_installation") if one.path == "locksmith")
    (provider,) = (one for one in fields("allocate") if one.path == "allocations.organisation")
    assert [choice.label for choice in locksmith.choices] == ["Lås & Nyckel", "Nya Låssmeden"]
    assert [choice.label for choice in provider.choices] == ["Hemtjänsten Öst", "Ängens Hemvård"]


def test_single_choice_is_preselected() -> None:
    asked = forms_fields.fields_of(REGISTER["order_installation"], FIRMS[:1], {})
    assert [one.value for one in asked if one.path == "locksmith"] == [FIRMS[0].orgnr]


def test_refusal_path_matches_its_field() -> None:
    asked = fields("make_decisions")
    found = forms_fields.with_error(asked, "decisions[0].valid_from", "nej")
    assert found is not None
    assert [one.path for one in found if one.error] == ["decisions.valid_from"]
    assert forms_fields.with_error(asked, "occurred", "nej") is None


def test_no_field_is_named_form() -> None:
    """In a page, an input called `form` would take the place of what tells which form an element is in."""
    asked = [
        one for act in act_labels.act_names() for one in forms_fields.fields_of(REGISTER[act], FIRMS, {})
    ]
    assert "form" in {one.path for one in asked}
    assert "form" not in {one.name for one in asked}
