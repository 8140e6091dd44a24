# SPDX-License-Identifier: EUPL-1.2
"""A municipality begins, whole or after an interruption, and is renamed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import BROKEN, OFFICE, OURS, Runs, begin
from troskel.acts import organising
from troskel.duties import routines
from troskel.journal.models import Line
from troskel.people.models import Account, Municipality
from troskel.people.roles import Actor, ActorKind
from troskel.reading import routine_versions


def test_a_municipality_begins(runs: Runs, routine: Path) -> None:
    done = begin(runs, routine, "--sender", "lasvred@annanby.example")
    assert done.code == 0, done.err
    assert [line.split()[0] for line in done.out.splitlines()] == ["siri", "maria"]
    assert set(Account.objects.values_list("username", "role", "organisation__orgnr")) == {
        (f"{OURS}/siri", "administrator", OFFICE[0]),
        (f"{OURS}/maria", "administrator", OFFICE[0]),
    }
    (version,) = routine_versions.versions(Actor.system(OURS, ActorKind.CLOCK))
    assert (version.name, version.state) == ("annanby", "in force")
    assert set(Line.objects.filter(kind="acts").values_list("actor_kind", flat=True)) == {"command_line"}
    assert runs("duties", of=OURS).code == 0
    again = begin(runs, routine)
    assert again.code == 2 and "has begun already" in again.err


def test_a_beginning_that_was_interrupted_goes_on(
    runs: Runs, routine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = organising.register_account.perform
    calls: list[str] = []

    def interrupted(*arguments: object, **named: object) -> object:
        calls.append("one")
        if len(calls) == 2:
            raise KeyboardInterrupt
        return whole(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(organising.register_account, "perform", interrupted)
    assert begin(runs, routine).code == 130
    assert Account.objects.count() == 1
    monkeypatch.undo()
    assert begin(runs, routine).code == 0
    assert Account.objects.count() == 2


def test_a_routine_is_proven_before_it_comes_into_force(runs: Runs, routine: Path) -> None:
    """Without A1 at a decision a new client is told nothing of the lock: only with a reason (decision 61)."""
    begin(runs, routine, code="1235")
    line = json.loads(Line.objects.get(municipality="1235", event="routine.in_force").body)
    assert (line["proven"], line["counterexamples"]) == (True, 0)
    routine.write_text(BROKEN.replace("TRB-HT-LAS-01", "ANB-1"), encoding="utf-8")
    refused = begin(runs, routine)
    assert refused.code == 2 and "counterexample" in refused.err
    assert not Municipality.objects.filter(code=OURS).exists()
    assert begin(runs, routine, "--though", "it is a test").code == 0
    line = json.loads(Line.objects.get(municipality=OURS, event="routine.in_force").body)
    assert line["proven"] is False and line["though"] == ["routine.refuted"]


def test_nobody_begins_alone_or_with_another_towns_routine(runs: Runs, routine: Path, tmp_path: Path) -> None:
    for people in ("siri", "siri siri"):
        assert "two administrators" in begin(runs, routine, people=people).err
    shipped = begin(runs, routines.SHIPPED)
    assert shipped.code == 2 and "Tröskelby" in shipped.err
    routine.write_text("[header]\n", encoding="utf-8")
    assert begin(runs, routine).code == 2
    assert begin(runs, tmp_path / "none.toml").code == 2
    assert begin(runs, routine, code="12").code == 2
    assert not Municipality.objects.exists()


def test_the_template_is_a_routine(runs: Runs, tmp_path: Path) -> None:
    told = runs("routine", "template")
    (tmp_path / "own.toml").write_text(told.out, encoding="utf-8")
    assert runs("routine", "check", str(tmp_path / "own.toml")).code == 0


def test_it_is_renamed_and_a_wrong_code_is_refused(runs: Runs, routine: Path) -> None:
    assert begin(runs, routine).code == 0
    assert runs("municipality", "rename", OURS, "Nya Annanby").code == 0
    assert "Nya Annanby" in runs("municipality", "list").out
    for verb, *more in (
        ("rename", "X"),
        ("sender", "a@b.example"),
        ("export", "x"),
        ("remove", "x", "--name", "X"),
    ):
        done = runs("municipality", verb, "4321", *more)
        assert done.code == 2 and "4321" in done.err
    assert runs("municipality", "sender", OURS, "nobody").code == 2
