# SPDX-License-Identifier: EUPL-1.2
"""A night that is hard to undo waits for the administrator's word."""

from __future__ import annotations

from datetime import date

from troskel.acts import importing
from troskel.exchange.case_extract import current_state
from troskel.exchange.case_extract.contract import NightRefused
from troskel.exchange.case_extract.mapping import Mapping as CaseSystem
from troskel.exchange.case_extract.stopping import NightStopped
from troskel.people import imports
from troskel.people.roles import Actor


def stop(
    actor: Actor,
    day: date,
    digest: str,
    reasons: list[imports.StopReason],
    case_system: CaseSystem,
    *,
    dry_run: bool,
) -> None:
    """Raises NightRefused for a night that stops, and notes it for the administrator; or for one that they rejected."""
    answer = current_state.answer_to(actor.municipality, day, digest)
    if answer == "rejected":
        raise NightRefused(
            case_system.files["kunder"], 1, "the administrator has rejected this night: extract it again"
        )
    if reasons and answer != "released":
        if not dry_run and current_state.is_founded(actor.municipality):
            importing.note_stop(actor, day=day, digest=digest, reasons=reasons)
        raise NightStopped(reasons)
