# SPDX-License-Identifier: EUPL-1.2
"""Identifiers: by time, not to be guessed; and in an invented life, the same again."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from troskel.ground import clock, ids

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_an_id_is_a_uuid_7_of_its_instant() -> None:
    with clock.standing_at(NOON):
        made = ids.new_id()
    assert made.version == 7
    assert made.int >> 80 == int(NOON.timestamp() * 1000)


def test_from_a_seed_the_same_ids_come_again_and_afterwards_they_do_not() -> None:
    def three() -> list[str]:
        return [str(ids.new_id()) for _ in range(3)]

    with clock.standing_at(NOON):
        with ids.drawn_from(Random(1).randbytes):
            first = three()
        with ids.drawn_from(Random(1).randbytes):
            assert three() == first
        assert three() != first
        assert len({ids.random_bytes(16) for _ in range(4)}) == 4
