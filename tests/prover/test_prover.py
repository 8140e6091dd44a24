# SPDX-License-Identifier: EUPL-1.2
"""The prover: it refutes a broken routine, shrinks what it finds, and finds in the shipped file what is known alone."""

from __future__ import annotations

import json

import pytest

from tests.routine.story import FILE, ROUTINE
from troskel.cli.main import main
from troskel.prover import EDGES, HOUSEHOLDS, Counterexample, mutate, prove
from troskel.prover.households import Household
from troskel.prover.moves import ChosenMove
from troskel.prover.state import Engine, frozen, key, thawed
from troskel.prover.world import World, covered, ident, is_over, name_of, needs_lock, uncovered
from troskel.routine import Routine, parse_routine


def without(text: str, instead: str = "") -> Routine:
    """The shipped file with this text, which stands there, taken away or replaced."""
    source = FILE.read_text(encoding="utf-8")
    assert text in source
    return parse_routine(source.replace(text, instead).encode(), "broken.toml")


def found(routine: Routine, *names: str, depth: int = 1) -> list[Counterexample]:
    return prove(routine, [HOUSEHOLDS[name] for name in names], depth, fulfilling=False).counterexamples


def kinds(routine: Routine, *names: str, depth: int = 1) -> set[tuple[str, str, str]]:
    return {(one.property, one.ask, one.after) for one in found(routine, *names, depth=depth)}


# -- a broken routine is refuted


def test_a_lock_that_is_needed_is_never_to_be_taken_down() -> None:
    """P6.order without its moot_when: care again, and the duty to take the lock down stays."""
    ends = 'done_by = ["removal.ordered"]\ndone_when = ["removal_ordered"]\n'
    moot = 'moot_when = ["care_behind_door", "not client_left_the_door", "not lock_at_door"]\n'
    words = 'at_take_over = true\nduty = { sv = "Beställ nedmontering av låsvredet['
    broken = without(ends + moot + words, ends + words)
    asked = ("asked without need", "P6.order", "decide")
    assert asked in kinds(broken, "ended")
    assert asked not in kinds(ROUTINE, "ended")


def test_a_lock_that_nobody_needs_is_asked_for() -> None:
    broken = without('on = ["door.left", "client.refused",', 'on = ["client.refused",')
    assert ("not asked", "P6.order", "wait") in kinds(broken, "lock", depth=2)


def test_a_gap_is_asked_about_before_it() -> None:
    late = without("notice_days = 60", "notice_days = 1")
    assert ("not asked", "A8.investigation", "wait") in kinds(late, "short")
    assert ("not asked", "A8.investigation", "wait") not in kinds(ROUTINE, "short")


def test_the_course_is_shrunk_to_what_it_needs() -> None:
    broken = without('on = ["tag.lost"]', 'on = ["key.lost"]')
    (one,) = [x for x in found(broken, "waiting") if (x.property, x.ask) == ("not said", "P7.lost")]
    assert [event.split(" ", 1)[1] for event in one.events] == [
        "decide K1 home_care +1d None",
        "allocate K1 BK1h1 Norr +0d None",
        "place_tag K1 Norr",
        "lose_tag K1 T1",
    ]
    last = json.loads(one.play[-1])
    assert (last["as"], last["values"]) == ("olle", {"kind": "tag", "number": "T1"})
    assert len([line for line in one.play if '"act"' in line]) == 7


# -- mutants


def test_a_mutant_is_refuted_or_makes_no_difference() -> None:
    result = mutate(ROUTINE, [HOUSEHOLDS["waiting"], HOUSEHOLDS["booked"]], 1, only="P4.", events=True)
    assert result.mutants == result.refuted + len(result.equivalent) + len(result.undecided)
    assert "P4.be_present on 'order.booked' removed" not in [*result.equivalent, *result.undecided]
    assert result.refuted >= 4


