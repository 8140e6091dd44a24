# SPDX-License-Identifier: EUPL-1.2
"""Who looks after accounts, and a person who goes to work in another organisation."""

from __future__ import annotations

from typing import Any

import pytest

from tests.acts.examples import ActExample
from tests.acts.test_signing_in import account, signed_up
from tests.town import EAST, FIRM, MEADOW, OFFICE, Town
from troskel.ground.refusals import NotFound
from troskel.people import login_queries
from troskel.people.models import Account
from troskel.people.roles import Role
from troskel.reading import accounts
from troskel.reading.paging import PageRequest

MOVED = {"username": "carin", "organisation": MEADOW, "role": "carer"}
EXAMPLES = {"move_account": ActExample("siri", lambda town: dict(MOVED), "D", {"organisation": EAST})}
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
