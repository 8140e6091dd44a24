# SPDX-License-Identifier: EUPL-1.2
"""Which reads are drawn for review: by chance, and for each kind of risk; the same month gives the same sample."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from troskel.journal.sampling import BY_CHANCE, CANDIDATES, OF_EACH_RISK, RISKS, ReadMade, candidates, draw

ANNA, OLLE, CARIN = (UUID(int=n) for n in (1, 2, 3))


def read(number: int, **different: Any) -> ReadMade:
    usual = {"reader": ANNA, "role": "assessor", "event": "client.opened", "hour": 10, "opened": True}
    return ReadMade(**{"number": number, **usual, "protected": False, "same_name": False, **different})


def test_each_kind_of_risk_is_drawn_where_it_stands_alone() -> None:
    usual = [read(n) for n in range(1, 2001)]
    risky = {
        "protected": read(3001, protected=True),
        "same_name": read(3002, same_name=True),
        "brief_sight": read(3007, brief_sight=True),
        "night": read(3003, hour=23),
        "export": read(3004, event="clients.exported", opened=False),
        "free_text": read(3005, event="detail.read"),
        "command_line": read(3006, reader=None, role=""),
    }
    found = {one.number: set(one.why) for one in draw([*usual, *risky.values()], "seed")}
    for risk, made in risky.items():
        assert risk in found[made.number], risk
    assert len(found) >= BY_CHANCE + len(risky)


def test_who_reads_far_more_than_others_of_the_role_is_drawn() -> None:
    others = [UUID(int=100 + n) for n in range(9)]
    reads = [read(n, reader=others[n % 9], role="coordinator") for n in range(1, 91)]
    reads += [read(n, reader=OLLE, role="coordinator") for n in range(100, 140)]
    assert any("much" in one.why and one.reader == OLLE for one in draw(reads, "seed"))
    assert not any("much" in one.why and one.reader != OLLE for one in draw(reads, "seed"))


def test_a_carer_is_awake_at_night_and_an_assessor_is_not() -> None:
    at_two = [read(1, hour=2), read(2, hour=2, reader=CARIN, role="carer")]
    assert {one.number: "night" in one.why for one in draw(at_two, "seed")} == {1: True, 2: False}


made = st.builds(
    read,
    st.integers(1, 500),
    reader=st.sampled_from([ANNA, OLLE, CARIN, None]),
    role=st.sampled_from(["assessor", "coordinator", "carer"]),
    event=st.sampled_from(["client.opened", "clients.exported", "detail.read"]),
    hour=st.integers(0, 23),
    protected=st.booleans(),
)


@given(st.lists(made, unique_by=lambda one: one.number), st.text(), st.randoms())
def test_the_sample_follows_from_reads_and_seed_alone(reads: list[ReadMade], seed: str, chance: Any) -> None:
    shuffled: Callable[[], list[ReadMade]] = lambda: chance.sample(reads, len(reads))  # noqa: E731
    drawn = draw(reads, seed)
    assert drawn == draw(shuffled(), seed)
    assert {one.number for one in drawn} <= {one.number for one in reads}
    assert min(BY_CHANCE, len(reads)) <= len(drawn) <= BY_CHANCE + OF_EACH_RISK * len(RISKS)
    assert all(one.why for one in drawn), "each is told why it was drawn"
    for risk in RISKS:  # a risk that any read has is looked at
        has = [one for one in drawn if risk in one.why]
        assert len(has) >= min(1, sum(risk in one.why for one in draw(reads, f"{seed}?")))


def test_a_large_month_is_looked_at_in_part_and_a_small_one_whole() -> None:
    assert list(candidates(5, 9, "seed")) == [5, 6, 7, 8, 9]
    some = list(candidates(1, 10 * CANDIDATES, "seed"))
    assert len(set(some)) == CANDIDATES == len(some) and max(some) <= 10 * CANDIDATES
    assert (
        some == list(candidates(1, 10 * CANDIDATES, "seed")) != list(candidates(1, 10 * CANDIDATES, "other"))
    )
