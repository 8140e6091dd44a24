# SPDX-License-Identifier: EUPL-1.2
"""The command line is never a person: its lines say so, and in production it is no pair of eyes (D)."""

from __future__ import annotations

from pathlib import Path

from tests.cli.conftest import OURS, Runs, begin
from troskel.journal.models import Line
from troskel.people import queries as people
from troskel.people.models import Account


def proposed(runs: Runs, routine: Path) -> str:
    assert begin(runs, routine).code == 0
    routine.write_text(routine.read_text("utf-8").replace("changed = 2016-11-29", "changed = 2026-11-01"))
    done = runs("routine", "propose", str(routine), "--as", "siri", of=OURS)
    assert done.code == 0, done.err
    return done.out.strip()


def test_it_acts_on_behalf_of_an_account(runs: Runs, routine: Path) -> None:
    proposed(runs, routine)
    siri = people.actor_of_username(f"{OURS}/siri")
    assert siri is not None
    line = Line.objects.get(municipality=OURS, event="routine.proposed")
    assert (line.actor_kind, line.actor) == ("command_line", siri.account)


def test_it_approves_nothing_in_production(runs: Runs, routine: Path, settings: object) -> None:
    version = proposed(runs, routine)
    approve = (
        "routine",
        "approve",
        version,
        "--as",
        "maria",
        "--from",
        "2199-01-01",
        "--though",
        "it is a test",
    )
    settings.PRODUCTION = True  # type: ignore[attr-defined]
    refused = runs(*approve, of=OURS)
    assert refused.code == 2 and "Sign in and approve" in refused.err
    assert Line.objects.filter(municipality=OURS, event="routine.in_force").count() == 1
    settings.PRODUCTION = False  # type: ignore[attr-defined]
    assert runs(*approve, of=OURS).code == 0


def test_it_makes_no_person_s_token_in_production_and_lives_no_life(
    runs: Runs, routine: Path, settings: object
) -> None:
    """Else whoever reaches the machine would approve by the token of another."""
    assert begin(runs, routine).code == 0
    settings.PRODUCTION = True  # type: ignore[attr-defined]
    refused = runs("token", "maria", of=OURS)
    assert refused.code == 2 and "by that person" in refused.err
    Account.objects.filter(username=f"{OURS}/maria").update(of_system=True)
    assert runs("token", "maria", of=OURS).code == 0
    settings.PRODUCTION = False  # type: ignore[attr-defined]
    assert runs("token", "siri", of=OURS).code == 0


def test_what_is_read_is_the_command_line_s_not_the_clock_s(runs: Runs, routine: Path) -> None:
    assert begin(runs, routine).code == 0
    assert runs("routine", "versions", of=OURS).code == 0 and runs("duties", of=OURS).code == 0
    assert set(Line.objects.values_list("actor_kind", flat=True)) == {"command_line"}


def test_nothing_is_played_in_production(runs: Runs, settings: object, tmp_path: Path) -> None:
    file = tmp_path / "first.jsonl"
    values = '{"name": "Annanby", "valid_from": "2026-11-20"}'
    file.write_text(
        f'{{"at": "2026-11-20T08:00:00+01:00", "as": "demo", "act": "found_municipality", "values": {values}}}'
    )
    settings.PRODUCTION = True  # type: ignore[attr-defined]
    refused = runs("play", str(file), of=OURS)
    assert refused.code == 2 and not Line.objects.exists()
    settings.PRODUCTION = False  # type: ignore[attr-defined]
    assert runs("play", str(file), of=OURS).code == 0
