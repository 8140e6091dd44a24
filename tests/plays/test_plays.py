# SPDX-License-Identifier: EUPL-1.2
"""Hard cases as plays: what each states is what the document asks, whether or not the code does it yet.

`FAILING` lists those that end otherwise today, by the kind of fault. Each is strict: who mends one takes it off.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from tests.town import CODE
from troskel.cli.main import main
from troskel.duties.replay import discrepancies
from troskel.ground.ids import random_source

FOLDER = Path(__file__).parent
INCLUDED = ("base-", "founding", "mounted")
PLAYS = sorted(file.stem for file in FOLDER.glob("*.jsonl") if not file.stem.startswith(INCLUDED))

FALLING = "-with-falling-ids"
"""In these tests the ids of one instant rise. With this ending each is lower than the one before: nothing is decided by
an id (rule 11), so the play ends the same."""
EITHER_WAY = [
    name + FALLING for name in PLAYS if name.split("-")[0] in ("43", "61", "98a", "98b", "x01", "x09")
]

FAILING: dict[str, str] = {
    "101-one-of-two-allocations-runs-out": "kind 2: A8 does not look at each provider's allocation",
    "102-wrong-person-written": "kind 7: no act corrects whose door a key is to",
    "103-future-order-provider-withdrawn": "kind 2: A4 is not asked again after a withdrawal",
    "105-key-collected-before-the-first-day-and-care-withdrawn": "kind 3: the former provider sees no client",
    "15c-hospital-written-down-twice": "kind 1: the wrong absence is ended",
    "15d-lost-from-the-phone-for-good": "kind 1: an absence is never ended",
    "16-two-locks-swapped-between-two-homes": "kind 7: no act corrects a locksmith's report",
    "18-new-decision-in-time-allocated-late-backdated": "kinds 5, 9: A4 as if new; what was known then is rewritten",
    "19-decision-shortened-retroactively": "kinds 4, 7, 9: born late; a visit in good faith is refused; rewritten",
    "20-allocation-withdrawn-though-it-had-begun": "kind 9: what had begun is withdrawn",
    "20b-decision-withdrawn-though-it-had-begun": "kind 9: what had begun is withdrawn",
    "30-key-returned-to-the-wrong-client": "kind 7: no act says who has a key by mistake",
    "32-locksmith-reports-another-serial": "kind 7: no act corrects a locksmith's report",
    "33-provider-goes-bankrupt": "kind 8: no act closes an organisation",
    "37-the-same-person-entered-twice": "kind 8: no act merges two entries of one person",
    "38-acts-dated-in-the-future": "kind 9: deaths outside a life",
    "39-acts-dated-before-the-client-existed": "kind 9: a move and a decision before the birth",
    "43-change-of-provider-in-two-acts": "kinds 2, 6: no A5, A6 where the days overlap; no A8 for the day between",
    "45-client-wants-the-lock-taken-away": "kind 8: no act takes a lock down at the client's wish",
    "46-alarm-only-new-client": "kind 2: P2 is asked of one who only answers alarms",
    "54-the-ending-is-put-off": "kind 2: a confirmed ending is listed as a gap",
    "67-decisions-about-the-dead": "kind 9: decided, informed, refused after the death",
    "77-allocation-shorter-than-the-decision": "kind 2: A8 looks at decisions alone",
    "81-care-again-while-removed-but-not-yet-reported": "kind 7: rule 1 refuses the report of what was done",
    "83-move-prepared-before-the-day": "kind 8: no act prepares a move",
    "dead-still-asked": "kind 6: the dead get a letter and are asked for a key",
    "x08-ended-and-decided-anew-but-not-allocated": "kind 2: A8 is moot though care goes on",
    "x15-provider-changed-twice-before-the-day": "kind 3: the owner of P5 sees no client",
    "x19-gate-key-handed-to-the-neighbours-provider": "kind 3: the owner of P5 sees no client",
    "43-change-of-provider-in-two-acts" + FALLING: "as with rising ids",
}


class OtherwiseError(AssertionError):
    """The play ran, and something was otherwise than it states."""


def listed(name: str) -> Any:
    """A play, marked where it is known to fail. A play that is invalid, or breaks the code, fails all the same."""
    marks = [pytest.mark.xfail(raises=OtherwiseError, reason=FAILING[name])] if name in FAILING else []
    return pytest.param(name, marks=marks, id=name)


@pytest.mark.parametrize("name", [listed(name) for name in [*PLAYS, *EITHER_WAY]])
@pytest.mark.django_db
def test_play_ends_as_the_document_asks(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with random_source(numbered(-1 if name.endswith(FALLING) else 1)):
        exit_code = main(["play", str(FOLDER / f"{name.removesuffix(FALLING)}.jsonl")])
    output = capsys.readouterr()
    assert exit_code in (0, 1), output.err
    assert discrepancies(CODE) == [], "what is stored is what the journal gives"
    if exit_code:
        told = [line for line in output.out.splitlines() if "NOT AS" in line or line.startswith(" " * 18)]
        raise OtherwiseError("\n".join([*told, output.err]))


def numbered(step: int) -> Callable[[int], bytes]:
    """Numbers instead of random bytes: each higher than the one before, or lower."""
    numbers = count(1 << 60, step)
    return lambda length: (next(numbers) % (1 << 8 * length)).to_bytes(length, "big")


@pytest.mark.parametrize("name", PLAYS)
def test_play_says_what_is_expected_and_why(name: str) -> None:
    heading = (FOLDER / f"{name}.jsonl").read_text(encoding="utf-8").partition("{")[0]
    assert heading.startswith("# ") and "# Why: " in heading


def test_list_of_failing_plays_names_plays() -> None:
    assert set(FAILING) <= {*PLAYS, *EITHER_WAY}
