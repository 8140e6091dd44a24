# SPDX-License-Identifier: EUPL-1.2
"""Signing in, as acts: links to begin by, sessions and their ends, accounts that follow the provider's claims."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from tests.acts.examples import ActExample
from tests.town import CODE, EAST, MEADOW, OFFICE, Town
from troskel.acts.chapters import REGISTER
from troskel.ground.refusals import Refusal, SignInAgain
from troskel.journal.models import Line
from troskel.people import login_queries, sign_in_rules
from troskel.people.login_models import EnrolmentLink, Passkey, Session
from troskel.people.models import Account
from troskel.people.roles import Role

ISSUER = "https://provider.example"
NOBODY = "00000000-0000-7000-8000-000000000000"


def account(name: str) -> Account:
    return Account.objects.get(username=f"{CODE}/{name}")


def link_for(town: Town, name: str) -> UUID:
    """A link that the administrator gives."""
    town.does("demo", "issue_enrolment_link", username=name)
    return EnrolmentLink.objects.get(account=account(name), spent=None).id


def signed_up(town: Town, name: str = "olle", subject: str = "") -> UUID:
    """The login of somebody whom the provider names."""
    told = {"issuer": ISSUER, "subject": subject or f"hsa-{name}"}
    return UUID(town.does("demo", "enrol_identity", link=link_for(town, name), **told).answer["login"])


def passkey_values(number: int = 1) -> dict[str, Any]:
    return {"credential": f"key-{number}", "public": "cHVibGlj", "signed": 0, "label": "Firefox, Linux"}


def session_of(town: Town, name: str = "olle", **more: Any) -> UUID:
    """A session of somebody, as their only account."""
    values = {"login": signed_up(town, name), "account": account(name).id, "method": "oidc", "acr": "passkey"}
    return UUID(town.does("demo", "begin_session", **(values | more)).answer["session"])


def beginning(town: Town) -> dict[str, Any]:
    return {"login": signed_up(town), "account": account("olle").id, "method": "passkey", "acr": "passkey"}


def own_passkey(town: Town, number: int = 1) -> dict[str, Any]:
    signed_up(town)
    values = {"account": account("olle").id, **passkey_values(number)}
    return {
        "account": values["account"],
        "passkey": town.does("demo", "add_passkey", **values).answer["passkey"],
    }


def new_passkey(town: Town) -> dict[str, Any]:
    signed_up(town)
    return {"account": account("olle").id, **passkey_values()}


def without_account(town: Town) -> dict[str, Any]:
    login = signed_up(town)
    begun = town.does("demo", "begin_session", login=login, method="oidc", acr="passkey")
    return {"session": begun.answer["session"], "account": account("olle").id}


CLAIMED = {
    "issuer": ISSUER,
    "subject": "hsa-new",
    "name": "Nils Ny",
    "username": "nils@kommun.example",
    "accounts": [{"role": "carer", "organisation": EAST}],
}
NOT_FOUND = {"link": NOBODY}
EXAMPLES = {
    "issue_enrolment_link": ActExample("siri", lambda town: {"username": "olle"}, "D", {"username": "siri"}),
    "enrol_passkey": ActExample(
        "demo", lambda town: {"link": link_for(town, "olle"), **passkey_values()}, "D", NOT_FOUND
    ),
    "enrol_identity": ActExample(
        "demo",
        lambda town: {"link": link_for(town, "olle"), "issuer": ISSUER, "subject": "hsa-1"},
        "rule 7",
        {"subject": "195001011234"},
    ),
    "enrol_login": ActExample(
        "demo",
        lambda town: {"login": signed_up(town, "moa"), "link": link_for(town, "olle")},
        "NotFound",
        {"login": NOBODY},
    ),
    "add_passkey": ActExample(
        "demo",
        new_passkey,
        "NotFound",
        {"account": NOBODY},
    ),
    "remove_passkey": ActExample("demo", own_passkey, "NotFound", {"passkey": NOBODY}),
    "begin_session": ActExample("demo", beginning, "D", {"acr": "loa1"}),
    "use_account": ActExample("demo", without_account, "NotFound", {"account": NOBODY}),
    "leave_account": ActExample(
        "demo", lambda town: {"session": session_of(town)}, "NotFound", {"session": NOBODY}
    ),
    "end_session": ActExample(
        "demo",
        lambda town: {"session": session_of(town), "why": "signed_out"},
        "BadValue why",
        {"why": "x" * 51},
    ),
    "end_own_session": ActExample("olle", lambda town: {"session": session_of(town)}, "NotFound", by="moa"),
    "sign_out_account": ActExample(
        "siri", lambda town: {"username": "olle"}, "NotFound", {"username": "nobody"}
    ),
    "refuse_sign_in": ActExample(
        "demo",
        lambda town: {"account": account("olle").id, "method": "oidc", "reason": "session.too_weak"},
        "BadValue reason",
        {"reason": "x" * 51},
    ),
    "follow_claims": ActExample(
        "demo",
        lambda town: dict(CLAIMED),
        "BadValue role",
        {"accounts": [{"role": "locksmith", "organisation": EAST}]},
    ),
}


def lines(event: str) -> list[dict[str, Any]]:
    return [
        json.loads(line.body) for line in Line.objects.filter(kind="acts", event=event).order_by("number")
    ]


def test_a_newer_link_replaces_the_older_and_each_is_used_once(town: Town) -> None:
    first = link_for(town, "olle")
    second = link_for(town, "olle")
    town.refused("demo", "enrol_passkey", "D", link=first, **passkey_values())
    town.does("demo", "enrol_passkey", link=second, **passkey_values())
    town.refused("demo", "enrol_passkey", "D", link=second, **passkey_values(2))


def test_a_link_lasts_three_days_and_no_longer_than_the_account(town: Town) -> None:
    late, closed = link_for(town, "olle"), link_for(town, "moa")
    town.does("siri", "close_account", username="moa")
    town.refused("demo", "enrol_passkey", "D", link=closed, **passkey_values())
    town.now += timedelta(days=3)
    town.refused("demo", "enrol_passkey", "D", link=late, **passkey_values())


def test_a_link_for_a_loss_ends_the_lost_passkey_and_its_sessions(town: Town) -> None:
    answer = town.does("demo", "enrol_passkey", link=link_for(town, "olle"), **passkey_values(1)).answer
    begun = town.does(
        "demo",
        "begin_session",
        login=answer["login"],
        account=account("olle").id,
        method="passkey",
        acr="passkey",
    ).answer
    town.does("demo", "enrol_passkey", link=link_for(town, "olle"), **passkey_values(2))
    with town.standing():
        assert login_queries.passkey_of("key-1") is None
        assert login_queries.passkey_of("key-2") is not None
        assert login_queries.signed_in(begun["secret"]) is None
    assert lines("session.ended")[-1]["why"] == "enrolled"


def test_a_link_in_one_municipality_opens_nothing_in_another(town: Town) -> None:
    """The administrator here could else come in as the person there."""
    login = signed_up(town, "olle")
    there = REGISTER["found_municipality"]
    elsewhere = replace(town.actor("demo"), municipality="0998")
    with town.standing():
        there(elsewhere, name="Annanby", valid_from=town.today)
        named = {"orgnr": OFFICE, "name": "Kontoret", "email": "a@example.org", "kind": "municipality"}
        REGISTER["register_organisations"].perform(elsewhere, {"organisations": [named]})
        REGISTER["register_account"].perform(
            elsewhere, {"username": "olle", "name": "Olle", "role": "manager", "organisation": OFFICE}
        )
    other = Account.objects.get(username="0998/olle")
    Account.objects.filter(id=other.id).update(login=login)
    town.does("demo", "enrol_passkey", link=link_for(town, "olle"), **passkey_values())
    new = account("olle").login_id
    assert new != login
    assert Account.objects.get(id=other.id).login_id == login
    with town.standing():
        passkey = login_queries.passkey_of("key-1")
    assert passkey is not None and passkey.login == new


def test_a_link_of_one_organisation_opens_nothing_in_another(town: Town) -> None:
    login = signed_up(town, "olle")
    town.does("demo", "enrol_login", link=link_for(town, "erik"), login=login)
    town.does("demo", "enrol_passkey", link=link_for(town, "olle"), **passkey_values())
    assert account("erik").login_id == login != account("olle").login_id


def test_whoever_has_several_accounts_chooses_and_switches(town: Town) -> None:
    login = signed_up(town, "olle")
    town.does("demo", "enrol_login", link=link_for(town, "erik"), login=login)
    begun = town.does("demo", "begin_session", login=login, method="oidc", acr="passkey").answer
    with town.standing():
        found = login_queries.signed_in(begun["secret"])
        assert found is not None and found.person is None
        assert {p.actor.role for p in login_queries.accounts_of(login)} == {Role.COORDINATOR, Role.ECONOMIST}
    for name in ("olle", "erik"):
        town.does("demo", "leave_account", session=begun["session"])
        town.does("demo", "use_account", session=begun["session"], account=account(name).id)
        with town.standing():
            found = login_queries.signed_in(begun["secret"])
        assert found is not None and found.person is not None
        assert found.person.actor.account == account(name).id
    assert [line["account"] for line in lines("session.began")] == [
        str(account(n).id) for n in ("olle", "erik")
    ]
    assert [line["why"] for line in lines("session.ended")] == ["switched"]
    town.refused("demo", "use_account", "NotFound", session=begun["session"], account=account("moa").id)


def test_an_answer_counts_once(town: Town) -> None:
    values = {"login": signed_up(town), "method": "passkey", "acr": "passkey", "proof": "challenge"}
    town.does("demo", "begin_session", **values)
    town.refused("demo", "begin_session", "rule 6", **values)


@pytest.mark.parametrize("act", ["close", "change"])
def test_whoever_leaves_or_changes_role_is_signed_out_at_once(town: Town, act: str) -> None:
    login = signed_up(town, "anna")
    secret = town.does(
        "demo", "begin_session", login=login, account=account("anna").id, method="oidc", acr="passkey"
    ).answer["secret"]
    if act == "close":
        town.does("siri", "close_account", username="anna")
    else:
        town.does("siri", "change_account", username="anna", role="economist")
    with town.standing():
        assert login_queries.signed_in(secret) is None
    assert lines("session.ended")[-1]["why"] in ("account_closed", "role_changed")


def test_the_last_passkey_stays_where_it_is_the_only_way_in(town: Town) -> None:
    town.does("demo", "enrol_passkey", link=link_for(town, "olle"), **passkey_values(1))
    (first,) = Passkey.objects.all()
    told = {"account": account("olle").id}
    town.refused("demo", "remove_passkey", "rule 9", passkey=first.id, **told)
    town.does("demo", "add_passkey", **told, **passkey_values(2))
    town.does("demo", "remove_passkey", passkey=first.id, **told)


def test_ended_sessions_keep_no_token_of_the_provider(town: Town) -> None:
    session = session_of(town, id_token="header.payload.signature")
    town.does("olle", "end_own_session", session=session)
    row = Session.objects.get(id=session)
    assert (row.id_token, row.ended is not None) == ("", True)


def test_dangerous_acts_ask_a_session_that_is_not_fresh(town: Town) -> None:
    """Each act that gives or takes power over others; a token, the demo and the system can't be asked."""
    dangerous = {act.name for act in REGISTER.values() if act.fresh}
    assert dangerous >= {
        "issue_token",
        "issue_enrolment_link",
        "register_account",
        "change_account",
        "close_account",
        "approve_routine",
        "close_organisation",
        "add_passkey",
    }
    siri = town.actor("siri")
    values = {"label": "x"}
    with town.standing():
        for minutes, asked in ((9, False), (11, True)):
            signed_in = replace(siri, signed_in=town.now - timedelta(minutes=minutes))
            if asked:
                with pytest.raises(SignInAgain):
                    REGISTER["issue_token"].perform(signed_in, values)
            else:
                REGISTER["issue_token"].perform(signed_in, values)
        REGISTER["issue_token"].perform(siri, values)


