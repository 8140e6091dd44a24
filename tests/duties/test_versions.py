# SPDX-License-Identifier: EUPL-1.2
"""Versions of the routine (D): proposed, compared by replay, approved by another, in force from a day."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from tests.town import CODE, Town
from troskel import prover
from troskel.cli.main import main
from troskel.duties import proofs, routines
from troskel.duties.models import RoutineVersion
from troskel.duties.replay import discrepancies
from troskel.ground.ids import new_id
from troskel.ground.refusals import NotFound
from troskel.journal.models import Line
from troskel.people.login_models import Login
from troskel.people.models import Account
from troskel.prover import Proof
from troskel.reading import routine_versions

SHIPPED = routines.SHIPPED.read_text("utf-8")


def changed(days: int = 3) -> str:
    """The shipped routine with another deadline for the locksmith."""
    assert "working_days = 10" in SHIPPED
    return SHIPPED.replace("working_days = 10", f"working_days = {days}")


def proposed(town: Town, text: str = "", who: str = "siri") -> str:
    done = town.does(who, "propose_routine", text=text or changed(), name="2026-03-02.toml")
    return str(done.answer["version"])


def versions(town: Town) -> list[tuple[str, str, str | None]]:
    with town.standing():
        found = routine_versions.versions(town.actor("maria"))
    return [(each.name, each.state, each.approved_by) for each in found]


# -- proposing


def test_d_a_proposal_changes_nothing(town: Town) -> None:
    before = town.order(town.new_client())
    proposed(town)
    town.does("olle", "cancel_order", order=before, reason="mistake")
    town.does("olle", "order_installation", client="K1", locksmith="5560009945", reason="x")
    assert town.the("L1.install").due == town.today + timedelta(days=14)
    assert versions(town) == [("2016-11-29", "in force", None), ("2026-03-02", "proposed", None)]
    town.is_sound()


def test_d_a_file_that_cannot_be_used_is_refused_with_every_fault_and_its_line(town: Town) -> None:
    wrong = SHIPPED.replace('of = "locksmith"', 'of = "baker"', 1).replace('per = "link"', 'per = "lunch"', 1)
    refused = town.refused("siri", "propose_routine", "BadValue text", text=wrong, name="x.toml")
    assert refused.code == "routine.unusable"
    told = str(refused.values["faults"])
    assert 'unknown owner "baker"' in told and 'unknown subject "lunch"' in told
    line = 1 + wrong[: wrong.index('of = "baker"')].count("\n")
    assert f"x.toml:{line}:" in told


def test_d_the_same_file_is_not_proposed_twice_until_it_is_withdrawn(town: Town) -> None:
    version = proposed(town)
    town.refused("maria", "propose_routine", "D", text=changed(), name="again")
    town.refused("maria", "propose_routine", "D", text=SHIPPED, name="shipped")
    town.does("maria", "withdraw_proposal", version=version)
    town.refused("siri", "approve_routine", "D", version=version, in_force_from=town.day(1))
    again = proposed(town)
    assert [state for _, state, _ in versions(town)] == ["in force", "withdrawn", "proposed"]
    town.does("maria", "approve_routine", version=again, in_force_from=town.day(0))
    town.is_sound()


def test_d_an_older_document_is_not_put_back_by_mistake(town: Town) -> None:
    older = SHIPPED.replace("changed = 2016-11-29", "changed = 2016-11-28")
    assert (
        town.refused("siri", "propose_routine", "D", text=older, name="older").code
        == "routine.changed_too_early"
    )


def test_rule_7_only_administrator_and_manager_propose_and_approve(town: Town) -> None:
    version = proposed(town)
    for who in ("anna", "erik", "olle", "carin", "laban"):
        town.refused(who, "propose_routine", "rule 7", text=changed(4), name="x")
        town.refused(who, "approve_routine", "rule 7", version=version, in_force_from=town.day(0))
        town.refused(who, "withdraw_proposal", "rule 7", version=version)


# -- approving


def test_d_the_author_does_not_approve(town: Town) -> None:
    version = proposed(town)
    assert (
        town.refused("siri", "approve_routine", "D", version=version, in_force_from=town.day(0)).code
        == "routine.approved_by_its_author"
    )
    town.refused("demo", "approve_routine", "D", version=version, in_force_from=town.day(0))
    town.does("maria", "approve_routine", version=version, in_force_from=town.day(0))
    town.refused("maria", "approve_routine", "D", version=version, in_force_from=town.day(0))
    assert versions(town)[-1] == ("2026-03-02", "in force", "maria")
    line = Line.objects.filter(event="routine.in_force").latest("number")
    assert (line.actor, line.act) == (town.actor("maria").account, "approve_routine")


def test_d_two_accounts_of_one_person_are_one_pair_of_eyes(town: Town) -> None:
    version, values = proposed(town), {"in_force_from": town.day(0)}
    person = Login.objects.create(issuer="https://id.example", subject="siri-or-maria")
    both = Account.objects.filter(id__in=[town.actor("siri").account, town.actor("maria").account])
    both.update(login=person)
    refusal = town.refused("maria", "approve_routine", "D", version=version, **values)
    assert refusal.code == "routine.approved_by_the_same_person"
    both.update(login=None)
    town.does("maria", "approve_routine", version=version, **values)


def test_d_whom_the_author_has_just_let_in_does_not_approve(town: Town) -> None:
    """An administrator can give herself the manager's way in: not to approve what she has proposed."""
    version = proposed(town)
    town.does("siri", "issue_enrolment_link", username="maria")
    refusal = town.refused("maria", "approve_routine", "D", version=version, in_force_from=town.day(0))
    assert refusal.code == "routine.approved_by_who_was_let_in"
    town.days_pass(31)
    town.does("maria", "approve_routine", version=version, in_force_from=town.day(31))


