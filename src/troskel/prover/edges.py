# SPDX-License-Identifier: EUPL-1.2
"""More households: each begins where a condition of the routine turns, so that one move tells whether it is needed."""

from __future__ import annotations

from troskel.prover.households import (
    ALL_TOLD,
    ALL_TOLD_2,
    COUPLE,
    DOOR,
    NORTH,
    ONE,
    SOUTH,
    WAIT,
    Household,
    care,
    lock,
    settled,
)
from troskel.prover.moves import ChosenMove
from troskel.prover.world import ALARM, ALARMS, HOME_CARE

ELSEWHERE = ChosenMove("become", ("~K1", False))
ENDS_TODAY = ChosenMove("end", ("~K1", "~BK1h1", 0, True))
TAG = ChosenMove("place_tag", ("~K1", NORTH))
KEY = ChosenMove("receive_key", ("~D1", "~K1", NORTH))
ORDER = ChosenMove("order_installation", ("~D1", "~K1", NORTH))
BOTH = (*care("~K1"), *care("~K2"), ALL_TOLD, ALL_TOLD_2)
TWO_HOMES = {"~K1": "~H1", "~K2": "~H2"}
GATE: dict[str, tuple[str, ...]] = {"~D1": ("~H1", "~H2")}
AT_GATE = (*care("~K1"), ALL_TOLD, ChosenMove("consent", ("~D1", "~K1", True)))
TWO_DOORS_APART: dict[str, tuple[str, ...]] = {"~D1": ("~H1",), "~D9": ("~H9",)}
PLANNED = ChosenMove("plan_move", ("~K1", "~H9", 3))
CLOSING = ChosenMove("succeed", (NORTH, SOUTH, 3))
TWO_DOORS: dict[str, tuple[str, ...]] = {"~D1": ("~H1",), "~D2": ("~H1",)}
WAITING = (*care("~K1"), ALL_TOLD, TAG, KEY, ORDER)
IN_USE = (*care("~K1"), ALL_TOLD, *lock("~K1"), *settled("~K1"), WAIT)
SHARED = (*BOTH, *lock("~K1"), *settled("~K1"), *settled("~K2"), WAIT)


def _one(name: str, words: str, *already: ChosenMove, own: bool = True) -> Household:
    return Household(name, words, ONE, DOOR, already, own=own)


