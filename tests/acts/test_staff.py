# SPDX-License-Identifier: EUPL-1.2
"""Who looks after accounts, and a person who goes to work in another organisation."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acts.examples import ActExample
from tests.acts.test_signing_in import account, signed_up
from tests.town import EAST, FIRM, MEADOW, OFFICE, Town
from troskel.exchange import staff_file
from troskel.ground.refusals import BadValue, NotFound
from troskel.people import login_queries
from troskel.people.models import Account
from troskel.people.roles import Role
from troskel.reading import accounts
from troskel.reading.paging import PageRequest

MOVED = {"username": "carin", "organisation": MEADOW, "role": "carer"}
LIST = {"username": "ny", "name": "Ny", "role": "carer", "organisation": EAST}
EXAMPLES = {
    "move_account": ActExample("siri", lambda town: dict(MOVED), "D", {"organisation": EAST}),
    "update_staff": ActExample(
        "siri", lambda town: {"staff": [LIST]}, "BadValue staff[0].role", {"staff": [LIST | {"role": "king"}]}
    ),
}
NEW = {"username": "ny", "name": "Ny", "role": "carer", "organisation": EAST}


def usernames(town: Town, who: str) -> set[str]:
    with town.standing():
        return {row.username for row in accounts.accounts(town.actor(who), PageRequest()).items}


def test_a_coordinator_looks_after_the_own_staff(town: Town) -> None:
    town.does("olle", "register_account", **NEW)
    town.does("olle", "change_account", username="ny", name="Nyare")
    town.does("olle", "issue_enrolment_link", username="ny")
    town.does("olle", "sign_out_account", username="ny")
    town.does("olle", "close_account", username="ny")
    town.does("olle", "reopen_account", username="ny")
    assert usernames(town, "olle") == {"olle", "carin", "ny"}
    assert usernames(town, "laban") == {"laban"}


@pytest.mark.parametrize("name", ["mikael", "siri", "laban"])
def test_and_nobody_else_s(town: Town, name: str) -> None:
    for act, more in (
        ("change_account", {"name": "X"}),
        ("issue_enrolment_link", {}),
        ("sign_out_account", {}),
        ("close_account", {}),
        ("reopen_account", {}),
    ):
        values: dict[str, Any] = {"username": name, **more}
        town.refused("olle", act, "NotFound", **values)
    with town.standing(), pytest.raises(NotFound):
        accounts.account_sign_in(town.actor("olle"), account(name).id)


@pytest.mark.parametrize(
    ("organisation", "role"), [(MEADOW, "carer"), (OFFICE, "administrator"), (FIRM, "locksmith")]
)
def test_nobody_makes_accounts_elsewhere(town: Town, organisation: str, role: str) -> None:
    values = NEW | {"organisation": organisation, "role": role}
    assert town.refused("olle", "register_account", "D", **values).code == "account.other_organisation"


def test_whoever_moves_signs_in_as_before_and_has_nothing_of_the_old(town: Town) -> None:
    client = town.new_client()
    login = signed_up(town, "carin")
    town.does("carin", "receive_key", client=client, key="K-1", signed="client")
    old = account("carin").id
    town.does("siri", "move_account", **MOVED)
    new = account("carin")
    assert new.id != old and (new.role, new.organisation.orgnr) == ("carer", MEADOW)
    assert Account.objects.get(id=old).closed is not None
    with town.standing():
        assert [person.actor.account for person in login_queries.accounts_of(login)] == [new.id]
    assert town.owner("P5.left") == ("provider", EAST), "the key is asked about"
    town.actors.pop("carin", None)
    town.refused("carin", "arrive", "NotFound", client=client, by="hand", reason="no_tag_yet")
    town.is_sound()


def test_whoever_moves_back_gets_a_username_of_their_own(town: Town) -> None:
    town.does("siri", "move_account", **MOVED)
    town.does("siri", "move_account", **(MOVED | {"organisation": EAST}))
    names = set(Account.objects.filter(name="Carin").values_list("username", flat=True))
    assert names == {"0999/carin", "0999/carin.1", "0999/carin.2"}
    assert Role(account("carin").role) is Role.CARER


def test_the_last_administrator_stays(town: Town) -> None:
    values = {"username": "siri", "organisation": EAST, "role": "coordinator"}
    town.refused("demo", "move_account", "rule 9", **values)


def person(username: str, **more: str) -> dict[str, str]:
    row = account(username)
    told = {"username": username, "name": row.name, "role": row.role, "organisation": row.organisation.orgnr}
    return told | more


def test_a_list_makes_changes_opens_and_closes(town: Town) -> None:
    town.does("siri", "register_account", **(NEW | {"username": "gone"}))
    town.does("siri", "register_account", **(NEW | {"username": "back"}))
    town.does("siri", "close_account", username="back")
    staff = [person("olle"), person("carin", name="Carin Ek"), person("back"), LIST]
    before = usernames(town, "siri")
    preview = town.tries("siri", "update_staff", {"staff": staff, "complete": True}, preview=True)
    assert usernames(town, "siri") == before
    done = town.does("siri", "update_staff", staff=staff, complete=True)
    assert (
        done.answer
        == preview.answer
        == {
            "new": ["ny"],
            "changed": ["carin"],
            "reopened": ["back"],
            "closed": ["gone"],
            "unchanged": 1,
        }
    )
    again = town.does("siri", "update_staff", staff=staff, complete=True)
    assert again.answer == {"new": [], "changed": [], "reopened": [], "closed": [], "unchanged": 4}
    assert again.lines == []
    assert account("mikael").closed is None, "of an organisation that is not in the list"
    town.is_sound()


def test_what_a_list_may_not_do_is_left_out_and_the_rest_is_done(town: Town) -> None:
    staff = [
        LIST,
        LIST,
        person("mikael", organisation=EAST),
        LIST | {"username": "x", "role": "administrator", "organisation": OFFICE},
        person("siri", name="Siri S"),
        LIST | {"username": "195001011234"},
        LIST | {"username": "y", "organisation": "1"},
        person("maria", role="administrator"),
    ]
    done = town.does("siri", "update_staff", staff=staff)
    assert [entry["code"] for entry in done.refused] == [
        "account.named_twice",
        "account.elsewhere",
        "account.administrator_by_list",
        "account.not_by_list",
        "account.named_by_number",
        "organisation.not_found",
        "account.administrator_by_list",
    ]
    assert done.answer["new"] == ["ny"]
    assert account("maria").role == "manager"


def test_a_coordinator_s_list_is_of_the_own_staff(town: Town) -> None:
    staff = [LIST, LIST | {"username": "z", "organisation": MEADOW}]
    done = town.does("olle", "update_staff", staff=staff, complete=True)
    assert [entry["code"] for entry in done.refused] == ["account.other_organisation"]
    assert done.answer["closed"] == ["carin"] and account("mikael").closed is None


FILE = "Kontonamn;Roll;Namn;Organisation\nNY@kommun.example;Omvårdnadspersonal;Ny Ek;556000-9911\n\n"


@pytest.mark.parametrize("text", [FILE, "\ufeff" + FILE, FILE.replace(";", ","), FILE.replace("\n", "\r\n")])
def test_a_file_of_staff_is_read(text: str) -> None:
    people = [{"username": "ny@kommun.example", "role": "carer", "name": "Ny Ek", "organisation": EAST}]
    assert staff_file.read(text) == (people, [2])


def test_every_bad_line_of_a_file_is_named_and_nothing_is_used() -> None:
    """Whoever stands on a bad line must not be closed as one who has left."""
    good, bad = f"ny;Ny Ek;carer;{EAST}\n", f"ny;Ny Ek;king;{EAST}\n"
    head = "kontonamn;namn;roll;organisation\n"
    with pytest.raises(BadValue) as refused:
        staff_file.read(head + good + bad + "\n" + good + bad)
    assert refused.value.values["lines"] == "3, 6"
    with pytest.raises(BadValue) as refused:
        staff_file.read(head + bad * 30)
    assert refused.value.values["lines"].endswith(", 21 …")
    assert staff_file.read(head + "\n" + good + "\n" + good.replace("ny;", "z;")).lines == [3, 5]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "staff.column_missing"),
        (FILE.replace("Roll", "Titel"), "staff.column_missing"),
        (FILE.replace("Omvårdnadspersonal", "Kung"), "staff.bad_line"),
        (FILE.replace("Ny Ek;", ""), "staff.bad_line"),
        (FILE.replace("NY@kommun.example", " "), "staff.bad_line"),
    ],
)
def test_a_bad_file_of_staff_is_refused_with_its_line(text: str, code: str) -> None:
    with pytest.raises(BadValue, match=code):
        staff_file.read(text)
