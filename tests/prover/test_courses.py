# SPDX-License-Identifier: EUPL-1.2
"""Courses of events that the routine once answered wrongly: nothing is found on the way, nor when all is done.

Each is told as `routine prove` tells it, with what the document asks there.
"""

from __future__ import annotations

import re

import pytest

from tests.routine.story import ROUTINE
from troskel.prover import EDGES, HOUSEHOLDS
from troskel.prover.checks import findings, step_findings
from troskel.prover.fulfil import Fulfilment
from troskel.prover.moves import ChosenMove, Impossible
from troskel.prover.state import Engine, State, frozen, thawed
from troskel.prover.world import name_of

KNOWN = HOUSEHOLDS | EDGES
CARE = """
    decide K1 home_care +1d None
    allocate K1 BK1h1 Norr +0d None
"""
CARE_2 = """
    decide K2 home_care +1d None
    allocate K2 BK2h1 Norr +0d None
"""
LOCK_1 = """
    tell_all K1
    order_installation D1 K1 Norr
    report D1 W1
    send_letter W1
    receive_key D1 K1 Norr
    link D1 K1
"""
LOCK_AT_K2 = """
    tell_all K2
    order_installation D9 K2 Norr
    report D9 W1
    send_letter W1
"""
COURSES = {
    # O1: another municipality's client has no lock, and nobody else behind the gate has care: it comes down.
    "O1 lock told in the name of a neighbour": ("decided gate", "become K1 False\n tell_lock D1 K2"),
    "O1 lock told, once decided": (
        "decided gate",
        "decide K1 home_care +1d None\n tell_all K1\n become K1 False\n tell_lock D1 K2",
    ),
    # O1: the one who never moved in has not ended there; the lock comes down because the other is not ours.
    "O1 who was to move in never lived there": (
        "to a neighbour's",
        f"{CARE}{CARE_2}{LOCK_AT_K2} plan_move K1 H9 +3d\n move_to_special_housing K1\n become K2 False",
    ),
    "O1 a move to another municipality's client is called off": (
        "to a neighbour's",
        f"{CARE}{CARE_2}{LOCK_AT_K2} plan_move K1 H9 +3d\n become K2 False\n call_off_move K1",
    ),
    # P6: a lock that the one who lives there does not want was kept for the one who was to come.
    "P6 a move to one who wants no lock is called off": (
        "to a neighbour's",
        f"{CARE}{CARE_2}{LOCK_AT_K2} plan_move K1 H9 +3d\n refuse K2\n confirm_refusal K2\n call_off_move K1",
    ),
    # S1: the letter is for the one who lives where the lock was mounted, not for the one who is to come.
    "S1 a letter to one who wants no lock": (
        "to a neighbour's",
        f"""{CARE}{CARE_2}
        tell_all K2
        order_installation D9 K2 Norr
        report D9 W1
        plan_move K1 H9 +3d
        refuse K2
        confirm_refusal K2""",
    ),
    # P5: a key goes back when its holder has nobody behind the door, now or soon; in a gap it is not known yet.
    "P5 who is to move in is in a gap": (
        "to a neighbour's",
        f"""{CARE}{CARE_2}
        receive_key D9 K2 Norr
        wait +1d
        plan_move K1 H9 +3d
        end K1 BK1h1 +0d False
        end K2 BK2h1 +0d True
        wait""",
    ),
    # S3: the link goes when its client has ended; one whose death was a mistake has not.
    "S3 a death is taken back": (
        "spouse run out",
        """
        decide K1 home_care +1d +2d
        allocate K1 BK1h1 Norr +0d None
        decide K2 home_care +1d None
        tell_all K1
        order_installation D1 K1 Norr
        report D1 W1
        link D1 K1
        wait +3d
        die K1
        live K1""",
    ),
    # A4 asks for a decision that goes on; the day until it is carried out is A8's.
    "A4 a decision that is over, and one given late": (
        "spouse over",
        """
        decide K2 home_care +1d None
        wait +1d
        end K2 BK2h1 +0d True
        wait +1d
        decide K2 home_care +1d None
        allocate K2 BK2h2 Norr +1d None""",
    ),
    # A4, O1: who never gets the client, or no longer has it, is told nothing of it.
    "A4 given outside the decision": (
        "unknown gate",
        f"{CARE} decide K2 home_care +1d +21d\n allocate K2 BK2h1 Norr +21d None",
    ),
    "A4 the provider has another behind the gate": (
        "agreed gate",
        f"""{CARE}
        decide K2 home_care +1d None
        allocate K2 BK2h1 Syd +0d None
        wait +1d
        end K1 BK1h1 +0d True
        change_provider K2 FK2h1Syd1 Norr +1d
        wait""",
    ),
    "O1 given outside the decision": (
        "other decided",
        "decide K1 home_care +1d None\n end K1 BK1h1 +3d True\n allocate K1 BK1h1 Norr +3d None",
    ),
    # A5, A6: what a death undid is told anew when it is taken back.
    "A5 a death is taken back": (
        "changing",
        f"{CARE} wait +1d\n change_provider K1 FK1h1Norr1 Syd +1d\n die K1\n live K1",
    ),
    # A7: the alarm stays only where it comes to be.
    "A7 an alarm that never begins": (
        "gate run out",
        """
        decide K1 home_care +1d +2d
        allocate K1 BK1h1 Norr +0d None
        wait +3d
        decide K1 safety_alarm +1d None
        move_to_special_housing K1""",
    ),
    # P2: one tag is placed, and asked for once: after it came back and the period changed, or somebody has looked.
    "P2 the tag came back and the period changed": (
        "tag back",
        f"""{CARE}
        wait +1d
        place_tag K1 Norr
        take_tag K1 T1
        change_allocation K1 FK1h1Norr1 +9d""",
    ),
    "P2 the tag came back and somebody has looked": (
        "tag back",
        f"{CARE} place_tag K1 Norr\n take_tag K1 T1\n puzzle H1\n look_at H1",
    ),
    # P2: the one that takes over is asked for a tag of its own, not for the other's as well.
    "P2 a report is taken back, and the provider closes": (
        "bankrupt",
        f"""{CARE}
        tell_all K1
        order_installation D1 K1 Norr
        report D1 W1
        link D1 K1
        take_back D1
        succeed Norr Syd +3d""",
    ),
    # P1: a lock is for care behind the door; before the move the care has ended.
    "P1 care ends before the move": (
        "moving waiting",
        f"{CARE} wait +1d\n end K1 BK1h1 +0d True\n plan_move K1 H9 +3d",
    ),
    # A8, P1, P2: when its successor gets the client no more, another does; who closes is given nothing.
    "A8 the successor's allocation is withdrawn": (
        "closing in use",
        f"{CARE}{LOCK_1} wait +1d\n succeed Norr Syd +3d\n withdraw_allocation K1 FK1h1Syd2\n fault D1 K1",
    ),
}


