# SPDX-License-Identifier: EUPL-1.2
"""What the phone says when it is refused follows the code of the refusal, not the rule or the kind of evidence."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from django.utils.translation import override

from troskel.cli.refusals_page import code_uses
from troskel.ground.refusals import BadValue, CodedError, KeyReused, NotFound, Refusal
from troskel.phone import messages
from troskel.phone.actions import ActionResult

NOBODY_INSIDE: Any = SimpleNamespace(client=SimpleNamespace(case="2026-0001"), under_way=None, visits=[])
CHANGED, NOT_LINKED = "Något ändrades just nu.", "Låset är inte kopplat till kunden."
NO_TAG, NOT_HERE = "Knappen finns inte", "Låset sitter inte vid den här dörren längre."


def heading(action: str, error: CodedError, **values: str) -> str:
    with override("sv"):
        return messages.result_message(ActionResult(action, values, error=error), NOBODY_INSIDE).heading


@pytest.mark.parametrize("by", ["tag", "lock"])
@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Refusal("rule 4", "visit.lock_not_linked", ""), NOT_LINKED),
        (Refusal("P2", "visit.tag_elsewhere", ""), NO_TAG),
        (NotFound("tag", "tag"), NO_TAG),
        (Refusal("rule 4", "visit.not_allocated", ""), CHANGED),
        (Refusal("P2", "visit.still_open", ""), CHANGED),
        (Refusal("rule 6", "client.just_being_moved", ""), CHANGED),
        (KeyReused(), CHANGED),
    ],
)
def test_p2_a_refused_visit_says_what_refuses_it(error: CodedError, said: str, by: str) -> None:
    assert heading("arrive", error, by=by).startswith(said)


def test_a_visit_by_hand_asks_why() -> None:
    assert heading("arrive", BadValue("reason", "visit.no_reason", ""), by="hand").startswith("Välj varför")


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (Refusal("S2", "link.missing", ""), NOT_LINKED),
        (Refusal("rule 2", "lock.not_at_client", ""), NOT_HERE),
        (Refusal("rule 2", "lock.not_at_door", ""), NOT_HERE),
        (NotFound("lock", "serial"), NOT_HERE),
        (Refusal("rule 2", "link.already_there", ""), CHANGED),
        (Refusal("rule 4", "decision.not_allocated_today", ""), CHANGED),
        (Refusal("rule 6", "client.just_being_moved", ""), CHANGED),
    ],
)
def test_s2_a_door_that_does_not_open_says_why(error: CodedError, said: str) -> None:
    assert heading("open", error) == said


def test_the_phone_knows_no_code_that_is_never_raised() -> None:
    raised = {use.code for use in code_uses()}
    assert messages.OPEN_REFUSALS.keys() | messages.VISIT_REFUSALS.keys() <= raised