def test_a_mutant_is_tried_from_where_it_differs() -> None:
    """It differs before the courses begin; in a move; and by what it opens, not by what it lets be."""
    households = [HOUSEHOLDS["lock"], HOUSEHOLDS["waiting"], EDGES["unknown home"]]
    result = mutate(ROUTINE, households, 1, only="P2.")
    assert "P2.place_tag when 'not home_unknown' removed" not in [*result.equivalent, *result.undecided]
    assert "P2.place_tag moot_when 'lock_in_use' removed" not in [*result.equivalent, *result.undecided]
    without_edges = mutate(ROUTINE, households[:1], 1, only="P2.")
    assert "P2.place_tag when 'not home_unknown' removed" in without_edges.equivalent


def test_what_is_redundant_is_equivalent() -> None:
    """A condition that another implies: own clients alone are to be asked down by the wish."""
    twice = without(
        'moot_when = ["care_behind_door", "client_left_the_door", "not lock_at_door", "other_municipality"]',
        'moot_when = ["care_behind_door", "client_left_the_door", "not lock_at_door", "not own_client",'
        ' "other_municipality"]',
    )
    result = mutate(twice, [EDGES["wish"]], 1, only="P6.unwanted")
    assert "P6.unwanted moot_when 'not own_client' removed" in result.equivalent
    assert "P6.unwanted moot_when 'other_municipality' removed" in result.equivalent
    assert (
        "P6.unwanted moot_when 'other_municipality' removed"
        not in mutate(ROUTINE, [EDGES["wish"]], 1, only="P6.unwanted").equivalent
    )


# -- the statement's own words


def test_states_that_differ_in_names_alone_are_one() -> None:
    engine = Engine(ROUTINE)
    states = [engine.begin(HOUSEHOLDS["new"]) for _ in range(2)]
    for state, provider in zip(states, ("~Norr", "~Syd"), strict=True):
        engine.make(state, ChosenMove("decide", ("~K1", "home_care", 1, None)))
        engine.make(state, ChosenMove("allocate", ("~K1", "~BK1h1", provider, 0, None)))
    assert key(states[0]) == key(states[1])
    engine.make(states[0], ChosenMove("wait", (1,)))
    assert key(states[0]) != key(states[1])
    assert thawed(frozen(states[0])) == states[0]


@pytest.mark.parametrize("backwards", [False, True])
def test_ids_are_read_back_to_names(backwards: bool) -> None:
    assert name_of(str(ident("~K1", backwards))) == "~K1"
    first, second = ident("~K1", backwards), ident("~K2", backwards)
    assert (first < second) is not backwards


def after(*moves: ChosenMove, household: Household = HOUSEHOLDS["new"]) -> World:
    state = Engine(ROUTINE).begin(household)
    for step in moves:
        Engine(ROUTINE).make(state, step)
    return state.world


def test_a_decision_that_is_not_allocated_leaves_its_days_uncovered() -> None:
    world = after(ChosenMove("decide", ("~K1", "home_care", 1, 10)), ChosenMove("wait", (1,)))
    client = world.people["~K1"]
    assert not covered(client, "home_care", world.day)
    assert uncovered(client, "home_care", world.day)
    assert needs_lock(client, world.day)


def test_what_has_run_out_is_not_over_until_a_person_says_so() -> None:
    run_out = (
        ChosenMove("decide", ("~K1", "home_care", 1, 2)),
        ChosenMove("allocate", ("~K1", "~BK1h1", "~Norr", 0, None)),
        ChosenMove("wait", (3,)),
    )
    world = after(*run_out)
    assert uncovered(world.people["~K1"], "home_care", world.day)
    assert not is_over(world.people["~K1"], world.day)
    world = after(*run_out, ChosenMove("confirm_ending", ("~K1",)))
    assert not uncovered(world.people["~K1"], "home_care", world.day)
    assert is_over(world.people["~K1"], world.day)


# -- the shipped file


def test_the_shipped_routine_has_no_counterexamples() -> None:
    assert kinds(ROUTINE, "new", "waiting", "lock", "ended", "couple", "gate", "booked") == set()


def test_the_command_says_what_does_not_hold(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["routine", "prove", str(FILE), "--depth", "1", "--households", "new", "--json"])
    out = json.loads(capsys.readouterr().out)
    assert out["states"].keys() == {"new"}
    assert code == (1 if out["counterexamples"] else 0)
    assert main(["routine", "prove", str(FILE), "--households", "nobody"]) == 2
