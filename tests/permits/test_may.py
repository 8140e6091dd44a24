# SPDX-License-Identifier: EUPL-1.2
"""Who may do what: by role, and by the routine's rules about clients of another municipality."""

from __future__ import annotations

import pytest

from tests.town import ELSEWHERE, FIRM, PEOPLE, Town
from troskel.acts.chapters import REGISTER
from troskel.ground.refusals import NotAllowed
from troskel.people.roles import EVERY_ROLE, Actor, ActorKind, Role
from troskel.permits.may import may

ASSESSOR, ADMINISTRATOR = {"assessor"}, {"administrator"}
PROVIDER = {"coordinator", "carer"}
STAFF = {"administrator", "coordinator", "locksmith"}
WHO = {
    "inform_client": ASSESSOR,
    "tell_about_keys": ASSESSOR,
    "confirm_understanding": ASSESSOR,
    "record_refusal": {"assessor", "coordinator"},
    "register_clients": ASSESSOR,
    "change_clients": ASSESSOR,
    "record_deaths": ASSESSOR,
    "move_clients": ASSESSOR,
    "make_decisions": ASSESSOR,
    "allocate": ASSESSOR,
    "change_provider": ASSESSOR,
    "end_care": ASSESSOR,
    "confirm_ending": ASSESSOR,
    "order_installation": {"coordinator"},
    "order_removal": {"coordinator", "administrator"},
    "cancel_order": {"coordinator", "administrator"},
    "book_order": {"coordinator", "locksmith"},
    "report_installation": {"locksmith"},
    "report_removal": {"locksmith"},
    "report_failure": {"locksmith"},
    "link_lock": {"coordinator", "administrator"},
    "unlink_lock": {"coordinator", "administrator"},
    "place_tag": PROVIDER,
    "take_tag": PROVIDER,
    "tell_tag_fetched": PROVIDER,
    "receive_key": PROVIDER,
    "return_key": PROVIDER,
    "register_visit": PROVIDER,
    "register_visits": PROVIDER,
    "arrive": {"carer"},
    "depart": PROVIDER,
    "sync_phone": {"carer"},
    "contest_event": {"carer"},
    "settle_event": {"coordinator"},
    "open_door": {"carer", "responder"},
    "note_opening": {"carer", "responder"},
    "enrol_phone": {"carer", "responder"},
    "take_grants": {"carer", "responder"},
    "take_single_use_grant": {"carer", "responder"},
    "tell_lock_answers": {"carer", "responder"},
    "enrol_lock": {"administrator", "locksmith"},
    "report_lost_phone": STAFF,
    "tell_fault": {"carer", "responder", "coordinator"},
    "raise_alarm": {"coordinator", "responder"},
    "accept_alarm": {"responder"},
    "close_alarm": {"coordinator", "responder"},
    "register_things": ADMINISTRATOR,
    "register_organisations": ADMINISTRATOR,
    "register_account": STAFF,
    "issue_token": {role.value for role in EVERY_ROLE},
    "revoke_token": {role.value for role in EVERY_ROLE},
    "end_own_session": {role.value for role in EVERY_ROLE},
    "move_account": ADMINISTRATOR,
    "update_staff": STAFF,
    "issue_enrolment_link": STAFF,
    "sign_out_account": STAFF,
    "begin_session": set(),
    "use_account": set(),
    "leave_account": set(),
    "end_session": set(),
    "enrol_passkey": set(),
    "enrol_identity": set(),
    "enrol_login": set(),
    "add_passkey": set(),
    "remove_passkey": set(),
    "follow_claims": set(),
    "note_token_use": set(),
    "propose_routine": {"administrator", "manager"},
    "approve_routine": {"administrator", "manager"},
    "withdraw_proposal": {"administrator", "manager"},
    "name_deputy": {"administrator", "coordinator", "locksmith"},
    "dismiss_deputy": {"administrator", "coordinator", "locksmith"},
    "found_municipality": set(),
    "change_municipality": set(),
    "begin_take_over": set(),
    "finish_take_over": set(),
    "settle_homes": set(),
    "turn_the_day": set(),
    "take_over_locks": {"administrator"},
}
"""As the routine has it, written out: a change of `who=` must be made here as well."""


@pytest.mark.parametrize("act", sorted(WHO))
def test_roles_of_each_act(act: str) -> None:
    for role in Role:
        actor = Actor(municipality="0999", role=role)
        if role is Role.SYSTEM or role.value in WHO[act]:
            may(actor, act, REGISTER[act].who)
        else:
            with pytest.raises(NotAllowed) as caught:
                may(actor, act, REGISTER[act].who)
            refused = (caught.value.rule, caught.value.code)
            assert refused == ("rule 7", "role.not_allowed" if WHO[act] else "role.only_the_system")


def test_the_role_is_checked_before_the_values(town: Town) -> None:
    """One who may not do the act at all learns nothing of what there is."""
    client = town.new_client()
    for who, role, _ in PEOPLE:
        if role not in WHO["order_installation"]:
            for name in (client, "K-no-such"):
                assert (
                    town.refused(who, "order_installation", "rule 7", client=name, locksmith=FIRM).code
                    == "role.not_allowed"
                )


@pytest.mark.parametrize("who", ["olle", "siri", "demo", "import", "clock"])
def test_no_role_may_link_a_client_of_another_municipality(town: Town, who: str) -> None:
    ours = town.new_client(address=5)
    foreign = town.new_client(address=5, home_municipality=ELSEWHERE)
    town.mount(town.order(ours))
    town.refused(who, "link_lock", "O1", client=foreign, serial="L1")


@pytest.mark.parametrize("who", ["olle", "demo", "import", "clock"])
def test_no_role_may_order_or_tag_for_a_client_of_another_municipality(town: Town, who: str) -> None:
    foreign = town.new_client(home_municipality=ELSEWHERE)
    town.refused(who, "order_installation", "O1", client=foreign, locksmith=FIRM, reason="x")
    town.refused(who, "place_tag", "O1", client=foreign, tag="E1")


def test_the_administrator_is_no_exception(town: Town) -> None:
    foreign = town.new_client(home_municipality=ELSEWHERE)
    town.refused("siri", "order_installation", "rule 7", client=foreign, locksmith=FIRM)
    town.refused("siri", "place_tag", "rule 7", client=foreign, tag="E1")


def test_the_system_may_do_every_act() -> None:
    for kind in (ActorKind.IMPORT, ActorKind.CLOCK, ActorKind.DEMO):
        for act in REGISTER.values():
            may(Actor.system("0999", kind), act.name, act.who)