def value(word: str) -> str | int | bool | None:
    """A value as the prover tells it."""
    if word in ("None", "True", "False"):
        return {"None": None, "True": True, "False": False}[word]
    if days := re.fullmatch(r"([+-]\d+)d", word):
        return int(days[1])
    return f"~{word}" if word[0].isupper() else word


def moves(course: str) -> list[ChosenMove]:
    words = [line.split() for line in course.splitlines() if line.strip()]
    return [ChosenMove(name, tuple(map(value, values))) for name, *values in words]


def begun(engine: Engine, household: str) -> State:
    """The household before anything has happened there."""
    return engine.begin(KNOWN[household]._replace(already=()))


@pytest.mark.parametrize("name", COURSES)
def test_the_routine_answers(name: str) -> None:
    household, course = COURSES[name]
    engine = Engine(ROUTINE)
    state, found = begun(engine, household), list[str]()
    for step in moves(course):
        before = thawed(frozen(state)).world
        owners = {duty.id: duty.organisation for duty in state.duties()}
        effects = engine.make(state, step)
        here = {*findings(state), *step_findings(step, before, owners, state, effects)}
        found += [f"{step}: {one}" for one in sorted(here)]
    assert found == []
    assert [str(one) for one in Fulfilment(engine).look(state)] == []


def test_the_lock_of_another_municipalitys_client_is_taken_down_in_that_clients_name() -> None:
    """Not in the name of the neighbour with whom it was told."""
    engine = Engine(ROUTINE)
    state = begun(engine, "decided gate")
    for step in moves("become K1 False\n tell_lock D1 K2"):
        engine.make(state, step)
    (duty,) = [one for one in state.duties() if one.paragraph == "P6"]
    assert (duty.ask, name_of(str(duty.client)), name_of(str(duty.home))) == ("not_ours", "~K1", "~H1")


@pytest.mark.parametrize(
    "step",
    [
        "change_allocation K1 FK1h1Norr1 None",
        "change_allocation K1 FK1h1Norr1 +3d",
        "allocate K1 BK1h1 Norr +9d None",
    ],
)
def test_who_closes_is_given_nothing_more(step: str) -> None:
    """As `organisation.closed` refuses it."""
    engine = Engine(ROUTINE)
    state = begun(engine, "closing")
    for one in moves(f"{CARE} wait +1d\n succeed Norr Syd +3d"):
        engine.make(state, one)
    with pytest.raises(Impossible, match="it closes"):
        engine.make(state, *moves(step))
