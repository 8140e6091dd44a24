# SPDX-License-Identifier: EUPL-1.2
"""The play of another municipality's client goes as it says, through O1, O2 and O3, and leaves nothing undone."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

from troskel.billing.models import BasisForm
from troskel.cli.main import main
from troskel.duties.models import Duty
from troskel.duties.replaying import departures
from troskel.journal.verification import verify

PLAY = Path(__file__).parents[2] / "plays" / "other-municipality.jsonl"
CODE = "0999"


def test_o1_o2_o3_the_play_goes_as_it_says(db: None) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as told:
        assert main(["play", str(PLAY), "--json"]) == 0
    played = [json.loads(line) for line in told.getvalue().splitlines()]
    refused = {step["refused"] for step in played if isinstance(step.get("refused"), str)}
    assert refused == {"O1", "O2", "O3", "NotFound", "rule 7"}
    closed = {(done["paragraph"], done["ask"]) for step in played for done in step.get("closed", ())}
    assert {("O2", "bill"), ("O3", "send"), ("O3", "receive")} <= closed
    forms = BasisForm.objects.order_by("number").values_list("month", "visits", "minutes", "state")
    assert list(forms) == [("2026-08", 3, 85, "received"), ("2026-09", 0, 0, "received")]
    left = Duty.objects.filter(state="open", kind="duty", client__reference="K1")
    assert not left.exists()
    assert departures(CODE) == []
    assert verify(CODE).sound