def test_accounts_follow_the_claims(town: Town) -> None:
    town.does("demo", "follow_claims", **CLAIMED)
    (given,) = Account.objects.filter(username=f"{CODE}/nils@kommun.example")
    assert (given.role, given.organisation.orgnr, given.claimed) == ("carer", EAST, True)
    other = CLAIMED | {"accounts": [{"role": "coordinator", "organisation": MEADOW}]}
    town.does("demo", "follow_claims", **other)
    with town.standing():
        open_now = [(p.actor.role, p.organisation) for p in login_queries.accounts_of(given.login_id)]
    assert open_now == [(Role.COORDINATOR, "Ängens Hemvård")]
    town.does("demo", "follow_claims", **CLAIMED)
    with town.standing():
        assert [p.actor.account for p in login_queries.accounts_of(given.login_id)] == [given.id]


def test_claims_leave_what_the_administrator_has_given(town: Town) -> None:
    login = signed_up(town, "olle", subject="hsa-new")
    town.does("demo", "follow_claims", **CLAIMED)
    town.does("demo", "follow_claims", **(CLAIMED | {"accounts": []}))
    with town.standing():
        assert [p.actor.account for p in login_queries.accounts_of(login)] == [account("olle").id]


def test_claims_that_give_nothing_make_no_login(town: Town) -> None:
    town.does("demo", "follow_claims", **(CLAIMED | {"accounts": []}))
    assert login_queries.login_named(ISSUER, "hsa-new") is None


@pytest.mark.parametrize(
    ("subject", "is_number"),
    [
        ("195001011234", True),
        ("500101-1234", True),
        ("19500161+1234", True),
        ("SE2321000016-1003", False),
        ("7d3f0a52", False),
    ],
)
def test_an_identity_number_names_no_login(subject: str, is_number: bool) -> None:
    assert sign_in_rules.is_identity_number(subject) is is_number
    if is_number:
        with pytest.raises(Refusal, match="identity_number"):
            sign_in_rules.names_nobody_by_number(subject)


def test_lines_of_a_sign_in_name_nobody(town: Town) -> None:
    session_of(town, id_token="x.y.z", browser="Firefox, Linux", sid="s")
    body = lines("session.began")[-1]
    assert set(body) == {"session", "account", "method", "acr"}
