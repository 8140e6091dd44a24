# SPDX-License-Identifier: EUPL-1.2
"""Identifiers: sorted by time, unpredictable; and repeatable in a simulation."""

from __future__ import annotations

from datetime import UTC, datetime
from random import Random

from troskel.ground import clock, ids

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def test_id_is_uuid7_of_its_instant() -> None:
    with clock.frozen_at(NOON):
        new_id = ids.new_id()
    assert new_id.version == 7
    assert new_id.int >> 80 == int(NOON.timestamp() * 1000)


def test_ids_of_one_instant_sort_as_they_were_made() -> None:
    with clock.frozen_at(NOON):
        made = [ids.new_id() for _ in range(5000)]
    assert made == sorted(made)
    assert len({one.int & 0xFFFF for one in made}) > 1000, "and end in chance"


def test_seeded_source_repeats_ids_only_inside_the_context() -> None:
    def three_ids() -> list[str]:
        return [str(ids.new_id()) for _ in range(3)]

    with clock.frozen_at(NOON):
        with ids.random_source(Random(1).randbytes):
            first = three_ids()
        with ids.random_source(Random(1).randbytes):
            assert three_ids() == first
        assert three_ids() != first
        assert len({ids.random_bytes(16) for _ in range(4)}) == 4