EDGES = {
    household.name: household
    for household in (
        _one("untold", "a client with home care, who has been told nothing", *care("~K1")),
        _one(
            "refused elsewhere", "a client who refused a lock, and is another municipality's",
            *care("~K1"), ChosenMove("refuse", ("~K1",)), WAIT, ELSEWHERE,
        ),
        _one(
            "wish while ordered", "an order of a lock, which the client, as is confirmed, does not want",
            *WAITING, ChosenMove("refuse", ("~K1",)), ChosenMove("confirm_refusal", ("~K1",)),
        ),
        _one(
            "wish", "a lock in use that the client, as is confirmed, does not want",
            *IN_USE, ChosenMove("refuse", ("~K1",)), ChosenMove("confirm_refusal", ("~K1",)),
        ),
        _one(
            "two decided", "a client with home care and an alarm, since yesterday, that nobody has",
            ChosenMove("decide", ("~K1", HOME_CARE, 1, None)), ChosenMove("decide", ("~K1", ALARM, 1, None)),
            WAIT, WAIT,
        ),
        _one(
            "changing", "a client with a lock in use, whose provider changes tomorrow",
            *IN_USE, ChosenMove("change_provider", ("~K1", "~FK1h1Norr1", SOUTH, 1)),
        ),
        _one(
            "one left", "a client with a lock in use, of whose two providers one has left",
            *care("~K1"), ChosenMove("allocate", ("~K1", "~BK1h1", SOUTH, 0, None)), ALL_TOLD, *lock("~K1"),
             *settled("~K1"),
            WAIT, ChosenMove("end_allocation", ("~K1", "~FK1h1Syd2", 0, True)), WAIT,
        ),
        _one(
            "other of three", "another municipality's client with two providers and an alarm, in hospital",
            *care("~K1"), ChosenMove("allocate", ("~K1", "~BK1h1", SOUTH, 0, None)), *care("~K1", ALARM, ALARMS), WAIT,
            ChosenMove("go_away", ("~K1",)), own=False,
        ),
        _one(
            "other decided", "another municipality's client, whose home care nobody has yet",
            ChosenMove("decide", ("~K1", HOME_CARE, 1, None)), own=False,
        ),
        _one(
            "waiting elsewhere", "a lock is ordered for a client who is another municipality's now",
            *WAITING, ELSEWHERE,
        ),
        _one(
            "waiting ended", "a lock is ordered for a client whose home care has ended",
            *WAITING, WAIT, ENDS_TODAY, WAIT,
        ),
        _one("dying", "a lock is ordered for a client who died today", *WAITING, WAIT, ChosenMove("die", ("~K1",))),
        _one(
            "last day", "a client with a tag and an open order, on the last day of home care",
            *WAITING, WAIT, ENDS_TODAY,
        ),
        _one("ending", "a client with a lock in use, on the last day of home care", *IN_USE, ENDS_TODAY),
        _one(
            "mounted", "a client with a tag, whose lock is mounted and not linked",
            *WAITING, ChosenMove("report", ("~D1", "~W1")),
        ),
        _one(
            "tag back", "a client who waits for the lock, and whose tag came back",
            *WAITING, ChosenMove("take_tag", ("~K1", "~T1")), WAIT,
        ),
        _one("unknown home", "a client with a tag and keys; nobody knows what is at the door",
             *care("~K1"), ALL_TOLD, TAG, KEY, ChosenMove("puzzle", ("~H1",))),
        _one("alarm tag", "a client with an alarm alone, and a tag", *care("~K1", ALARM, ALARMS), ALL_TOLD,
             ChosenMove("place_tag", ("~K1", ALARMS))),
        _one("late repair", "a lock to be mended, of a client whose home care has ended",
             *IN_USE, ChosenMove("fault", ("~D1", "~K1")), ChosenMove("order_repair", ("~D1", "~K1", NORTH)),
             ENDS_TODAY, WAIT),
        _one(
            "mounted again", "a lock came down though it was needed, and another is ordered",
            *IN_USE, ENDS_TODAY, WAIT, ChosenMove("order_removal", ("~D1", "~K1", NORTH)),
            ChosenMove("decide", ("~K1", HOME_CARE, 1, None)),
            ChosenMove("allocate", ("~K1", "~BK1h2", NORTH, 0, None)),
            ChosenMove("report", ("~D1", "~W2")), ALL_TOLD, ORDER,
        ),
        Household(
            "one of two doors", "a lock at one door, an order at the other, and a tag", ONE, TWO_DOORS,
            (*care("~K1"), ALL_TOLD, *lock("~K1"), *settled("~K1"), TAG,
             ChosenMove("order_installation", ("~D2", "~K1", NORTH)), WAIT),
        ),
        Household(
            "unfit gate", "two homes behind a gate that can't take a lock", TWO_HOMES, GATE,
            (*AT_GATE, ORDER, ChosenMove("cancel", ("~D1", "~W1", "cannot_be_fitted")), WAIT),
        ),
        Household(
            "gate run out", "two homes behind a gate, without a lock; the home care has run out", TWO_HOMES, GATE,
            (*care("~K1", through=2), ALL_TOLD, ChosenMove("consent", ("~D1", "~K1", True)), ChosenMove("wait", (3,))),
        ),
        Household(
            "unknown gate", "two homes behind a gate; nobody knows what is at the doors of the one", TWO_HOMES, GATE,
            (*AT_GATE, ChosenMove("puzzle", ("~H1",))),
        ),
        Household(
            "spouse elsewhere", "a couple with a lock in use, of whom one is another municipality's", COUPLE, DOOR,
            (*SHARED, ELSEWHERE),
        ),
        Household(
            "spouse run out", "a couple with a lock in use; the home care of the one has run out", COUPLE, DOOR,
            (*care("~K1", through=2), *care("~K2"), ALL_TOLD, ALL_TOLD_2, *lock("~K1"), *settled("~K1"),
             *settled("~K2"),
             ChosenMove("wait", (3,))),
        ),
        Household(
            "spouse decided elsewhere",
            "a couple without a lock; the one is another municipality's, and nobody has the care",
            COUPLE, DOOR,
            (*care("~K2"), ALL_TOLD_2, WAIT, ELSEWHERE, ChosenMove("decide", ("~K1", HOME_CARE, 1, None))),
        ),
        _one(
            "wish ordered", "a lock that the client, as is confirmed, does not want; the removal is ordered",
            *IN_USE, ChosenMove("refuse", ("~K1",)), ChosenMove("confirm_refusal", ("~K1",)),
            ChosenMove("order_removal", ("~D1", "~K1", NORTH)),
        ),
        _one(
            "fault unserved", "a client with a lock that has a fault, whose provider leaves today",
            *IN_USE, ChosenMove("fault", ("~D1", "~K1")), ChosenMove("end_allocation", ("~K1", "~FK1h1Norr1", 0, True)),
        ),
        _one(
            "again with a fault", "a client with home care again, whose lock has a fault; the removal is ordered",
            *IN_USE, ENDS_TODAY, WAIT, ChosenMove("order_removal", ("~D1", "~K1", NORTH)),
            ChosenMove("decide", ("~K1", HOME_CARE, 1, None)),
            ChosenMove("allocate", ("~K1", "~BK1h2", NORTH, 0, None)),
        ),
        _one(
            "unknown decided", "a client with home care that nobody has; nobody knows what is at the door",
            ChosenMove("puzzle", ("~H1",)), ChosenMove("decide", ("~K1", HOME_CARE, 1, None)), ALL_TOLD,
        ),
        _one(
            "decided short", "a client with home care for two weeks that nobody has",
            ChosenMove("decide", ("~K1", HOME_CARE, 1, 14)), ALL_TOLD,
        ),
        Household(
            "spouse decided", "a couple with one lock in use; the one has care that nobody has", COUPLE, DOOR,
            (*IN_USE, ChosenMove("decide", ("~K2", HOME_CARE, 1, None)), WAIT),
        ),
        Household(
            "spouse over", "a couple with one lock; the care of the one is over, and nobody had it", COUPLE, DOOR,
            (ChosenMove("decide", ("~K2", HOME_CARE, 1, None)), *IN_USE, ChosenMove("end", ("~K2", "~BK2h1", 0, True)),
             WAIT),
        ),
        Household(
            "planned", "a client with a lock in use, who is to move in three days", ONE, TWO_DOORS_APART,
            (*IN_USE, PLANNED), spare=("~H9",), also=("plan",),
        ),
        Household(
            "planned waiting", "a client who waits for the lock, and is to move in three days", ONE, TWO_DOORS_APART,
            (*WAITING, WAIT, PLANNED), spare=("~H9",), also=("plan",),
        ),
        Household(
            "lock there", "a client who is to move in three days, with a lock mounted there", ONE, TWO_DOORS_APART,
            (*IN_USE, PLANNED, *lock("~K1", door="~D9", order="~W2")[:2]), spare=("~H9",), also=("plan",),
        ),
        Household(
            "to a neighbour's", "a client who is to move in with another, where a lock is in use",
            {"~K1": "~H1", "~K2": "~H9"}, TWO_DOORS_APART,
            (*IN_USE, *care("~K2"), ALL_TOLD_2, *lock("~K2", door="~D9", order="~W2"), *settled("~K2", door="~D9"),
             WAIT, PLANNED), spare=("~H9",), also=("plan",),
        ),
        Household(
            "twice", "one person entered twice, both with a lock in use", COUPLE, DOOR, SHARED, also=("merge",),
        ),
        Household(
            "twice in part", "one person entered twice: with home care and a tag, and with an alarm", COUPLE, DOOR,
            (*care("~K1"), *care("~K2", ALARM, ALARMS), ALL_TOLD, TAG, KEY, WAIT), also=("merge",),
        ),
        Household(
            "handing over", "a client whose provider changes tomorrow; the key is on offer", ONE, DOOR,
            (*IN_USE, ChosenMove("change_provider", ("~K1", "~FK1h1Norr1", SOUTH, 1)),
             ChosenMove("offer_key", ("~D1", "~N1", SOUTH))), also=("offers",),
        ),
        Household(
            "bankrupt", "a client with a lock in use, whose provider may close", ONE, DOOR, IN_USE, also=("closing",),
        ),
        Household(
            "closing", "a client who waits for the lock, whose provider closes in three days", ONE, DOOR,
            (*WAITING, WAIT, CLOSING),
        ),
        Household(
            "closing in use", "a client with a lock in use, whose provider closes in three days", ONE, DOOR,
            (*IN_USE, CLOSING),
        ),
        Household("leaving", "a person may leave the provider", ONE, DOOR, (), also=("accounts",)),
        Household(
            "two absences", "a client with a lock in use, in hospital, and away next week as well", ONE, DOOR,
            (*IN_USE, ChosenMove("go_away", ("~K1",)), ChosenMove("go_away", ("~K1", 7, 9))), also=("absences",),
        ),
    )
}  # fmt: skip
