# SPDX-License-Identifier: EUPL-1.2
"""Tokens: one's own or another system's, for a time, listed with their last use, and ended."""

from __future__ import annotations

import re
from datetime import UTC, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.town import EAST, OFFICE, Town
from troskel.acts.chapters import REGISTER
from troskel.api.scopes import LETS
from troskel.exchange import case_extract
from troskel.ground.refusals import NotAllowed
from troskel.people import queries as people
from troskel.people.models import Account
from troskel.people.token_rules import TokenScope
from troskel.reading import accounts


def listed(town: Town, who: str, **more: Any) -> list[tuple[str, str]]:
    with town.standing():
        return [(token.username, token.label) for token in accounts.tokens(town.actor(who), **more)]


def system(town: Town, role: str = "coordinator") -> None:
    """An account of the alarm's system."""
    values = {"username": "larmsystem", "name": "Larmsystemet", "role": role, "organisation": EAST}
    town.does("siri", "register_account", of_system=True, **values)


@pytest.mark.parametrize("other", ["maria", "olle"])
def test_nobody_makes_a_token_for_another_person(town: Town, other: str) -> None:
    """Else the administrator could approve her own routine, as the manager."""
    assert town.refused("siri", "issue_token", "D", username=other, label="x").code == "token.of_another"


@pytest.mark.parametrize(("who", "act", "values"), [
    ("olle", "issue_token", {"label": "x"}),
    ("olle", "issue_token", {"label": "x", "scopes": ["read"]}),
    ("siri", "issue_enrolment_link", {"username": "olle"}),
])  # fmt: skip
def test_a_token_makes_no_other_way_in(town: Town, who: str, act: str, values: dict[str, Any]) -> None:
    """One that has leaked would live on in what it makes, broader and longer."""
    secret = town.does(who, "issue_token", label="leaks").answer["token"]
    with town.standing():
        bearer = people.bearer_of(people.digest_of(secret), town.now)
    assert bearer is not None
    town.actors["program"] = bearer.actor
    with pytest.raises(NotAllowed, match=r"token\.not_in_person"):
        town.tries("program", act, values)
    town.does(who, act, **values)


def test_what_an_import_does_its_scope_lets(town: Town) -> None:
    """Every act that a person may do and that a night's extract is taken in by."""
    sources = Path(case_extract.__file__).parent.glob("*.py")
    named = {
        name for file in sources for name in re.findall(r"\b[a-z_]+\.([a-z_]+)\b", file.read_text("utf-8"))
    }
    done = {name for name in named & REGISTER.keys() if REGISTER[name].who}
    assert len(done) > 10
    assert done - {"note_assessors"} <= LETS[TokenScope.IMPORT]


def test_the_administrator_makes_tokens_for_systems_where_nobody_signs_in(town: Town) -> None:
    system(town)
    town.does("siri", "issue_token", username="larmsystem", label="x")
    assert (
        town.refused("olle", "issue_token", "D", username="larmsystem", label="x").code == "token.of_another"
    )
    assert (
        town.refused("siri", "issue_enrolment_link", "D", username="larmsystem").code == "enrolment.of_system"
    )


@pytest.mark.parametrize("role", ["administrator", "manager"])
def test_a_system_has_no_role_that_approves(town: Town, role: str) -> None:
    values = {"username": "s", "name": "S", "role": role, "organisation": OFFICE}
    town.refused("siri", "register_account", "BadValue role", of_system=True, **values)
    town.does("siri", "register_account", of_system=True, **(values | {"role": "economist"}))
    town.refused("siri", "change_account", "BadValue role", username="s", role=role)


@pytest.mark.parametrize(("who", "days"), [("olle", 90), ("larmsystem", 365)])
def test_a_token_ends_though_nobody_says_when(town: Town, who: str, days: int) -> None:
    system(town)
    maker = "siri" if who == "larmsystem" else who
    secret = town.does(maker, "issue_token", username=who, label="x").answer["token"]
    digest = people.digest_of(secret)
    assert people.actor_of_token(digest, town.now.astimezone(UTC) + timedelta(days=days - 1)) is not None
    assert people.actor_of_token(digest, town.now.astimezone(UTC) + timedelta(days=days)) is None
    later = (town.now + timedelta(days=800)).isoformat()
    town.refused(maker, "issue_token", "BadValue expires", username=who, label="x", expires=later)


def test_tokens_are_listed_to_their_owner_and_the_administrator_and_ended(town: Town) -> None:
    olle = town.does("olle", "issue_token", label="schema").answer["id"]
    town.does("carin", "issue_token", label="telefon")
    assert listed(town, "olle") == [("olle", "schema")]
    assert listed(town, "siri") == [("olle", "schema"), ("carin", "telefon")]
    town.refused("carin", "revoke_token", "NotFound", token=olle)
    town.does("siri", "revoke_token", token=olle)
    assert listed(town, "olle") == []
    town.does("siri", "close_account", username="carin")
    assert listed(town, "siri") == []
    assert Account.objects.filter(of_system=True).count() == 0