def test_d_the_proof_is_run_before_the_transaction(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    open_blocks: list[int] = []

    def counting(*arguments: Any) -> Proof:
        open_blocks.append(len(connection.atomic_blocks))
        return prover.prove(*arguments)

    monkeypatch.setattr(proofs, "prover", SimpleNamespace(prove=counting))
    version = proposed(town, changed(9))
    town.refused("olle", "approve_routine", "rule 7", version=version, in_force_from=town.day(0))
    assert open_blocks == []
    town.does("maria", "approve_routine", version=version, in_force_from=town.day(0))
    assert open_blocks == [len(connection.atomic_blocks)]


def test_d_a_version_is_in_force_from_today_or_later_and_after_the_one_before(town: Town) -> None:
    town.approved(changed(3), begins=town.day(10))
    version = proposed(town, changed(4))
    for day in (-1, 0, 9):
        town.refused("maria", "approve_routine", "D", version=version, in_force_from=town.day(day))
    town.does("maria", "approve_routine", version=version, in_force_from=town.day(10))
    town.order(town.new_client())
    town.days_pass(10)
    town.order(town.new_client())
    first, second = town.duties("L1.install")
    assert first.due == second.due - timedelta(days=2), "the one replaced on its first day was never in force"
    assert [state for _, state, _ in versions(town)] == ["replaced", "replaced", "in force"]
    town.is_sound()


def test_d_an_open_duty_keeps_what_it_was_born_with(town: Town) -> None:
    client = town.new_client()
    order = town.order(client)
    falls_away = 'moot_on = ["order.cancelled"]\nduty = { sv = "Montera'
    text = changed(3).replace(falls_away, falls_away.partition("\n")[2])
    assert text != changed(3)
    town.approved(text, begins=town.day(1))
    town.days_pass(1)
    duty = town.the("L1.install")
    assert duty.due == town.today + timedelta(days=13)
    town.does("olle", "cancel_order", order=order, reason="mistake")
    assert not town.duties("L1.install"), "it falls away on what its own version says"
    town.order(client)
    kept = town.the("L1.install")
    assert (kept.due, kept.version != duty.version) == (town.today + timedelta(days=3), True)
    assert discrepancies(CODE) == []


def test_the_database_itself_refuses_what_nobody_or_the_author_approved(town: Town) -> None:
    version = RoutineVersion.objects.filter(id=proposed(town))
    siri = town.actor("siri").account
    approved: dict[str, Any] = {"approved_at": town.now, "sequence": 2, "in_force_from": town.today}
    for wrong in (
        {"in_force_from": town.today},
        approved,
        approved | {"approved_by": siri},
        approved | {"approved_by": town.actor("maria").account, "sequence": 1},
        approved | {"approved_by": town.actor("maria").account, "withdrawn": town.now},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            version.update(**wrong)
    version.update(**approved, approved_by=town.actor("maria").account)


# -- the document, and what it changes


def test_d_which_version_was_in_force_when_and_who_approved_it(town: Town) -> None:
    text = re.sub(r"change_note\.sv = .*", 'change_note.sv = "Låssmeden har 3 arbetsdagar."', changed())
    town.approved(text, begins=town.day(4))
    maria = town.actor("maria")
    with town.standing():
        now = routine_versions.routine_on(maria, town.today)
        later = routine_versions.routine_on(maria, town.today + timedelta(days=4))
        with pytest.raises(NotFound):
            routine_versions.routine_on(maria, town.today.replace(year=2025))
    assert (now.by_system, now.approved_by, now.state) == (True, None, "in force")
    assert now.in_force_through == town.today + timedelta(days=3)
    assert (later.proposed_by, later.approved_by, later.state) == ("siri", "maria", "approved")
    assert (later.in_force_from, later.in_force_through) == (town.today + timedelta(days=4), None)
    assert later.change_note.sv == "Låssmeden har 3 arbetsdagar."
    assert later.document.asks["L1", "install"].due != now.document.asks["L1", "install"].due


def test_d_a_comparison_shows_cases_to_those_who_see_clients_alone(town: Town) -> None:
    town.order(town.new_client())
    version = UUID(proposed(town))
    reads = Line.objects.filter(kind="reads", event="routine.compared")
    with town.standing():
        figures = routine_versions.comparison(town.actor("maria"), version)
        assert not reads.exists()
        shown = routine_versions.comparison(town.actor("siri"), version)
        with pytest.raises(NotFound):
            routine_versions.comparison(town.actor("siri"), new_id())
    assert figures.duties == [] and figures.counts == shown.counts
    (counted,) = shown.counts
    assert (counted.paragraph, counted.ask) == ("L1", "install")
    assert (counted.otherwise, counted.more, counted.fewer) == (1, 0, 0)
    (duty,) = shown.duties
    assert duty.case == "2026-0001" and duty.before and duty.after
    assert (duty.before.due, duty.after.due) == (
        town.today + timedelta(days=14),
        town.today + timedelta(days=3),
    )
    assert reads.count() == 1 and "2026-0001" in reads.get().body


# -- by the command line


@pytest.fixture
def said(town: Town, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(*arguments: str, code: int = 0) -> str:
        with town.standing():
            assert main(["routine", *arguments]) == code
        told = capsys.readouterr()
        return told.out if code == 0 else told.err

    return run


def test_d_the_commands_propose_compare_approve_and_withdraw(town: Town, said: Any, tmp_path: Path) -> None:
    file = tmp_path / "2026-03-02.toml"
    file.write_text(changed(), encoding="utf-8")
    town.order(town.new_client())
    version = said("propose", str(file), "--as", "siri").strip()
    assert "L1  install" in said("compare", version) == said("compare", str(file))
    assert "author" in said("approve", version, "--as", "siri", "--from", town.day(1), code=2)
    said("approve", version, "--as", "maria", "--from", town.day(1))
    listed = json.loads(said("versions", "--json"))
    assert [(each["state"], each["approved_by"]) for each in listed] == [
        ("in force", None),
        ("approved", "maria"),
    ]
    assert "approved by maria" in said("versions")
    file.write_text(changed(5), encoding="utf-8")
    other = said("propose", str(file), "--as", "maria").strip()
    said("withdraw", other, "--as", "siri")
    assert "withdrawn" in said("versions")
    file.write_text("nonsense", encoding="utf-8")
    assert "2026-03-02.toml" in said("propose", str(file), "--as", "siri", code=2)
    assert "no account" in said("withdraw", other, "--as", "nobody", code=2)
    assert "can't be read" in said("propose", str(tmp_path / "none"), "--as", "siri", code=2)
    town.is_sound()
