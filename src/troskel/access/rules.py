# SPDX-License-Identifier: EUPL-1.2
"""May this phone open this client's door now? (Design, rule 4.) Pure Python."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from troskel.ground.refusals import Refusal
from troskel.routine import standing
from troskel.routine.facts import ClientFacts


def may_open(client: ClientFacts, organisation: UUID | None, lock: UUID, day: date) -> None:
    """Only on days covered by an ongoing decision allocated to the provider, and only a lock linked to the client."""
    if not client.own:
        raise Refusal("O1", "the client is assigned by another municipality and is on no phone")
    if organisation is None or not standing.covered_by(client, organisation, day):
        raise Refusal(
            "rule 4", "no ongoing decision is allocated to your organisation today: ask the assessor (A8)"
        )
    if standing.is_suspended(client, day):
        raise Refusal(
            "A8", "the client is in hospital or away: the phone opens again when the client is home"
        )
    if lock not in {link.lock for link in client.links.values()}:
        raise Refusal("S2", "the lock is not linked to the client: the system administrator links it")
