# SPDX-License-Identifier: EUPL-1.2
"""Staff by a directory: accounts are made, changed and closed, and what closing does is done (docs/signing-in.md)."""

from __future__ import annotations

from tests.acts.examples import ActExample, Values
from tests.town import CODE, EAST, OFFICE, Town
from troskel.people.models import Account
from troskel.people.roles import Actor, ActorKind, Role

NILS = {"username": "nils", "name": "Nils N", "external_id": "17", "organisation": EAST}


def directory(town: Town, organisation: str = OFFICE, role: str = "economist") -> Actor:
    """The municipality's directory, as its token makes it an actor."""
    values = {"username": "katalogen", "name": "K", "role": role, "organisation": organisation}
    made = town.does("siri", "register_account", of_system=True, **values).answer["account"]
    row = Account.objects.get(id=made)
    actor = Actor(CODE, Role.SYSTEM, ActorKind.DIRECTORY, row.id, row.organisation_id, by_token=True)
    town.actors["directory"] = actor
    return actor


def nils(town: Town) -> Values:
    directory(town)
    return dict(NILS)


def nils_account(town: Town) -> Values:
    return {"account": town.does("directory", "register_from_directory", **nils(town)).answer["account"]}


EXAMPLES = {
    "register_from_directory": ActExample("directory", nils, "D", {"role": "administrator"}),
    "update_from_directory": ActExample(
        "directory", lambda town: nils_account(town) | {"active": False}, "D", {"role": "administrator"}
    ),
    "delete_from_directory": ActExample("directory", nils_account, "NotFound", again=True),
}


def test_whoever_is_no_longer_active_has_left_with_all_that_follows(town: Town) -> None:
    directory(town)
    carin = Account.objects.get(username=f"{CODE}/carin").id
    town.does("siri", "entrust_client", client=town.new_client(protection="S"), username="carin")
    town.does("directory", "update_from_directory", account=carin, active=False)
    assert town.the("P5.left").role == "provider", "what the person had is asked about"
    town.does(
        "directory", "update_from_directory", account=carin, active=True, role="coordinator", name="Carin C"
    )
    row = Account.objects.get(id=carin)
    assert (row.closed, row.role, row.name) == (None, "coordinator", "Carin C")
    town.is_sound()


def test_those_who_follow_claims_or_appoint_others_are_left_alone(town: Town) -> None:
    directory(town)
    olle = Account.objects.get(username=f"{CODE}/olle")
    Account.objects.filter(id=olle.id).update(claimed=True)
    refused = town.refused("directory", "update_from_directory", "D", account=olle.id, active=False)
    assert refused.code == "account.follows_claims"
    siri = Account.objects.get(username=f"{CODE}/siri").id
    town.refused("directory", "update_from_directory", "NotFound", account=siri, active=False)
    town.refused("directory", "delete_from_directory", "NotFound", account=siri)


def test_what_is_deleted_is_closed_and_comes_back_by_a_person_alone(town: Town) -> None:
    account = nils_account(town)["account"]
    town.does("directory", "delete_from_directory", account=account)
    town.refused("directory", "update_from_directory", "NotFound", account=account, active=True)
    again = town.does("directory", "register_from_directory", **NILS).answer["account"]
    assert again != account, "whoever has the name next does not get what the former did"
    town.does("siri", "reopen_account", username="nils.1")
    assert not Account.objects.get(id=account).deleted
