# SPDX-License-Identifier: EUPL-1.2
"""Every play file meets its expectations and ends in a sound state; each of the fifteen cases has one."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import UUID

import pytest

from tests.town import CODE
from troskel.cli.main import main
from troskel.duties.models import Duty
from troskel.duties.replay import discrepancies
from troskel.journal.models import Line
from troskel.journal.verification import verify
from troskel.outbox.models import OutboxMessage
from troskel.people.models import Client, Home, Identifier, Organisation

PLAYS = Path(__file__).parents[2] / "plays"
FILES = sorted(PLAYS.glob("*.jsonl"))
ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
CASES = [file for file in FILES if file.stem.startswith("case-")]


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
@pytest.mark.django_db
def test_a_play_meets_its_expectations(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    exit_code = main(["play", str(file)])
    output = capsys.readouterr()
    assert exit_code == 0, output.out + output.err
    assert discrepancies(CODE) == []
    assert verify(CODE).is_sound
    organisations = set(Organisation.objects.values_list("id", flat=True))
    for line in Line.objects.filter(kind="acts").prefetch_related("organisations"):
        named = {UUID(text) for text in ID.findall(line.body)} & organisations
        assert {row.organisation for row in line.organisations.all()} == named, line.event
    open_duties = Duty.objects.filter(state="open", kind="duty").values_list("paragraph", "ask")
    assert file not in CASES or not open_duties, "the play of a case ends where nothing is left open"
    written = [line.body + line.homes for line in Line.objects.filter(municipality=CODE)]
    written += [parcel.payload for parcel in OutboxMessage.objects.all()]
    texts = "\n".join([*written, output.out]).lower()
    for secret in secrets():
        assert secret.lower() not in texts, "who and where is in no line, no e-mail and no word of a refusal"


def secrets() -> set[str]:
    """What nobody may read where it is not needed: names, addresses, identity numbers."""
    names = {name for row in Client.objects.values_list("last_name", "first_name") for name in row}
    streets = set(Home.objects.exclude(street="").values_list("street", flat=True))
    numbers = set(Identifier.objects.values_list("number", flat=True))
    return names | streets | numbers | {number[2:] for number in numbers}


@pytest.mark.parametrize("number", range(1, 16))
def test_a_case_has_a_play_file(number: int) -> None:
    mine = [file for file in CASES if file.stem.startswith(f"case-{number:02}-")]
    assert len(mine) == (3 if number == 15 else 1)


@pytest.mark.parametrize("file", CASES, ids=lambda file: file.stem)
def test_a_case_has_a_heading_and_tries_the_mistake(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    begins = text.split("{", 1)[0]
    number = int(file.stem.split("-")[1])
    assert begins.startswith(f"# Case {number}")
    assert "A naive system" in begins and "Look for:" in begins
    assert '"expect": ' in text and text.rstrip().endswith('"open": {"are": []}}')
