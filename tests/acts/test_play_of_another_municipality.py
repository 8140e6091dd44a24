# SPDX-License-Identifier: EUPL-1.2
"""The play of another municipality's client meets its expectations through O1, O2 and O3, with no open duties left."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path

from troskel.billing.models import BasisForm
from troskel.cli.main import main
from troskel.duties.models import Duty
from troskel.duties.replay import discrepancies
from troskel.journal.verification import verify

PLAY = Path(__file__).parents[2] / "plays" / "other-municipality.jsonl"
CODE = "0999"


def test_o1_o2_o3_the_play_meets_its_expectations(db: None) -> None:
    with contextlib.redirect_stdout(io.StringIO()) as output:
        assert main(["play", str(PLAY), "--json"]) == 0
    played = [json.loads(line) for line in output.getvalue().splitlines()]
    refused = {step["refused"] for step in played if isinstance(step.get("refused"), str)}
    assert refused == {"O1", "O2", "O3", "NotFound", "rule 7"}
    closed = {(done["paragraph"], done["ask"]) for step in played for done in step.get("closed", ())}
    assert {("O2", "bill"), ("O3", "send"), ("O3", "receive")} <= closed
    forms = BasisForm.objects.order_by("number").values_list("month", "visits", "minutes", "state")
    assert list(forms) == [("2026-08", 3, 85, "received"), ("2026-09", 0, 0, "received")]
    open_duties = Duty.objects.filter(state="open", kind="duty", client__reference="K1")
    assert not open_duties.exists()
    assert discrepancies(CODE) == []
    assert verify(CODE).is_sound
